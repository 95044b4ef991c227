"""Freezes: for a reason and until a day nothing is spent from a wallet; what comes in and its lots go on as ever.

The account's row is locked before the freeze's, so that freezing and lifting do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import dialect_insert, new_id
from core.errors import Invalid
from core.turns import lock_as_found
from points import accounts
from points.accounts import AccountRef
from points.fairness_errors import AlreadyFrozen, NotFrozen
from points.fairness_models import Freeze
from points.models import Account, AccountKind, AccountStatus, Unit
from points.paging import page

LONGEST: Final = timedelta(days=90)
"""A freeze is there to look into something; nobody waits longer than a season for an answer."""

ENDED: Final = "ended"
"""Why a freeze was lifted by nobody: its time was over."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """One freeze; `lifted_at` None while it holds. `is_closed`: the wallet's owner was erased."""

    id: str
    area_code: str
    resident_id: str
    reason: str
    frozen_by: str
    frozen_at: datetime
    ends_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_because: str | None
    is_closed: bool


async def freeze(
    db: AsyncSession, *, area_code: str, resident_id: str, reason: str, worker_id: str, ends_at: datetime
) -> Frozen:
    """Stop spending from a resident's points until `ends_at`; asked again by the same worker it is the same freeze.

    Raises Invalid for an end that is past or beyond LONGEST, AlreadyFrozen, AccountClosed.
    """
    now = clock.now()
    if not now < ends_at <= now + LONGEST:
        raise Invalid(fields={"until": f"within the next {LONGEST.days} days"})
    account_id = await accounts.freeze(db, account=AccountRef(area_code, AccountKind.RESIDENT, resident_id))
    await db.execute(
        dialect_insert(db, Freeze)
        .values(
            id=new_id(),
            area_code=area_code,
            account_id=account_id,
            reason=reason,
            frozen_by=worker_id,
            frozen_at=now,
            ends_at=ends_at,
        )
        .on_conflict_do_nothing()
    )
    query = _rows().where(Freeze.account_id == account_id, Freeze.lifted_at.is_(None))
    held = _view((await db.execute(query)).one())
    if (held.frozen_by, held.reason) != (worker_id, reason):
        raise AlreadyFrozen(freeze_id=held.id, ends_at=held.ends_at)
    return held


async def current(db: AsyncSession, *, area_code: str, resident_id: str) -> Frozen | None:
    """What keeps a resident from spending points in a community, if anything does."""
    return await _one(
        db,
        Freeze.area_code == area_code,
        Freeze.lifted_at.is_(None),
        Account.owner_id == resident_id,
        Account.unit == Unit.POINT.value,
    )


async def of_resident(db: AsyncSession, *, resident_id: str) -> list[Frozen]:
    """What keeps a resident from spending anywhere."""
    query = _rows().where(Account.owner_id == resident_id, Freeze.lifted_at.is_(None)).order_by(Freeze.frozen_at)
    return [_view(row) for row in await db.execute(query)]


async def get(db: AsyncSession, *, freeze_id: str) -> Frozen:
    """Raises NotFrozen."""
    found = await _one(db, Freeze.id == freeze_id)
    if found is None:
        raise NotFrozen
    return found


async def lift(db: AsyncSession, *, freeze_id: str, worker_id: str | None, because: str) -> Frozen:
    """Let the owner spend again. Raises NotFrozen, also for a freeze that was lifted before."""

    async def find() -> int:
        account_id = (await db.execute(select(Freeze.account_id).where(Freeze.id == freeze_id))).scalar_one_or_none()
        if account_id is None:
            raise NotFrozen
        return account_id

    await lock_as_found(db, find, lambda account_id: accounts.lock(db, [account_id]))
    lifted = await db.execute(
        update(Freeze)
        .where(Freeze.id == freeze_id, Freeze.lifted_at.is_(None))
        .values(lifted_at=clock.now(), lifted_by=worker_id, lifted_because=because)
        .returning(Freeze.account_id)
        .execution_options(synchronize_session=False)
    )
    account_id = lifted.scalar_one_or_none()
    if account_id is None:
        raise NotFrozen
    now = await get(db, freeze_id=freeze_id)
    if not now.is_closed:
        await accounts.unfreeze(db, account=await accounts.ref_of(db, account_id))
    return now


async def lift_due(db: AsyncSession, *, limit: int = 100) -> list[Frozen]:
    """Lift what has come to its end, up to `limit`, in the order of the accounts."""
    due = select(Freeze.id).where(Freeze.lifted_at.is_(None), Freeze.ends_at <= clock.now())
    ids = (await db.execute(due.order_by(Freeze.account_id).limit(limit))).scalars().all()
    lifted: list[Frozen] = []
    for one in ids:
        with suppress(NotFrozen):  # a worker lifted it in this moment
            lifted.append(await lift(db, freeze_id=one, worker_id=None, because=ENDED))
    return lifted


async def listing(
    db: AsyncSession,
    *,
    area_codes: Collection[str],
    only_current: bool = False,
    after_id: str | None = None,
    limit: int = 50,
) -> list[Frozen]:
    """Newest first, in these areas and all below them."""
    query = _rows().where(or_(false(), *(Freeze.area_code.startswith(a, autoescape=True) for a in area_codes)))
    if only_current:
        query = query.where(Freeze.lifted_at.is_(None))
    query = page(query, when=Freeze.frozen_at, row_id=Freeze.id, after_id=after_id, limit=limit)
    return [_view(row) for row in await db.execute(query)]


def _rows() -> Select[Freeze, str, str]:
    return (
        select(Freeze, Account.owner_id, Account.status)
        .join(Account, Account.id == Freeze.account_id)
        .execution_options(populate_existing=True)
    )


async def _one(db: AsyncSession, *rules: Any) -> Frozen | None:
    row = (await db.execute(_rows().where(*rules))).one_or_none()
    return None if row is None else _view(row)


def _view(row: Any) -> Frozen:
    found, owner_id, status = row
    return Frozen(
        id=found.id,
        area_code=found.area_code,
        resident_id=owner_id,
        reason=found.reason,
        frozen_by=found.frozen_by,
        frozen_at=found.frozen_at,
        ends_at=found.ends_at,
        lifted_at=found.lifted_at,
        lifted_by=found.lifted_by,
        lifted_because=found.lifted_because,
        is_closed=status == AccountStatus.CLOSED.value,
    )
