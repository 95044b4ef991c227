"""Limits per period, of one person or of all, counted in rows that hold their own ceiling; periods of Shanghai."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import FromClause, and_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import table_of
from core.row_statements import RowStatement
from points.grant_models import CapCounter


class Period(StrEnum):
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    EVER = "ever"


class CapScope(StrEnum):
    RULE = "rule"
    RULE_TOTAL = "rule_total"
    ALL_RULES = "all_rules"
    FUND = "fund"
    REWARD = "reward"


PERSONAL: Final = frozenset({CapScope.RULE, CapScope.ALL_RULES, CapScope.REWARD})
"""Limits of one person; the others are of everybody together."""


class CapKey(NamedTuple):
    """Which limit, of whom, in which period; `subject_id` is a rule with its area, an area, or a reward."""

    scope: CapScope
    subject_id: str
    resident_id: str
    period_key: str


class Use(NamedTuple):
    """So much of a limit is to be used."""

    key: CapKey
    amount: int
    ceiling: int


def period_key(period: Period, moment: datetime) -> str:
    """The name of the period that holds a moment, by the calendar of Shanghai: `2026-11-21`, `2026-11`, `2026-Q4`."""
    return period_of_day(period, clock.local(moment).date())


def period_of(key: str) -> Period:
    """What kind of period a name is of, as `period_key` makes it."""
    if key == Period.EVER.value:
        return Period.EVER
    if "Q" in key:
        return Period.QUARTER
    return (Period.YEAR, Period.MONTH, Period.DAY)[key.count("-")]


@lru_cache(maxsize=256)
def period_of_day(period: Period, day: date) -> str:
    """The name of the period that holds a day, as `period_key` makes it."""
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
            return Period.EVER.value


async def used(db: AsyncSession, keys: Collection[CapKey]) -> dict[CapKey, int]:
    """What was used of these limits so far; a limit without a row is not in the answer."""
    rows = await _USED.rows(db, [_columns(key) for key in keys])
    return {CapKey(CapScope(scope), subject, who, period): n for who, subject, period, scope, n in rows}


async def take(db: AsyncSession, uses: Sequence[Use]) -> bool:
    """Use all of these limits, each key named once; False when one is reached (the caller then rolls back)."""
    if any(use.amount > use.ceiling for use in uses):
        return False
    wanted = sorted((*_columns(use.key), use.amount, use.ceiling) for use in uses if use.amount > 0)
    return len(await _TAKE.rows(db, wanted)) == len(wanted)


def order(key: CapKey) -> tuple[str, ...]:
    """In which order counters are locked."""
    return _columns(key)


def _columns(key: CapKey) -> tuple[str, str, str, str]:
    """As in the primary key, so that the limits of one person are neighbours there."""
    return key.resident_id, key.subject_id, key.period_key, key.scope.value


def _using(given: FromClause, make: Any) -> Any:
    insertion = make(_TABLE).from_select(_NAMES, select(*given.c).where(true()), include_defaults=False)
    total = _TABLE.c.used + insertion.excluded.used
    return insertion.on_conflict_do_update(
        index_elements=_KEY,
        set_={"used": total, "ceiling": insertion.excluded.ceiling},
        where=total <= insertion.excluded.ceiling,
    ).returning(_TABLE.c.used)


_TABLE: Final = table_of(CapCounter)
_KEY: Final = ("resident_id", "subject_id", "period_key", "scope")
_NAMES: Final = (*_KEY, "used", "ceiling")
_USED: Final = RowStatement(
    {name: _TABLE.c[name].type for name in _KEY},
    lambda given, _: select(*(_TABLE.c[name] for name in (*_KEY, "used"))).join_from(
        given, _TABLE, and_(*(_TABLE.c[name] == given.c[name] for name in _KEY))
    ),
)
_TAKE: Final = RowStatement({name: _TABLE.c[name].type for name in _NAMES}, _using)


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
