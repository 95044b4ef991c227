"""Reservations whose time is over: they stand in nobody's way, whether or not the clock has come by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import accounts, lots
from points.accounts import Change, Reach
from points.lots import Share
from points.models import Hold, HoldState


async def release(db: AsyncSession, account_ids: Collection[int]) -> None:
    """End the overdue reservations of these wallets; holds are locked before accounts, as everywhere."""
    now = clock.now()
    late = (
        select(Hold.id)
        .where(Hold.account_id.in_(account_ids), Hold.state == HoldState.PENDING.value, Hold.expires_at <= now)
        .order_by(Hold.id)
        .with_for_update()
    )
    ids = (await db.execute(late)).scalars().all()
    if not ids:
        return
    ended = await db.execute(
        update(Hold)
        .where(Hold.id.in_(ids), Hold.state == HoldState.PENDING.value)
        .values(state=HoldState.EXPIRED.value, settled_at=now)
        .returning(Hold.account_id, Hold.id, Hold.amount)
        .execution_options(synchronize_session=False)
    )
    held: Counter[int] = Counter()
    hold_ids: list[str] = []
    for account_id, hold_id, amount in ended:
        held[account_id] += amount
        hold_ids.append(hold_id)
    await accounts.lock(db, account_ids)
    await give_up(db, held, hold_ids)


async def give_up(db: AsyncSession, held: Counter[int], hold_ids: Collection[str]) -> None:
    """What these holds reserved, by account, is free again; the holds are settled already."""
    kinds = await accounts.kinds_of(db, held)
    changes = [Change(one, kinds[one], posted=0, held=-n, lines=0, reach=Reach.CLOSED) for one, n in held.items()]
    await accounts.change(db, changes)
    await lots.unhold(db, [Share(used.lot_id, used.amount) for used in await lots.of_holds(db, hold_ids)])
