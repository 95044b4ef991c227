"""The states of a redemption: one conditional step at a time, each recorded."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.errors import AppError
from core.values import RedemptionState
from points.errors import CodeAlreadyVerified, CodeExpired, CodeUnknown, CodeVoid
from points.reward_models import TRANSITIONS, RedemptionChange, RedemptionRow


async def transit(
    db: AsyncSession,
    redemption_id: str,
    *,
    to: RedemptionState,
    actor_id: str,
    reason: str,
    usable_at: datetime | None = None,
) -> RedemptionRow:
    """One conditional step of the table TRANSITIONS, and its record; `usable_at` also asks that it is not expired."""
    now = clock.now()
    sources = [state for state, targets in TRANSITIONS.items() if to in targets]
    still = RedemptionRow.expires_at > usable_at if usable_at else true()
    changed = await db.execute(
        update(RedemptionRow)
        .where(RedemptionRow.id == redemption_id, RedemptionRow.state.in_([s.value for s in sources]), still)
        .values(state=to.value, settled_at=now, settled_by=actor_id)
        .returning(RedemptionRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    row = changed.scalar_one_or_none()
    if row is None:
        raise await _refusal(db, redemption_id)
    await record(db, row.id, before=RedemptionState.HELD, to=to, actor_id=actor_id, reason=reason)
    return row


async def _refusal(db: AsyncSession, redemption_id: str) -> AppError:
    query = select(RedemptionRow).where(RedemptionRow.id == redemption_id)
    row = (await db.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        return CodeUnknown()
    match RedemptionState(row.state):
        case RedemptionState.VERIFIED:
            return CodeAlreadyVerified(redemption_id=row.id, verified_at=row.settled_at, verified_by=row.settled_by)
        case RedemptionState.VOID:
            return CodeVoid(redemption_id=row.id, voided_at=row.settled_at)
        case RedemptionState.HELD | RedemptionState.EXPIRED:
            return CodeExpired(redemption_id=row.id, expires_at=row.expires_at)


async def record(
    db: AsyncSession,
    redemption_id: str,
    *,
    before: RedemptionState | None,
    to: RedemptionState,
    actor_id: str,
    reason: str,
) -> None:
    await db.execute(
        insert(RedemptionChange).values(
            redemption_id=redemption_id,
            from_state=before.value if before else None,
            to_state=to.value,
            at=clock.now(),
            actor_id=actor_id,
            reason=reason,
        )
    )
