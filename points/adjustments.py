"""What a worker does to points by hand: alone within a limit, above it when a second person agrees.

Corrections, reversals, awards and gifts out of donations go the same way. What one person may do alone is counted by
account and day over all of them, so that a large deed cannot be made of small ones, nor of different ones. What they
take back themselves on the same day counts no more, nor does the taking back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core import clock
from points import accounts, hand_awards, months, overdue, reversals, signed, signing
from points.accounts import AccountRef
from points.attempt_models import Attempt
from points.fairness_models import AdjustmentKind
from points.hand_awards import HandAward
from points.models import AccountKind, Entry, Transfer, TransferKind, Unit
from points.postings import check_amount
from points.reversal_plans import Side
from points.rules import in_force
from points.sharing import DonationFund
from points.signed import Asked, Done
from points.signing import Adjustment

LIMIT_POINTS: Final = 500
"""So much one person may do for one resident in a day, where the community's scheme says nothing else."""

_BY_HAND: Final = (TransferKind.ADJUSTMENT.value, TransferKind.REVERSAL.value, TransferKind.GIFT.value)


async def adjust(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    amount_points: int,
    reason: str,
    actor_id: str,
    key: str,
    limit_points: int = LIMIT_POINTS,
    document_no: str | None = None,
) -> Done | Adjustment:
    """Correct a balance at once within the limit, else ask for a second person; the same key, the same answer.

    Raises KeyReused, and what `corrections.adjust` raises.
    """
    check_amount(abs(amount_points) if type(amount_points) is int else amount_points)
    asked = Asked(
        kind=AdjustmentKind.ADJUSTMENT,
        area_code=area_code,
        resident_id=resident_id,
        amount=amount_points,
        reason=reason,
        asked_by=actor_id,
        document_no=document_no,
    )
    return await signing.before(db, asked=asked, key=key) or await _for_wallet(db, asked, key, limit_points)


async def give(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    fund: DonationFund,
    amount_points: int,
    reason: str,
    actor_id: str,
    key: str,
    limit_points: int = LIMIT_POINTS,
) -> Done | Adjustment:
    """Give donated points to a resident, alone within the limit. Raises KeyReused, and what `sharing.give` raises."""
    check_amount(amount_points)
    asked = Asked(
        kind=AdjustmentKind.GIFT,
        area_code=area_code,
        resident_id=resident_id,
        amount=amount_points,
        reason=reason,
        asked_by=actor_id,
        facts={"fund": fund.value},
    )
    return await signing.before(db, asked=asked, key=key) or await _for_wallet(db, asked, key, limit_points)


async def award(
    db: AsyncSession,
    award: HandAward,
    *,
    reason: str,
    actor_id: str,
    key: str,
    limit_points: int = LIMIT_POINTS,
) -> Done | Adjustment:
    """Award a deed by a rule, alone within the limit; what was awarded before is done already.

    Raises KeyReused, RuleUnknown.
    """
    book = await in_force(db)
    asked = Asked(
        kind=AdjustmentKind.AWARD,
        area_code=award.area_code,
        resident_id=award.resident_id,
        amount=award.amount(book),
        reason=reason,
        asked_by=actor_id,
        facts=award.stored(),
    )
    if waiting := await signing.before(db, asked=asked, key=key):
        return waiting
    if await hand_awards.is_asked(db, award, book=book):
        return Done(created=False, transfer_id=None)
    return await _for_wallet(db, asked, key, limit_points)


async def reverse(
    db: AsyncSession, *, transfer_id: str, reason: str, actor_id: str, key: str, limit_points: int = LIMIT_POINTS
) -> Done | Adjustment:
    """Undo a transfer, alone within the limit. Raises KeyReused, and what `reversals.reverse` raises."""
    area_code = await reversals.area_of(db, transfer_id=transfer_id)
    asked = Asked(AdjustmentKind.REVERSAL, area_code, "", 0, reason, actor_id, facts={"transfer": transfer_id})
    if waiting := await signing.before(db, asked=asked, key=key, but=("resident_id", "amount", "unit")):
        return waiting
    if await _is_settled(db, asked, key):
        return await signed.do(db, asked, key=key)
    sides = await reversals.concerned(db, transfer_id=transfer_id)
    is_small = all(abs(side.amount) <= limit_points for side in sides)
    is_own_slip = is_small and await _is_own_of_today(db, transfer_id, actor_id)
    if is_own_slip or await _is_within(db, sides, actor_id=actor_id, limit_points=limit_points):
        return await signed.do(db, asked, key=key)
    most = max(sides, key=lambda side: abs(side.amount))
    whose = most.account.owner_id if most.account.kind is AccountKind.RESIDENT else ""
    told = replace(asked, resident_id=whose, amount=-most.amount, unit=most.account.unit)
    return await signing.ask(db, key=key, asked=told)


async def _for_wallet(db: AsyncSession, asked: Asked, key: str, limit_points: int) -> Done | Adjustment:
    wallet = AccountRef(asked.area_code, AccountKind.RESIDENT, asked.resident_id)
    account_id = (await accounts.open_accounts(db, [wallet]))[wallet]
    await overdue.release(db, [account_id])
    await accounts.lock(db, [account_id])
    sides = [Side(wallet, asked.amount, account_id)]
    alone = await _is_within(db, sides, actor_id=asked.asked_by, limit_points=limit_points)
    if alone or await _is_settled(db, asked, key):
        return await signed.do(db, asked, key=key)
    return await signing.ask(db, key=key, asked=asked)


async def _is_settled(db: AsyncSession, asked: Asked, key: str) -> bool:
    """Whether under this key it was done or refused before: then it is no question any more who may."""
    done = select(Transfer.id).where(Transfer.area_code == asked.area_code, Transfer.idempotency_key == key)
    refused = select(Attempt.code).where(Attempt.area_code == asked.area_code, Attempt.idempotency_key == key)
    return (await db.execute(union_all(done, refused).limit(1))).scalar_one_or_none() is not None


async def _is_within(db: AsyncSession, sides: Sequence[Side], *, actor_id: str, limit_points: int) -> bool:
    """Whether each of these movements, with what this person did to its account today, stays within the limit."""
    for side in sides:
        if side.amount and await _alone_today(db, side, actor_id) + abs(side.amount) > limit_points:
            return False
    return True


async def _alone_today(db: AsyncSession, side: Side, actor_id: str) -> int:
    """Given and taken since midnight in Shanghai by this person alone, added up; the account is locked."""
    midnight = months.days(clock.today(), clock.today()).since
    other = aliased(Transfer)
    takes_back = exists().where(other.id == Transfer.reverses_id, _is_alone(other, actor_id, midnight))
    taken_back = exists().where(other.reverses_id == Transfer.id, _is_alone(other, actor_id, midnight))
    summed = await db.execute(
        select(func.sum(func.abs(Entry.amount)))
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(Entry.account_id == side.account_id, _is_alone(Transfer, actor_id, midnight), ~takes_back, ~taken_back)
    )
    moved = int(summed.scalar_one() or 0)
    if side.account.kind is not AccountKind.RESIDENT or side.account.unit is not Unit.POINT:
        return moved
    return moved + await hand_awards.given_alone(
        db,
        area_code=side.account.area_code,
        resident_id=side.account.owner_id,
        worker_id=actor_id,
        since=midnight,
        book=await in_force(db),
    )


async def _is_own_of_today(db: AsyncSession, transfer_id: str, actor_id: str) -> bool:
    midnight = months.days(clock.today(), clock.today()).since
    query = select(Transfer.id).where(Transfer.id == transfer_id, _is_alone(Transfer, actor_id, midnight))
    return (await db.execute(query)).scalar_one_or_none() is not None


def _is_alone(transfer: type[Transfer], actor_id: str, since: datetime) -> ColumnElement[bool]:
    """Done by hand since then by this person, with nobody else agreeing."""
    return and_(
        transfer.kind.in_(_BY_HAND),
        transfer.actor_id == actor_id,
        transfer.approver_id.is_(None),
        transfer.created_at >= since,
    )
