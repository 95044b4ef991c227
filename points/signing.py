"""What one person may not do alone: it waits, under its key, until a second person agrees, and is posted then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import dialect_insert, new_id
from points import signed
from points.errors import KeyReused
from points.fairness_errors import AdjustmentDecided, AdjustmentUnknown, SamePerson
from points.fairness_models import AdjustmentKind, AdjustmentRequest, AdjustmentState
from points.models import Unit
from points.paging import page
from points.signed import Asked

_FIELDS: Final = tuple(field.name for field in fields(Asked))
_TIMES: Final = frozenset({"occurred_at"})


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A deed that waits, or that a second person decided; `transfer_id` once it is posted.

    An award that was agreed to is paid by the poster, so that it names no transfer.
    """

    id: str
    asked: Asked
    state: AdjustmentState
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    transfer_id: str | None


async def before(db: AsyncSession, *, asked: Asked, key: str, but: Collection[str] = ()) -> Adjustment | None:
    """What was asked for under this key; `but` names fields that are not compared. Raises KeyReused."""
    row = await _by_key(db, asked.area_code, key)
    if row is None:
        return None
    found = _view(row)
    if _said(found.asked, but) != _said(asked, but):
        raise KeyReused(adjustment_id=found.id)
    return found


def _said(asked: Asked, but: Collection[str] = ()) -> dict[str, Any]:
    """All that it says, without times: a retry is later but the same."""
    said = {name: getattr(asked, name) for name in _FIELDS if name not in but}
    return said | {"facts": {name: value for name, value in (asked.facts or {}).items() if name not in _TIMES}}


async def ask(db: AsyncSession, *, key: str, asked: Asked) -> Adjustment:
    """Let it wait for a second person; the same key, the same request. Raises KeyReused."""
    await db.execute(
        dialect_insert(db, AdjustmentRequest)
        .values(
            id=new_id(),
            idempotency_key=key,
            state=AdjustmentState.ASKED.value,
            asked_at=clock.now(),
            **{name: getattr(asked, name) for name in _FIELDS},
        )
        .on_conflict_do_nothing()
    )
    made = await before(db, asked=asked, key=key)
    if made is None:
        raise AdjustmentUnknown
    return made


async def _by_key(db: AsyncSession, area_code: str, key: str) -> AdjustmentRequest | None:
    query = select(AdjustmentRequest).where(
        AdjustmentRequest.area_code == area_code, AdjustmentRequest.idempotency_key == key
    )
    return (await db.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def approve(db: AsyncSession, *, adjustment_id: str, worker_id: str, decision: str = "") -> Adjustment:
    """Agree and do it, in one; by the same worker again it is the same. A refusal of the ledger leaves it waiting.

    Raises AdjustmentUnknown, SamePerson, AdjustmentDecided, and what the deed itself raises.
    """
    async with db.begin_nested():
        if not await _decide(db, adjustment_id, AdjustmentState.APPROVED, worker_id, decision):
            return await get(db, adjustment_id=adjustment_id)
        row = await _row(db, adjustment_id)
        done = await signed.do(db, _asked(row), key=row.idempotency_key, approver_id=worker_id)
        await db.execute(
            update(AdjustmentRequest)
            .where(AdjustmentRequest.id == adjustment_id)
            .values(transfer_id=done.transfer_id)
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


def _asked(row: AdjustmentRequest) -> Asked:
    return Asked(
        kind=AdjustmentKind(row.kind),
        area_code=row.area_code,
        resident_id=row.resident_id,
        amount=row.amount,
        reason=row.reason,
        asked_by=row.asked_by,
        unit=Unit(row.unit),
        document_no=row.document_no,
        facts=row.facts,
    )


def _view(row: AdjustmentRequest) -> Adjustment:
    return Adjustment(
        id=row.id,
        asked=_asked(row),
        state=AdjustmentState(row.state),
        asked_at=row.asked_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision=row.decision,
        transfer_id=row.transfer_id,
    )
