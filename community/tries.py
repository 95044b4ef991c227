"""Wrong codes are counted for each identity, whatever they were to bind: nobody guesses eight digits by trying."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, dialect_insert
from core.errors import Refused

MAX_TRIES: Final = 5
COUNTED_FOR: Final = timedelta(minutes=10)


class TooManyTries(Refused):
    """This identity typed wrong codes too often; it may try again when ten minutes have passed since the first."""

    code = "too_many_tries"


class BindingTries(Base):
    """How often an identity typed a wrong code since `since`."""

    __tablename__ = "binding_tries"

    identity_id: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    count: Mapped[int]


async def check(db: AsyncSession, *, identity_id: str) -> None:
    """Raises TooManyTries."""
    row = (await db.execute(select(BindingTries).where(BindingTries.identity_id == identity_id))).scalar_one_or_none()
    if row is None:
        return
    if row.since + COUNTED_FOR <= clock.now():
        await forget(db, identity_id=identity_id)
    elif row.count >= MAX_TRIES:
        raise TooManyTries


async def count(db: AsyncSession, *, identity_id: str) -> int:
    """Count a wrong code; how many more may be tried. The caller commits with the answer."""
    counted = await db.execute(
        dialect_insert(db, BindingTries)
        .values(identity_id=identity_id, since=clock.now(), count=1)
        .on_conflict_do_update(index_elements=["identity_id"], set_={"count": BindingTries.count + 1})
        .returning(BindingTries.count)
        .execution_options(populate_existing=True)
    )
    return MAX_TRIES - int(counted.scalar_one())


async def forget(db: AsyncSession, *, identity_id: str) -> None:
    """A right code: what went before no longer counts."""
    await db.execute(delete(BindingTries).where(BindingTries.identity_id == identity_id))
