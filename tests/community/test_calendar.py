"""Working time follows the statutory calendar, days worked in exchange included."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from community import calendar
from community.calendar import Limit, LimitUnit
from core import clock


def at(text: str) -> datetime:
    return clock.parse(text)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-07-03T16:00", 6, LimitUnit.EMERGENCY_HOURS, "2026-07-03T22:00"),
        ("2026-07-02T10:00", 4, LimitUnit.WORKING_HOURS, "2026-07-02T14:00"),
        ("2026-07-03T16:00", 4, LimitUnit.WORKING_HOURS, "2026-07-06T12:00"),
        ("2026-07-04T08:00", 4, LimitUnit.WORKING_HOURS, "2026-07-06T13:00"),
        ("2026-07-02T20:00", 1, LimitUnit.WORKING_HOURS, "2026-07-03T10:00"),
        ("2026-07-03T10:00", 1, LimitUnit.WORKING_DAYS, "2026-07-06T17:00"),
        ("2026-09-30T10:00", 1, LimitUnit.WORKING_DAYS, "2026-10-08T17:00"),
        ("2026-09-30T16:00", 20, LimitUnit.WORKING_HOURS, "2026-10-10T12:00"),
    ],
)
def test_limits_run_out_when_working_time_says(start: str, amount: int, unit: LimitUnit, due: str) -> None:
    assert calendar.due(at(start), Limit(amount, unit)) == at(due)


def test_a_saturday_worked_in_exchange_is_worked() -> None:
    assert calendar.is_workday(date(2026, 10, 10))
    assert not calendar.is_workday(date(2026, 10, 1))


def test_unknown_years_fall_back_to_weekdays_and_are_named() -> None:
    assert calendar.knows(2026)
    assert not calendar.knows(2099)
    assert calendar.is_workday(date(2099, 10, 1))
    assert not calendar.is_workday(date(2099, 10, 3))
