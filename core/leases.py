"""Named leases: one process at a time does a job, and one that was overtaken notices before it writes.

The token grows with every new holder. Work that must not be done twice acquires or renews its lease in the very
transaction that does it: the lease's row is locked, so that nobody takes it over until that transaction has ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Update, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, dialect_insert
from core.errors import Conflict


class LeaseLost(Conflict):
    """Another process holds the lease now. Facts: `name`."""

    code = "lease_lost"


class LeaseRow(Base):
    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(BigInteger)
    holder: Mapped[str]
    until: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Lease:
    """What its holder keeps; it is good until `until`, or until another took it after that."""

    name: str
    token: int
    until: datetime


async def acquire(db: AsyncSession, *, name: str, seconds: float, holder: str) -> Lease | None:
    """The lease under a new token, when it is free, overdue or this holder's own; else None."""
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    make = dialect_insert(db, LeaseRow)
    taken = await db.execute(
        make.values(name=name, token=1, holder=holder, until=until)
        .on_conflict_do_update(
            index_elements=["name"],
            set_={"token": LeaseRow.token + 1, "holder": holder, "until": until},
            where=or_(LeaseRow.until <= now, LeaseRow.holder == holder),
        )
        .returning(LeaseRow.token)
    )
    token = taken.scalar_one_or_none()
    return None if token is None else Lease(name=name, token=token, until=until)


async def renew(db: AsyncSession, lease: Lease, *, seconds: float) -> Lease:
    """The same lease for longer; also an overdue one that nobody took. Until the end of this transaction nobody can.

    Raises LeaseLost.
    """
    until = clock.now() + timedelta(seconds=seconds)
    kept = await db.execute(_held(lease).values(until=until).returning(LeaseRow.token))
    if kept.scalar_one_or_none() is None:
        raise LeaseLost(name=lease.name)
    return replace(lease, until=until)


async def release(db: AsyncSession, lease: Lease) -> None:
    """Let others take it at once; nothing when it was lost before."""
    await db.execute(_held(lease).values(until=clock.now(), holder=""))


def _held(lease: Lease) -> Update:
    return (
        update(LeaseRow)
        .where(LeaseRow.name == lease.name, LeaseRow.token == lease.token)
        .execution_options(synchronize_session=False)
    )
