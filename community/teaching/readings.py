"""How messages were read, day by day: counts without words, and whether what residents write has changed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from community import scope
from community.teaching.models import ReadDay, ShadowDay
from core import clock
from core.db import dialect_insert

ABSTAINED: Final = ""
RECENT_DAYS: Final = 7
EARLIER_DAYS: Final = 28
KEPT_DAYS: Final = 400
ENOUGH: Final = 50
"""With fewer messages on either side a shift is mere chance."""

CHANGED: Final = 0.1
CLEARLY_CHANGED: Final = 0.25
"""Limits of the population stability index as they are used for credit scores, where it comes from."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One first message: its day, area, and intent or ABSTAINED."""

    day: date
    area_code: str
    intent: str


async def count(db: AsyncSession, readings: Sequence[Reading]) -> None:
    """Add to the counts, a statement for each kind."""
    for one, times in sorted(Counter(readings).items(), key=lambda item: (item[0].area_code, item[0].intent)):
        row = {"day": one.day, "area_code": one.area_code, "intent": one.intent, "messages": times}
        await db.execute(
            dialect_insert(db, ReadDay)
            .values(row)
            .on_conflict_do_update(
                index_elements=["day", "area_code", "intent"], set_={"messages": ReadDay.messages + times}
            )
        )


async def count_shadow(db: AsyncSession, *, version: int, same: int, different: int) -> None:
    """Add how often the shadow model read like the serving one today."""
    row = {"day": clock.today(), "version": version, "same": same, "different": different}
    await db.execute(
        dialect_insert(db, ShadowDay)
        .values(row)
        .on_conflict_do_update(
            index_elements=["day", "version"],
            set_={"same": ShadowDay.same + same, "different": ShadowDay.different + different},
        )
    )


async def summary(db: AsyncSession, *, areas: Sequence[str], since: date) -> dict[str, Any]:
    """`messages`, `abstained`, `abstention_rate`, `shift` and `shift_level` within these code prefixes."""
    found = await _by_intent(db, areas, since, clock.today())
    messages, abstained = sum(found.values()), found.get(ABSTAINED, 0)
    index = await _shift(db, areas)
    return {
        "messages": messages,
        "abstained": abstained,
        "abstention_rate": round(abstained / messages, 4) if messages else None,
        "shift": index,
        "shift_level": level(index),
    }


async def shadow_days(db: AsyncSession, *, version: int) -> dict[str, int]:
    """How often the version in the shadow read like the one that served, over all days."""
    query = select(func.coalesce(func.sum(ShadowDay.same), 0), func.coalesce(func.sum(ShadowDay.different), 0))
    same, different = (await db.execute(query.where(ShadowDay.version == version))).one()
    return {"same": int(same), "different": int(different)}


async def _by_intent(db: AsyncSession, areas: Sequence[str], first: date, last: date) -> dict[str, int]:
    rows = await db.execute(
        select(ReadDay.intent, func.sum(ReadDay.messages))
        .where(ReadDay.day.between(first, last), scope.within(ReadDay.area_code, areas))
        .group_by(ReadDay.intent)
    )
    return {intent: int(messages) for intent, messages in rows}


async def _shift(db: AsyncSession, areas: Sequence[str]) -> float | None:
    """The last RECENT_DAYS against the EARLIER_DAYS before them."""
    today = clock.today()
    border = today - timedelta(days=RECENT_DAYS)
    recent = await _by_intent(db, areas, border + timedelta(days=1), today)
    earlier = await _by_intent(db, areas, border - timedelta(days=EARLIER_DAYS - 1), border)
    if min(sum(recent.values()), sum(earlier.values())) < ENOUGH:
        return None
    return stability_index(recent, earlier)


def stability_index(recent: Mapping[str, int], earlier: Mapping[str, int]) -> float:
    """The population stability index: 0 for the same shares. Half a message is added to each, so that none is empty."""
    names = sorted({*recent, *earlier})
    now, then = (_shares([found.get(name, 0) + 0.5 for name in names]) for found in (recent, earlier))
    return round(sum((a - b) * math.log(a / b) for a, b in zip(now, then, strict=True)), 4)


def _shares(counts: Sequence[float]) -> list[float]:
    return [count / sum(counts) for count in counts]


def level(index: float | None) -> str | None:
    """`stable`, `changed` or `clearly_changed`."""
    if index is None:
        return None
    if index < CHANGED:
        return "stable"
    return "changed" if index <= CLEARLY_CHANGED else "clearly_changed"


async def forget_old(db: AsyncSession) -> None:
    border = clock.today() - timedelta(days=KEPT_DAYS)
    for table in (ReadDay, ShadowDay):
        await db.execute(delete(table).where(table.day < border).execution_options(synchronize_session=False))
