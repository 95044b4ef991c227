"""Limits per person and period, counted in rows that hold their own ceiling; periods are those of Shanghai."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points.accounts import dialect_insert
from points.grant_models import CapCounter


class Period(StrEnum):
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    EVER = "ever"


class CapScope(StrEnum):
    RULE = "rule"
    ALL_RULES = "all_rules"
    REWARD = "reward"


@dataclass(frozen=True, slots=True)
class CapKey:
    """Which limit, of whom, in which period; `subject_id` is a rule with its area, or a reward."""

    scope: CapScope
    subject_id: str
    resident_id: str
    period_key: str


@dataclass(frozen=True, slots=True)
class Use:
    """So much of a limit is to be used."""

    key: CapKey
    amount: int
    ceiling: int


def period_key(period: Period, moment: datetime) -> str:
    """The name of the period that holds a moment, by the calendar of Shanghai: `2026-11-21`, `2026-11`, `2026-Q4`."""
    day = clock.local(moment).date()
    match period:
        case Period.DAY:
            return day.isoformat()
        case Period.MONTH:
            return f"{day:%Y-%m}"
        case Period.QUARTER:
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case Period.YEAR:
            return f"{day.year:04}"
        case Period.EVER:
            return "ever"


async def used(db: AsyncSession, keys: Collection[CapKey]) -> dict[CapKey, int]:
    """What was used of these limits so far; a limit without a row is not in the answer."""
    if not keys:
        return {}
    wanted = [(k.scope.value, k.subject_id, k.resident_id, k.period_key) for k in keys]
    columns = (CapCounter.scope, CapCounter.subject_id, CapCounter.resident_id, CapCounter.period_key)
    rows = await db.execute(select(*columns, CapCounter.used).where(tuple_(*columns).in_(wanted)))
    return {CapKey(CapScope(scope), subject, who, period): n for scope, subject, who, period, n in rows}


async def take(db: AsyncSession, uses: Sequence[Use]) -> bool:
    """Use all of these limits, each key named once; False when one is reached (the caller then rolls back)."""
    wanted = sorted((use for use in uses if use.amount > 0), key=lambda use: order(use.key))
    if any(use.amount > use.ceiling for use in wanted):
        return False
    if not wanted:
        return True
    make = dialect_insert(db, CapCounter)
    total = CapCounter.used + make.excluded.used
    upsert = make.on_conflict_do_update(
        index_elements=["scope", "subject_id", "resident_id", "period_key"],
        set_={"used": total, "ceiling": make.excluded.ceiling},
        where=total <= make.excluded.ceiling,
    ).returning(CapCounter.used)
    done = await db.execute(upsert, [_row(use) for use in wanted])
    return len(done.all()) == len(wanted)


def order(key: CapKey) -> tuple[str, ...]:
    """In which order counters are locked."""
    return key.scope.value, key.subject_id, key.resident_id, key.period_key


def _row(use: Use) -> dict[str, str | int]:
    return {
        "scope": use.key.scope.value,
        "subject_id": use.key.subject_id,
        "resident_id": use.key.resident_id,
        "period_key": use.key.period_key,
        "used": use.amount,
        "ceiling": use.ceiling,
    }


async def give_back(db: AsyncSession, key: CapKey, amount: int) -> None:
    """Undo a use, in the period in which it was used; a counter that was never made stays so."""
    await db.execute(
        update(CapCounter)
        .where(
            CapCounter.scope == key.scope.value,
            CapCounter.subject_id == key.subject_id,
            CapCounter.resident_id == key.resident_id,
            CapCounter.period_key == key.period_key,
        )
        .values(used=CapCounter.used - amount)
        .execution_options(synchronize_session=False)
    )
