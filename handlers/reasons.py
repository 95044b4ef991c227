"""Why an entry of a statement came about, in plain words: the deed, which one it was, or what the staff said."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community.volunteers.models import Activity, Attendance
from handlers import texts_points as words
from points.models import TransferKind
from points.reward_models import RedemptionRow
from points.rules import store
from points.statements import Line

_SAID: Final = frozenset({TransferKind.ADJUSTMENT.value, TransferKind.REVERSAL.value})
"""Their reason is what a worker wrote; that of others is a code."""


async def plain(db: AsyncSession, lines: Collection[Line]) -> dict[int, str]:
    """The words for each entry, by its number."""
    book = await store.in_force(db)
    names = await _named(db, lines)
    found: dict[int, str] = {}
    for line in lines:
        title = book.title_of(line.rule_id) if line.rule_id else None
        why = title or words.POINTS_WHY.get(line.rule_id or line.kind) or words.POINTS_WHY["other"]
        which = names.get((line.source_kind, line.source_id), "")
        if which:
            why = words.POINTS_WHICH.format(why=why, which=which)
        if line.kind in _SAID and line.reason:
            why = words.POINTS_BECAUSE.format(why=why, reason=line.reason)
        found[line.seq] = why
    return found


async def _named(db: AsyncSession, lines: Iterable[Line]) -> dict[tuple[str, str], str]:
    """What the sources of these entries are called: an activity's title, a reward's name, a report's number."""
    by_kind: dict[str, set[str]] = {}
    for line in lines:
        by_kind.setdefault(line.source_kind, set()).add(line.source_id)
    found = {("issue", number): number for number in by_kind.get("issue", ())}
    if ids := by_kind.get("attendance"):
        titles = select(Attendance.id, Activity.title).join(Activity, Activity.id == Attendance.activity_id)
        rows = await db.execute(titles.where(Attendance.id.in_(ids)))
        found |= {("attendance", row.id): row.title for row in rows}
    if ids := by_kind.get("redemption"):
        rewards = select(RedemptionRow.id, RedemptionRow.reward_name).where(RedemptionRow.id.in_(ids))
        found |= {("redemption", row.id): row.reward_name for row in await db.execute(rewards)}
    return found
