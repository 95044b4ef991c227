"""The states of a redemption: one conditional step at a time, each recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.errors import AppError
from core.values import RedemptionState
from points.errors import (
    AlreadyApproved,
    AlreadyHandedOut,
    CodeAlreadyVerified,
    CodeExpired,
    CodeNotVerified,
    CodeUnknown,
    CodeVoid,
    RedemptionNotApproved,
    RedemptionRefused,
)
from points.reward_models import TRANSITIONS, RedemptionChange, RedemptionRow

_SETTLING = frozenset(
    {RedemptionState.VERIFIED, RedemptionState.REFUSED, RedemptionState.VOID, RedemptionState.EXPIRED}
)
"""Where the points are spent or given back."""


async def transit(
    db: AsyncSession,
    redemption_id: str,
    *,
    to: RedemptionState,
    actor_id: str,
    reason: str,
    usable_at: datetime | None = None,
    **also: Any,
) -> RedemptionRow:
    """One conditional step of the table TRANSITIONS, and its record; at `usable_at`, if given, it must not be expired.

    `also` are other columns that the step sets. Raises CodeUnknown or the error that names what stands in the way.
    """
    sources = [state for state, targets in TRANSITIONS.items() if to in targets]
    still = RedemptionRow.expires_at > usable_at if usable_at else true()
    settled = {"settled_at": usable_at or clock.now(), "settled_by": actor_id} if to in _SETTLING else {}
    changed = await db.execute(
        update(RedemptionRow)
        .where(RedemptionRow.id == redemption_id, RedemptionRow.state.in_([s.value for s in sources]), still)
        .values(state=to.value, **settled, **also)
        .returning(RedemptionRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    row = changed.scalar_one_or_none()
    if row is None:
        raise await _refusal(db, redemption_id, to)
    await record(db, row.id, before=_before(row, sources), to=to, actor_id=actor_id, reason=reason)
    return row


def _before(row: RedemptionRow, sources: list[RedemptionState]) -> RedemptionState:
    """Only what is still open comes from one of two states, and a code tells which."""
    if len(sources) == 1:
        return sources[0]
    return RedemptionState.WAITING if row.code_blind is None else RedemptionState.HELD


async def _refusal(db: AsyncSession, redemption_id: str, to: RedemptionState) -> AppError:
    query = select(RedemptionRow).where(RedemptionRow.id == redemption_id)
    row = (await db.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        return CodeUnknown()
    return _too_early(row, to) or _too_late(row, to)


def _too_early(row: RedemptionRow, to: RedemptionState) -> AppError | None:
    """What has to happen before."""
    match RedemptionState(row.state):
        case RedemptionState.WAITING if to in (RedemptionState.VERIFIED, RedemptionState.HANDED_OUT):
            return RedemptionNotApproved(redemption_id=row.id)
        case RedemptionState.HELD if to is RedemptionState.HANDED_OUT:
            return CodeNotVerified(redemption_id=row.id)
        case _:
            return None


def _too_late(row: RedemptionRow, to: RedemptionState) -> AppError:
    """What became of it."""
    match RedemptionState(row.state):
        case RedemptionState.HELD if to in (RedemptionState.HELD, RedemptionState.REFUSED):
            return AlreadyApproved(redemption_id=row.id, approved_at=row.approved_at, approved_by=row.approved_by)
        case RedemptionState.HANDED_OUT if to is RedemptionState.HANDED_OUT:
            return AlreadyHandedOut(redemption_id=row.id, handed_at=row.handed_at, handed_by=row.handed_by)
        case RedemptionState.VERIFIED | RedemptionState.HANDED_OUT:
            return _verified(row)
        case RedemptionState.REFUSED:
            return RedemptionRefused(redemption_id=row.id, refused_at=row.settled_at)
        case RedemptionState.VOID:
            return CodeVoid(redemption_id=row.id, voided_at=row.settled_at)
        case _:
            return CodeExpired(redemption_id=row.id, expires_at=row.expires_at)


def _verified(row: RedemptionRow) -> CodeAlreadyVerified:
    return CodeAlreadyVerified(
        redemption_id=row.id,
        verified_at=row.verified_at,
        verified_by=row.verified_by,
        site_id=row.site_id,
        area_code=row.area_code,
    )


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
