"""What the staff do to the ledger: adjust a balance, allocate points to a community's fund."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.turns import lock_as_found
from points import accounts
from points.accounts import AccountRef
from points.attempts import post_once
from points.grant_models import GrantRequest, GrantState
from points.ledger import post
from points.models import AccountKind, TransferKind, Unit
from points.postings import Posted, Posting, between, check_amount


async def adjust(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    amount_points: int,
    reason: str,
    actor_id: str,
    key: str,
    approver_id: str | None = None,
    document_no: str | None = None,
    unit: Unit = Unit.POINT,
    expires_at: datetime | None = None,
) -> Posted:
    """Correct a resident's balance by a signed number of points, out of or into the treasury.

    The treasury, because a correction must not fail for want of budget. What is given settles a debt first, the rest
    expires at `expires_at`. Raises AmountInvalid, InsufficientPoints, CeilingReached, AccountClosed or KeyReused.
    """
    check_amount(abs(amount_points) if type(amount_points) is int else amount_points)
    treasury = AccountRef(area_code, AccountKind.TREASURY, unit=unit)
    resident = AccountRef(area_code, AccountKind.RESIDENT, resident_id, unit)
    return await post_once(
        db,
        Posting(
            area_code=area_code,
            key=key,
            kind=TransferKind.ADJUSTMENT,
            legs=between(treasury, resident, amount_points, expires_at=expires_at),
            reason=reason,
            recipient_id=resident_id,
            document_no=document_no,
            actor_id=actor_id,
            approver_id=approver_id,
        ),
    )


async def fund_community(
    db: AsyncSession,
    *,
    area_code: str,
    amount_points: int,
    actor_id: str,
    reason: str,
    key: str,
    approver_id: str | None = None,
    document_no: str | None = None,
) -> Posted:
    """Allocate points from the treasury to the fund that pays a community's grants. Raises AmountInvalid.

    Grants that waited for money become due at once.
    """
    check_amount(amount_points)
    treasury, fund = AccountRef(area_code, AccountKind.TREASURY), AccountRef(area_code, AccountKind.FUND)
    await _wake(db, area_code, (fund, treasury))
    return await post(
        db,
        Posting(
            area_code=area_code,
            key=key,
            kind=TransferKind.ALLOCATION,
            legs=between(treasury, fund, amount_points),
            reason=reason,
            document_no=document_no,
            actor_id=actor_id,
            approver_id=approver_id,
        ),
    )


async def _wake(db: AsyncSession, area_code: str, moved: Collection[AccountRef]) -> None:
    """What waits for money is due now, and nothing waits that the poster puts off while we wait for the accounts."""
    unfunded = (GrantRequest.area_code == area_code, GrantRequest.state == GrantState.UNFUNDED.value)
    waiting = select(GrantRequest.id).where(*unfunded).order_by(GrantRequest.id)

    async def find() -> Sequence[int]:
        return (await db.execute(waiting)).scalars().all()

    async def hold(_: Sequence[int]) -> None:
        # Requests are locked before accounts, as the poster does.
        await db.execute(waiting.with_for_update())
        await accounts.lock(db, list((await accounts.open_accounts(db, moved)).values()))

    ids = await lock_as_found(db, find, hold)
    await db.execute(
        update(GrantRequest)
        .where(GrantRequest.id.in_(ids))
        .values(next_at=clock.now())
        .execution_options(synchronize_session=False)
    )
