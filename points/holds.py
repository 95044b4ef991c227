"""Reservations: points that are still owned but can no longer be spent on something else.

A reservation takes its points from certain lots, which keep them for it also after their own expiry. Holds are locked
before accounts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import accounts, lots, overdue
from points.accounts import AccountRef, Change, Reach
from points.errors import HoldSettled, InsufficientPoints
from points.ledger import post
from points.lots import LOTTED, Share
from points.models import AccountKind, Hold, HoldState, TransferKind
from points.postings import Leg, Posted, Posting, check_amount


async def place(
    db: AsyncSession,
    *,
    hold_id: str,
    account: AccountRef,
    amount_points: int,
    expires_at: datetime,
    kind: str = "redemption",
    key: str | None = None,
) -> None:
    """Reserve points of a wallet until `expires_at`, under an id of the caller's and a key, which else is that id.

    Call it inside a savepoint. Raises AmountInvalid, InsufficientPoints, AccountFrozen or AccountClosed.
    """
    check_amount(amount_points)
    if account.kind not in LOTTED:
        raise ValueError("only a wallet's points are reserved")
    account_id = (await accounts.open_accounts(db, [account]))[account]
    await overdue.release(db, [account_id])
    await accounts.change(
        db, [Change(account_id, account.kind, posted=0, held=amount_points, lines=0, reach=Reach.OPEN)]
    )
    now = clock.now()
    shares = await lots.choose(db, account_id, amount_points, now)
    if (free := sum(share.amount for share in shares)) < amount_points:
        raise InsufficientPoints(needed=amount_points, available=free)
    await db.execute(
        insert(Hold).values(
            id=hold_id,
            idempotency_key=key or hold_id,
            kind=kind,
            account_id=account_id,
            amount=amount_points,
            posted_amount=0,
            state=HoldState.PENDING.value,
            created_at=now,
            expires_at=expires_at,
        )
    )
    await lots.hold(db, shares, hold_id=hold_id)


async def settle(
    db: AsyncSession,
    *,
    hold_id: str,
    source_kind: str,
    source_id: str,
    actor_id: str,
    amount_points: int | None = None,
    target: AccountRef | None = None,
    kind: TransferKind = TransferKind.REDEMPTION,
) -> Posted:
    """Turn a reservation, or a part of it, into a transfer to the community's redeemed account, or to `target`.

    What is not posted is free again. Raises HoldSettled, also for one whose time is over, or AccountFrozen.
    """
    hold = await _pending(db, hold_id)
    amount = hold.amount if amount_points is None else amount_points
    if not 1 <= amount <= hold.amount:
        raise ValueError("a reservation is posted up to its amount")
    account = await accounts.ref_of(db, hold.account_id)
    await accounts.lock(db, [hold.account_id])
    reserved = await lots.of_holds(db, [hold_id])
    taken = _first([Share(used.lot_id, used.amount, held=used.amount) for used in reserved], amount)
    to = target or AccountRef(account.area_code, AccountKind.REDEEMED, unit=account.unit)
    legs = (Leg(account, -amount, held=-hold.amount, lots=taken), Leg(to, amount))
    key, owner_id = f"hold:{hold_id}", account.owner_id
    posting = Posting(
        account.area_code, key, kind, legs, kind.value, source_kind, source_id, owner_id, actor_id=actor_id
    )
    posted = await post(db, posting)
    await lots.unhold(db, _rest(reserved, taken))
    await _set(
        db,
        hold_id,
        state=HoldState.POSTED.value,
        posted_amount=amount,
        settled_at=clock.now(),
        transfer_id=posted.transfer_id,
    )
    return posted


def _first(shares: list[Share], amount: int) -> tuple[Share, ...]:
    """So much of these parts, from the first on."""
    taken: list[Share] = []
    for share in shares:
        part = min(share.amount, amount)
        if part:
            taken.append(Share(share.lot_id, part, held=part))
        amount -= part
    return tuple(taken)


def _rest(reserved: Sequence[lots.Use], taken: Sequence[Share]) -> list[Share]:
    gone = {share.lot_id: share.amount for share in taken}
    left = [Share(used.lot_id, used.amount - gone.get(used.lot_id, 0)) for used in reserved]
    return [share for share in left if share.amount]


async def prolong(db: AsyncSession, *, hold_id: str, expires_at: datetime) -> None:
    """Keep a reservation for longer. Raises HoldSettled, also for one whose time is over."""
    await _pending(db, hold_id)
    await _set(db, hold_id, expires_at=expires_at)


async def _set(db: AsyncSession, hold_id: str, **values: Any) -> None:
    """Of a reservation that is pending, and locked."""
    await db.execute(update(Hold).where(Hold.id == hold_id).values(values).execution_options(synchronize_session=False))


async def release(db: AsyncSession, *, hold_ids: Sequence[str], state: HoldState) -> None:
    """Give reserved points back to their lots, as VOID or EXPIRED; all of them or none. Raises HoldSettled.

    One that was found overdue and ended before is as it should be.
    """
    held: Counter[int] = Counter()
    ended: list[str] = []
    for hold_id in sorted(hold_ids):
        closed = await _close(db, hold_id, state)
        if closed is not None:
            held[closed.account_id] += closed.amount
            ended.append(hold_id)
    if ended:
        await overdue.give_up(db, held, ended)


async def _close(db: AsyncSession, hold_id: str, state: HoldState) -> Any:
    """Take the one transition that a hold has; None when it has expired as it should. Raises HoldSettled."""
    closed = (
        await db.execute(
            update(Hold)
            .where(Hold.id == hold_id, Hold.state == HoldState.PENDING.value)
            .values(state=state.value, settled_at=clock.now())
            .returning(Hold.account_id, Hold.amount)
            .execution_options(synchronize_session=False)
        )
    ).one_or_none()
    if closed is not None:
        return closed
    found = (await db.execute(select(Hold.state, Hold.expires_at).where(Hold.id == hold_id))).one_or_none()
    if found is not None and found.state == HoldState.EXPIRED.value and found.expires_at <= clock.now():
        return None
    raise HoldSettled(state=found.state if found else None)


async def _pending(db: AsyncSession, hold_id: str) -> Any:
    """A reservation that can be posted, locked. Raises HoldSettled."""
    query = select(Hold.account_id, Hold.amount, Hold.state, Hold.expires_at).where(Hold.id == hold_id)
    hold = (await db.execute(query.with_for_update())).one_or_none()
    if hold is None or hold.state != HoldState.PENDING.value:
        raise HoldSettled(state=hold.state if hold else None)
    if hold.expires_at <= clock.now():
        raise HoldSettled(state=HoldState.EXPIRED.value)
    return hold
