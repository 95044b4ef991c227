"""Which of the times in a message is an appointment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from handlers.common import appointed
from nlp import understand
from nlp.understanding import Slot, Understanding


def _understood(*slots: Slot) -> Understanding:
    return Understanding("", None, 0, (), (), None, (), 1, None, False, False, slots)


def _time(name: str, start: timedelta, end: timedelta, grain: str = "day", **more: str) -> Slot:
    now = clock.now()
    return Slot(
        "time", 0, 1, name, {"start": (now + start).isoformat(), "end": (now + end).isoformat(), "grain": grain} | more
    )


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOMORROW = _time("tomorrow", DAY, 2 * DAY)


@pytest.mark.parametrize(
    "other",
    [
        _time("past", -2 * DAY, -DAY),
        _time("for three days", -3 * DAY, DAY, kind="duration"),
        _time("now", -HOUR, timedelta(seconds=30), "minute"),
        _time("this year", -200 * DAY, 100 * DAY, "month"),
    ],
)
def test_what_is_no_appointment_is_passed_over(other: Slot) -> None:
    assert appointed(_understood(other, TOMORROW)) == TOMORROW


def test_a_month_is_taken_where_nothing_nearer_is_said() -> None:
    month = _time("this month", -DAY, 9 * DAY, "month")
    assert appointed(_understood(month)) == month


@pytest.mark.parametrize("text", ["坏了三天了", "昨天报的", "现在", "上个月", "两个小时", "最近", "前几天"])
def test_a_length_or_a_past_time_alone_is_none(text: str) -> None:
    understood = understand(text, now=clock.now())
    assert understood.slot("time") is not None
    assert appointed(understood) is None
