"""What the staff do to the ledger: reverse a transfer, adjust a balance, allocate points to a community's fund."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points.accounts import AccountRef
from points.errors import NotReversible, TransferUnknown
from points.ledger import Leg, Posted, Posting, between, check_amount, post
from points.models import (
    Account,
    AccountKind,
    Entry,
    GrantRequest,
    GrantState,
    Transfer,
    TransferKind,
    Unit,
)

FINAL_KINDS: Final = (TransferKind.REVERSAL.value, TransferKind.MOVE.value)


async def reverse(db: AsyncSession, *, transfer_id: str, reason: str, actor_id: str, key: str) -> Posted:
    """Undo a transfer by a new one that names it; once only.

    Raises TransferUnknown, NotReversible, AlreadyReversed, KeyReused, or InsufficientPoints when the points are spent.
    """
    original = (await db.execute(select(Transfer).where(Transfer.id == transfer_id))).scalar_one_or_none()
    if original is None:
        raise TransferUnknown
    if original.kind in FINAL_KINDS:
        raise NotReversible(kind=original.kind)
    return await post(
        db,
        Posting(
            area_code=original.area_code,
            key=key,
            kind=TransferKind.REVERSAL,
            legs=await _opposite(db, transfer_id),
            reason=reason,
            source_kind="transfer",
            source_id=transfer_id,
            recipient_id=original.recipient_id,
            rule_id=original.rule_id,
            rule_version=original.rule_version,
            actor_id=actor_id,
            reverses_id=transfer_id,
        ),
    )


async def _opposite(db: AsyncSession, transfer_id: str) -> tuple[Leg, ...]:
    rows = await db.execute(
        select(Entry.amount, Account.area_code, Account.kind, Account.owner_id, Account.unit)
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.transfer_id == transfer_id)
        .order_by(Entry.line)
    )
    return tuple(
        Leg(AccountRef(row.area_code, AccountKind(row.kind), row.owner_id, Unit(row.unit)), -row.amount) for row in rows
    )


async def adjust(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    amount_points: int,
    reason: str,
    actor_id: str,
    key: str,
) -> Posted:
    """Correct a resident's balance by a signed number of points, out of or into the treasury.

    The treasury, because a correction must not fail for want of budget. Raises AmountInvalid, InsufficientPoints.
    """
    check_amount(abs(amount_points) if type(amount_points) is int else amount_points)
    treasury = AccountRef(area_code, AccountKind.TREASURY)
    resident = AccountRef(area_code, AccountKind.RESIDENT, resident_id)
    return await post(
        db,
        Posting(
            area_code=area_code,
            key=key,
            kind=TransferKind.ADJUSTMENT,
            legs=between(treasury, resident, amount_points),
            reason=reason,
            recipient_id=resident_id,
            actor_id=actor_id,
        ),
    )


async def fund_community(
    db: AsyncSession, *, area_code: str, amount_points: int, actor_id: str, reason: str, key: str
) -> Posted:
    """Allocate points from the treasury to the fund that pays a community's grants. Raises AmountInvalid.

    Grants that waited for money become due at once.
    """
    check_amount(amount_points)
    treasury, fund = AccountRef(area_code, AccountKind.TREASURY), AccountRef(area_code, AccountKind.FUND)
    # Requests are locked before accounts, as the poster does.
    waiting = select(GrantRequest.id).where(
        GrantRequest.area_code == area_code, GrantRequest.state == GrantState.UNFUNDED.value
    )
    await db.execute(
        update(GrantRequest)
        .where(GrantRequest.id.in_(waiting.order_by(GrantRequest.id).with_for_update()))
        .values(next_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return await post(
        db,
        Posting(
            area_code=area_code,
            key=key,
            kind=TransferKind.ALLOCATION,
            legs=between(treasury, fund, amount_points),
            reason=reason,
            actor_id=actor_id,
        ),
    )
