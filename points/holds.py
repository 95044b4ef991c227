"""Reservations: points that are still owned but can no longer be spent on something else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import accounts
from points.accounts import AccountRef, Change
from points.errors import HoldSettled
from points.ledger import Leg, Posted, Posting, check_amount, post
from points.models import AccountKind, Hold, HoldState, TransferKind


async def place(
    db: AsyncSession, *, hold_id: str, account: AccountRef, amount_points: int, expires_at: datetime
) -> None:
    """Reserve points under an id of the caller's. Raises AmountInvalid or InsufficientPoints."""
    check_amount(amount_points)
    account_id = (await accounts.open_accounts(db, [account]))[account]
    await accounts.change(db, [Change(account_id, account.kind, posted=0, held=amount_points, lines=0)])
    await db.execute(
        insert(Hold).values(
            id=hold_id,
            account_id=account_id,
            amount=amount_points,
            state=HoldState.PENDING.value,
            created_at=clock.now(),
            expires_at=expires_at,
        )
    )


async def settle(db: AsyncSession, *, hold_id: str, source_kind: str, source_id: str, actor_id: str) -> Posted:
    """Turn a reservation into a transfer to the community's redeemed account. Raises HoldSettled."""
    account_id, amount = await _close(db, hold_id, HoldState.POSTED)
    account = await accounts.ref_of(db, account_id)
    target = AccountRef(account.area_code, AccountKind.REDEEMED)
    posted = await post(
        db,
        Posting(
            area_code=account.area_code,
            key=f"hold:{hold_id}",
            kind=TransferKind.REDEMPTION,
            legs=(Leg(account, -amount, held=-amount), Leg(target, amount)),
            reason="redemption",
            source_kind=source_kind,
            source_id=source_id,
            recipient_id=account.owner_id,
            actor_id=actor_id,
        ),
    )
    await db.execute(update(Hold).where(Hold.id == hold_id).values(transfer_id=posted.transfer_id))
    return posted


async def release(db: AsyncSession, *, hold_ids: Sequence[str], state: HoldState) -> None:
    """Give reserved points back, as VOID or EXPIRED; all of them or none. Raises HoldSettled."""
    held: Counter[int] = Counter()
    for hold_id in sorted(hold_ids):
        account_id, amount = await _close(db, hold_id, state)
        held[account_id] += amount
    kinds = await accounts.kinds_of(db, held)
    changes = [Change(one, kinds[one], posted=0, held=-amount, lines=0) for one, amount in held.items()]
    await accounts.change(db, changes)


async def _close(db: AsyncSession, hold_id: str, state: HoldState) -> tuple[int, int]:
    """Take the one transition that a hold has; its account's id and its amount. Raises HoldSettled."""
    closed = (
        await db.execute(
            update(Hold)
            .where(Hold.id == hold_id, Hold.state == HoldState.PENDING.value)
            .values(state=state.value, settled_at=clock.now())
            .returning(Hold.account_id, Hold.amount)
            .execution_options(synchronize_session=False)
        )
    ).one_or_none()
    if closed is None:
        found = (await db.execute(select(Hold.state).where(Hold.id == hold_id))).scalar_one_or_none()
        raise HoldSettled(state=found)
    return closed.account_id, closed.amount
