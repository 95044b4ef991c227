"""Lots of a wallet: spent first in, first out by expiry, and never from the second on at which they expire.

The lots of an account change only while the account's row is locked by an update of the same transaction; only reads
for display go without. What is reserved counts as held until its own time is over, whoever writes that down and when.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import table_of
from points import posting_batch
from points.lot_models import Lot, LotUse
from points.models import AccountKind, Hold, HoldState

LOTTED: Final = frozenset({AccountKind.RESIDENT, AccountKind.FAMILY})
"""Accounts that hold their points in lots; `posted` of such an account is the sum of what remains of them."""

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Share:
    """Part of a lot: so much of it, `held` of which is reserved before and no longer afterwards."""

    lot_id: int
    amount: int
    held: int = 0


class NewLot(NamedTuple):
    """What comes to an account by a transfer; `expires_at` None never expires."""

    account_id: int
    transfer_id: str
    amount: int
    earned_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Use:
    """Part of a lot that a transfer or a hold used; `account_id` is where the lot is now."""

    lot_id: int
    account_id: int
    amount: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NextExpiry:
    """So many points expire next, at this moment."""

    amount_points: int
    at: datetime


def _alive(now: datetime) -> Any:
    return or_(Lot.expires_at.is_(None), Lot.expires_at > now)


async def credit(db: AsyncSession, rows: Sequence[NewLot]) -> None:
    """New lots; their accounts are locked."""
    given = [
        (row.account_id, row.transfer_id, row.amount, row.amount, 0, row.earned_at, row.expires_at) for row in rows
    ]
    await posting_batch.INSERT_LOTS.rows(db, given)


async def choose(
    db: AsyncSession, account_id: int, amount: int, now: datetime, *, but: Collection[int] = ()
) -> tuple[Share, ...]:
    """Up to so many points of the account's lots that are neither expired nor held, in the order of their expiry.

    None of `but`. Nothing changes yet; whoever needs all of them sees whether they are enough.
    """
    chosen: list[Share] = []
    lacking = amount
    free = Lot.remaining - Lot.held
    query = (
        select(Lot.id, free.label("free"))
        .where(Lot.account_id == account_id, Lot.remaining > Lot.held, Lot.remaining > 0, _alive(now))
        .where(Lot.id.not_in(but))
        .order_by(Lot.expires_at.asc().nulls_last(), Lot.id)
        .limit(PAGE)
    )
    while lacking:
        rows = (await db.execute(query.offset(len(chosen)))).all()
        for row in rows:
            part = min(lacking, row.free)
            chosen.append(Share(row.id, part))
            lacking -= part
            if not lacking:
                break
        if len(rows) < PAGE:
            break
    return tuple(chosen)


async def use(db: AsyncSession, shares: Sequence[Share], *, transfer_id: str) -> None:
    """Spend these parts by a transfer."""
    await _move(db, [(s.lot_id, -s.amount, -s.held) for s in shares])
    await _record(db, [{"lot_id": s.lot_id, "transfer_id": transfer_id, "amount": s.amount} for s in shares])


async def give_back(db: AsyncSession, shares: Sequence[Share]) -> None:
    """Put these parts back where they were spent from, with the expiry that they had."""
    await _move(db, [(s.lot_id, s.amount, 0) for s in shares])


async def hold(db: AsyncSession, shares: Sequence[Share], *, hold_id: str) -> None:
    """Reserve these parts."""
    await _move(db, [(s.lot_id, 0, s.amount) for s in shares])
    await _record(db, [{"lot_id": s.lot_id, "hold_id": hold_id, "amount": s.amount} for s in shares])


async def unhold(db: AsyncSession, shares: Iterable[Share]) -> None:
    """Reserve these parts no longer."""
    await _move(db, [(s.lot_id, 0, -s.amount) for s in shares])


async def _move(db: AsyncSession, changes: Sequence[tuple[int, int, int]]) -> None:
    """Add to `remaining` and `held` of lots; the checks of the table refuse what cannot be."""
    if not changes:
        return
    table = table_of(Lot)
    change = (
        update(table)
        .where(table.c.id == bindparam("lot"))
        .values(remaining=table.c.remaining + bindparam("left"), held=table.c.held + bindparam("reserved"))
    )
    rows = [{"lot": lot_id, "left": left, "reserved": held} for lot_id, left, held in sorted(changes)]
    await (await db.connection()).execute(change, rows)


async def _record(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        await db.execute(insert(table_of(LotUse)), [{"transfer_id": None, "hold_id": None} | row for row in rows])


async def of_transfer(db: AsyncSession, transfer_id: str) -> list[Use]:
    """What a transfer spent, lot by lot."""
    return await _uses(db, LotUse.transfer_id == transfer_id)


async def of_holds(db: AsyncSession, hold_ids: Collection[str]) -> list[Use]:
    """What holds reserved, those that expire first before others."""
    return await _uses(db, LotUse.hold_id.in_(hold_ids))


async def _uses(db: AsyncSession, which: Any) -> list[Use]:
    rows = await db.execute(
        select(LotUse.lot_id, Lot.account_id, LotUse.amount, Lot.expires_at)
        .join(Lot, Lot.id == LotUse.lot_id)
        .where(which)
        .order_by(Lot.expires_at.asc().nulls_last(), Lot.id)
    )
    return [Use(*row) for row in rows]


async def expired(db: AsyncSession, account_ids: Collection[int], now: datetime) -> dict[int, list[Share]]:
    """What has expired and is not held, by account: it waits to be written off."""
    rows = await db.execute(
        select(Lot.account_id, Lot.id, (Lot.remaining - Lot.held).label("free"))
        .where(Lot.account_id.in_(account_ids), Lot.expires_at <= now, Lot.remaining > Lot.held, Lot.remaining > 0)
        .order_by(Lot.account_id, Lot.expires_at, Lot.id)
    )
    found: dict[int, list[Share]] = defaultdict(list)
    for account_id, lot_id, free in rows:
        found[account_id].append(Share(lot_id, free))
    return found


async def all_of(db: AsyncSession, account_id: int) -> list[Share]:
    """Everything that remains in a wallet of which nothing is held."""
    rows = await db.execute(select(Lot.id, Lot.remaining).where(Lot.account_id == account_id, Lot.remaining > 0))
    return [Share(lot_id, left) for lot_id, left in rows]


@dataclass(frozen=True, slots=True)
class Kept:
    """What of an account's balance cannot be spent: what is really reserved, and what has expired."""

    held: int
    expired: int


async def kept(db: AsyncSession, account_ids: Collection[int], now: datetime) -> dict[int, Kept]:
    """By account, at this moment: overdue holds reserve nothing, overdue lots are worth nothing."""
    held = await _sums(db, _holds(account_ids, now))
    written_off = await _sums(
        db,
        select(Lot.account_id, func.sum(Lot.remaining - Lot.held))
        .where(Lot.account_id.in_(account_ids), Lot.expires_at <= now, Lot.remaining > 0)
        .group_by(Lot.account_id),
    )
    late = await _sums(db, _late(account_ids, now))
    return {one: Kept(held.get(one, 0), written_off.get(one, 0) + late.get(one, 0)) for one in account_ids}


def _holds(account_ids: Collection[int], now: datetime) -> Select[int, int]:
    return (
        select(Hold.account_id, func.sum(Hold.amount))
        .where(Hold.account_id.in_(account_ids), Hold.state == HoldState.PENDING.value, Hold.expires_at > now)
        .group_by(Hold.account_id)
    )


def _late(account_ids: Collection[int], now: datetime) -> Select[int, int]:
    """What a hold whose time is over still reserves of a lot whose time is over."""
    overdue = and_(Hold.account_id.in_(account_ids), Hold.state == HoldState.PENDING.value, Hold.expires_at <= now)
    return (
        select(Hold.account_id, func.sum(LotUse.amount))
        .join(LotUse, LotUse.hold_id == Hold.id)
        .join(Lot, Lot.id == LotUse.lot_id)
        .where(overdue, Lot.expires_at <= now)
        .group_by(Hold.account_id)
    )


async def _sums(db: AsyncSession, query: Select[int, int]) -> dict[int, int]:
    return {account_id: int(total) for account_id, total in await db.execute(query)}


async def next_expiry(db: AsyncSession, account_id: int, now: datetime) -> NextExpiry | None:
    """What expires next of the points that can be spent; None when nothing ever does."""
    free = func.sum(Lot.remaining - Lot.held)
    row = (
        await db.execute(
            select(Lot.expires_at, free)
            .where(Lot.account_id == account_id, Lot.expires_at > now, Lot.remaining > Lot.held, Lot.remaining > 0)
            .group_by(Lot.expires_at)
            .order_by(Lot.expires_at)
            .limit(1)
        )
    ).one_or_none()
    return None if row is None or row[0] is None else NextExpiry(int(row[1]), row[0])
