"""Flags: something that a worker should look at, with the reason. A flag changes no balance and stops nobody.

Whoever raises one names its kind and its subject, and a period within the subject where the same may happen again: so
it is raised once, however often the same is found.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import dialect_insert, new_id
from points.fairness_errors import FlagDecided, FlagUnknown
from points.fairness_models import FlagState, PointsFlag
from points.paging import page


class FlagKind(StrEnum):
    """DUPLICATE: one resident's same report twice. TRIVIAL: hardly a report. FALSE_REPORT: paid, and not so after all.

    SELF_VERIFIED: the worker who verified is the one who is paid. COLLUSION: the same two again and again. BURST: many
    in an hour or a day.
    """

    DUPLICATE = "duplicate"
    TRIVIAL = "trivial"
    FALSE_REPORT = "false_report"
    SELF_VERIFIED = "self_verified"
    COLLUSION = "collusion"
    BURST = "burst"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: whom it is about, and in `facts` the codes, ids and numbers that say why."""

    kind: FlagKind
    area_code: str
    subject_kind: str
    subject_id: str
    resident_id: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flag:
    id: str
    kind: FlagKind
    area_code: str
    subject_kind: str
    subject_id: str
    resident_id: str
    facts: dict[str, Any]
    state: FlagState
    raised_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None


async def raise_flags(db: AsyncSession, found: Collection[Found]) -> list[Found]:
    """Write down what was not found before, and return that."""
    new: list[Found] = []
    for one in found:
        made = await db.execute(
            dialect_insert(db, PointsFlag)
            .values(
                id=new_id(),
                area_code=one.area_code,
                kind=one.kind.value,
                subject_kind=one.subject_kind,
                subject_id=one.subject_id,
                resident_id=one.resident_id,
                facts=one.facts,
                state=FlagState.OPEN.value,
                raised_at=clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(PointsFlag.id)
        )
        if made.scalar_one_or_none() is not None:
            new.append(one)
    return new


async def get(db: AsyncSession, *, flag_id: str) -> Flag:
    """Raises FlagUnknown."""
    query = select(PointsFlag).where(PointsFlag.id == flag_id).execution_options(populate_existing=True)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise FlagUnknown
    return _view(row)


async def listing(
    db: AsyncSession,
    *,
    area_codes: Collection[str],
    state: FlagState | None = None,
    kind: FlagKind | None = None,
    after_id: str | None = None,
    limit: int = 50,
) -> list[Flag]:
    """Newest first, in these areas and all below them."""
    rules: list[ColumnElement[bool]] = [
        or_(false(), *(PointsFlag.area_code.startswith(area, autoescape=True) for area in area_codes))
    ]
    if state is not None:
        rules.append(PointsFlag.state == state.value)
    if kind is not None:
        rules.append(PointsFlag.kind == kind.value)
    query = page(
        select(PointsFlag).where(*rules),
        when=PointsFlag.raised_at,
        row_id=PointsFlag.id,
        after_id=after_id,
        limit=limit,
    )
    return [_view(row) for row in (await db.execute(query)).scalars()]


async def decide(db: AsyncSession, *, flag_id: str, state: FlagState, worker_id: str, decision: str) -> Flag:
    """Confirm or dismiss a flag, with the reason; said again by the same worker it is the same decision.

    Raises FlagUnknown, FlagDecided.
    """
    await db.execute(
        update(PointsFlag)
        .where(PointsFlag.id == flag_id, PointsFlag.state == FlagState.OPEN.value)
        .values(state=state.value, decided_by=worker_id, decided_at=clock.now(), decision=decision)
        .execution_options(synchronize_session=False)
    )
    now = await get(db, flag_id=flag_id)
    if (now.state, now.decided_by, now.decision) != (state, worker_id, decision):
        raise FlagDecided(state=now.state.value, by=now.decided_by)
    return now


def _view(row: PointsFlag) -> Flag:
    return Flag(
        id=row.id,
        kind=FlagKind(row.kind),
        area_code=row.area_code,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        resident_id=row.resident_id or "",
        facts=row.facts,
        state=FlagState(row.state),
        raised_at=row.raised_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        decision=row.decision,
    )
