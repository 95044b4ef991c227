"""Corrections that need a second person: asked for by one, posted when another agrees.

What one person may correct alone is counted by resident and day, so that a large correction cannot be made of small
ones.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import false, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import new_id
from points import accounts, corrections, overdue
from points.accounts import AccountRef, dialect_insert
from points.errors import KeyReused
from points.fairness_errors import AdjustmentDecided, AdjustmentUnknown, SamePerson
from points.fairness_models import AdjustmentRequest, AdjustmentState
from points.models import AccountKind, Entry, Transfer, TransferKind, Unit
from points.paging import page
from points.postings import Posted, check_amount

LIMIT_POINTS: Final = 500
"""So much one person may correct for one resident in a day, where the community's scheme says nothing else."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A correction that waits, or that a second person decided; `transfer_id` once it is posted."""

    id: str
    area_code: str
    resident_id: str
    amount_points: int
    reason: str
    document_no: str | None
    state: AdjustmentState
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    transfer_id: str | None


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
) -> Posted | Adjustment:
    """Correct a balance at once within the limit, else ask for a second person; the same key, the same answer.

    Raises KeyReused, and what `corrections.adjust` raises.
    """
    check_amount(abs(amount_points) if type(amount_points) is int else amount_points)
    said = {
        "resident_id": resident_id,
        "amount": amount_points,
        "reason": reason,
        "document_no": document_no,
        "asked_by": actor_id,
    }
    before = await _by_key(db, area_code, key)
    if before is not None:
        return _same(before, said)
    wallet = AccountRef(area_code, AccountKind.RESIDENT, resident_id)
    account_id = (await accounts.open_accounts(db, [wallet]))[wallet]
    await overdue.release(db, [account_id])
    await accounts.lock(db, [account_id])
    if not await _is_posted(db, area_code, key):
        today = await _corrected_today(db, account_id, actor_id)
        if today + abs(amount_points) > limit_points:
            return await _ask(db, area_code=area_code, key=key, said=said)
    return await corrections.adjust(
        db,
        area_code=area_code,
        resident_id=resident_id,
        amount_points=amount_points,
        reason=reason,
        actor_id=actor_id,
        key=key,
        document_no=document_no,
    )


async def _by_key(db: AsyncSession, area_code: str, key: str) -> AdjustmentRequest | None:
    query = select(AdjustmentRequest).where(
        AdjustmentRequest.area_code == area_code, AdjustmentRequest.idempotency_key == key
    )
    return (await db.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


def _same(row: AdjustmentRequest, said: dict[str, Any]) -> Adjustment:
    if any(getattr(row, name) != value for name, value in said.items()):
        raise KeyReused(adjustment_id=row.id)
    return _view(row)


async def _is_posted(db: AsyncSession, area_code: str, key: str) -> bool:
    query = select(Transfer.id).where(Transfer.area_code == area_code, Transfer.idempotency_key == key)
    return (await db.execute(query)).scalar_one_or_none() is not None


async def _corrected_today(db: AsyncSession, account_id: int, actor_id: str) -> int:
    """Points given and taken since midnight in Shanghai by this person alone, gifts and takings added up."""
    midnight = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    summed = await db.execute(
        select(func.sum(func.abs(Entry.amount)))
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(
            Entry.account_id == account_id,
            Transfer.kind == TransferKind.ADJUSTMENT.value,
            Transfer.actor_id == actor_id,
            Transfer.approver_id.is_(None),
            Transfer.created_at >= midnight,
        )
    )
    return int(summed.scalar_one() or 0)


async def _ask(db: AsyncSession, *, area_code: str, key: str, said: dict[str, Any]) -> Adjustment:
    await db.execute(
        dialect_insert(db, AdjustmentRequest)
        .values(
            id=new_id(),
            area_code=area_code,
            idempotency_key=key,
            unit=Unit.POINT.value,
            state=AdjustmentState.ASKED.value,
            asked_at=clock.now(),
            **said,
        )
        .on_conflict_do_nothing()
    )
    made = await _by_key(db, area_code, key)
    if made is None:
        raise AdjustmentUnknown
    return _same(made, said)


async def approve(db: AsyncSession, *, adjustment_id: str, worker_id: str, decision: str = "") -> Adjustment:
    """Agree and post it, in one; by the same worker again it is the same. A refusal of the ledger leaves it waiting.

    Raises AdjustmentUnknown, SamePerson, AdjustmentDecided, and what `corrections.adjust` raises.
    """
    async with db.begin_nested():
        if not await _decide(db, adjustment_id, AdjustmentState.APPROVED, worker_id, decision):
            return await get(db, adjustment_id=adjustment_id)
        row = await _row(db, adjustment_id)
        posted = await corrections.adjust(
            db,
            area_code=row.area_code,
            resident_id=row.resident_id,
            amount_points=row.amount,
            reason=row.reason,
            actor_id=row.asked_by,
            approver_id=worker_id,
            key=row.idempotency_key,
            document_no=row.document_no,
        )
        await db.execute(
            update(AdjustmentRequest)
            .where(AdjustmentRequest.id == adjustment_id)
            .values(transfer_id=posted.transfer_id)
            .execution_options(synchronize_session=False)
        )
    return await get(db, adjustment_id=adjustment_id)


async def refuse(db: AsyncSession, *, adjustment_id: str, worker_id: str, decision: str) -> Adjustment:
    """Do not agree; by the same worker again it is the same.

    Raises AdjustmentUnknown, SamePerson, AdjustmentDecided.
    """
    await _decide(db, adjustment_id, AdjustmentState.DECLINED, worker_id, decision)
    return await get(db, adjustment_id=adjustment_id)


async def _decide(db: AsyncSession, adjustment_id: str, state: AdjustmentState, worker_id: str, decision: str) -> bool:
    """Whether the request was waiting, and is decided now; False when this worker decided so before."""
    row = await _row(db, adjustment_id)
    if row.asked_by == worker_id:
        raise SamePerson(worker_id=worker_id)
    done = await db.execute(
        update(AdjustmentRequest)
        .where(AdjustmentRequest.id == adjustment_id, AdjustmentRequest.state == AdjustmentState.ASKED.value)
        .values(state=state.value, decided_by=worker_id, decided_at=clock.now(), decision=decision)
        .returning(AdjustmentRequest.id)
        .execution_options(synchronize_session=False)
    )
    if done.scalar_one_or_none() is not None:
        return True
    now = await _row(db, adjustment_id)
    if (now.state, now.decided_by) != (state.value, worker_id):
        raise AdjustmentDecided(state=now.state, by=now.decided_by)
    return False


async def get(db: AsyncSession, *, adjustment_id: str) -> Adjustment:
    """Raises AdjustmentUnknown."""
    return _view(await _row(db, adjustment_id))


async def listing(
    db: AsyncSession,
    *,
    area_codes: Collection[str],
    state: AdjustmentState | None = None,
    after_id: str | None = None,
    limit: int = 50,
) -> list[Adjustment]:
    """Newest first, in these areas and all below them."""
    below = (AdjustmentRequest.area_code.startswith(area, autoescape=True) for area in area_codes)
    query = select(AdjustmentRequest).where(or_(false(), *below))
    if state is not None:
        query = query.where(AdjustmentRequest.state == state.value)
    query = page(query, when=AdjustmentRequest.asked_at, row_id=AdjustmentRequest.id, after_id=after_id, limit=limit)
    return [_view(row) for row in (await db.execute(query)).scalars()]


async def _row(db: AsyncSession, adjustment_id: str) -> AdjustmentRequest:
    query = select(AdjustmentRequest).where(AdjustmentRequest.id == adjustment_id)
    row = (await db.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise AdjustmentUnknown
    return row


def _view(row: AdjustmentRequest) -> Adjustment:
    return Adjustment(
        id=row.id,
        area_code=row.area_code,
        resident_id=row.resident_id,
        amount_points=row.amount,
        reason=row.reason,
        document_no=row.document_no,
        state=AdjustmentState(row.state),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision=row.decision,
        transfer_id=row.transfer_id,
    )
