"""What a worker does to points that a second person may have to sign, as one value, and the doing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from points import corrections, hand_awards, reversals, sharing
from points.fairness_models import AdjustmentKind
from points.hand_awards import HandAward
from points.models import Unit
from points.rules import in_force
from points.sharing import DonationFund


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to do: `amount` signed as the resident's wallet will feel it, in `unit`.

    `resident_id` is empty where no resident's wallet is concerned. `facts` name the transfer of a reversal, the deed of
    an award, the donation account of a gift.
    """

    kind: AdjustmentKind
    area_code: str
    resident_id: str
    amount: int
    reason: str
    asked_by: str
    unit: Unit = Unit.POINT
    document_no: str | None = None
    facts: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """`created` is False when it was done before. An award names no transfer: the poster pays it."""

    created: bool
    transfer_id: str | None


async def do(db: AsyncSession, asked: Asked, *, key: str, approver_id: str | None = None) -> Done:
    """Do it, once under this key. Raises what the ledger's own functions raise."""
    doing = {
        AdjustmentKind.ADJUSTMENT: _adjust,
        AdjustmentKind.REVERSAL: _reverse,
        AdjustmentKind.AWARD: _award,
        AdjustmentKind.GIFT: _give,
    }
    return await doing[asked.kind](db, asked, key, approver_id)


async def _adjust(db: AsyncSession, asked: Asked, key: str, approver_id: str | None) -> Done:
    posted = await corrections.adjust(
        db,
        area_code=asked.area_code,
        resident_id=asked.resident_id,
        amount_points=asked.amount,
        reason=asked.reason,
        actor_id=asked.asked_by,
        approver_id=approver_id,
        key=key,
        document_no=asked.document_no,
    )
    return Done(posted.created, posted.transfer_id)


async def _reverse(db: AsyncSession, asked: Asked, key: str, approver_id: str | None) -> Done:
    undone = await reversals.reverse(
        db,
        transfer_id=(asked.facts or {})["transfer"],
        reason=asked.reason,
        actor_id=asked.asked_by,
        approver_id=approver_id,
        key=key,
    )
    return Done(undone.created, undone.transfer_id)


async def _award(db: AsyncSession, asked: Asked, _: str, approver_id: str | None) -> Done:
    """Once for the deed, under whatever key."""
    award = HandAward.of(asked.area_code, asked.resident_id, asked.facts or {})
    book = await in_force(db)
    made = await hand_awards.request(db, award, book=book, asked_by=asked.asked_by, approved_by=approver_id)
    return Done(made, None)


async def _give(db: AsyncSession, asked: Asked, key: str, approver_id: str | None) -> Done:
    posted = await sharing.give(
        db,
        area_code=asked.area_code,
        resident_id=asked.resident_id,
        fund=DonationFund((asked.facts or {})["fund"]),
        amount_points=asked.amount,
        reason=asked.reason,
        actor_id=asked.asked_by,
        approver_id=approver_id,
        key=key,
    )
    return Done(posted.created, posted.transfer_id)
