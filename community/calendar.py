"""Working time after China's statutory calendar, days worked in exchange (调休) included.

Limits come in the three units of municipal practice: emergency hours run day and night, working hours and working
days only in business time. For years that the calendar package doesn't know yet, Monday to Friday are worked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

import chinese_calendar

from core import clock

OPENS: Final = time(9)
CLOSES: Final = time(17)
DAY: Final = timedelta(days=1)


class LimitUnit(StrEnum):
    EMERGENCY_HOURS = "emergency_hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Limit:
    """How much time a matter may take."""

    amount: int
    unit: LimitUnit


@lru_cache(maxsize=4096)
def is_workday(day: date) -> bool:
    """Whether this day is worked; by weekday alone where the statutory calendar is not known."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


@lru_cache(maxsize=64)
def knows(year: int) -> bool:
    """Whether the statutory calendar of this year is known; `doctor` says so where it is not."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def due(start: datetime, limit: Limit) -> datetime:
    """The moment at which a limit that began at `start` runs out, aware, in UTC."""
    if limit.unit is LimitUnit.EMERGENCY_HOURS:
        return start + timedelta(hours=limit.amount)
    moment = clock.local(start)
    if limit.unit is LimitUnit.WORKING_DAYS:
        day = _later_workday(moment.date(), limit.amount)
        return _at(day, CLOSES)
    return _add_working_time(moment, timedelta(hours=limit.amount))


def _later_workday(day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    while count > 0:
        day += DAY
        if is_workday(day):
            count -= 1
    return day


def _add_working_time(moment: datetime, left: timedelta) -> datetime:
    """Walk through business hours, in Shanghai, until nothing is left."""
    day = moment.date()
    begins = moment
    while True:
        if is_workday(day):
            opens, closes = _at(day, OPENS), _at(day, CLOSES)
            begins = max(begins, opens)
            if begins + left <= closes:
                return begins + left
            left -= max(closes - begins, timedelta())
        day += DAY
        begins = _at(day, OPENS)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=clock.SHANGHAI).astimezone(UTC)
