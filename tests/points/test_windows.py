from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.errors import Invalid
from points import windows
from points.windows import Every, Window

LAST_WEEK = {"every": "quarter", "from_day": -7, "to_day": -1}
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def here(day: int, month: int = 12, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=clock.SHANGHAI)


def test_the_last_week_of_a_quarter_is_its_last_seven_days() -> None:
    (window,) = windows.read([LAST_WEEK])
    opened = [day for day in range(1, 32) if window.is_open(here(day))]
    assert opened == [25, 26, 27, 28, 29, 30, 31]
    assert not window.is_open(here(30, month=11))
    assert window.is_open(here(30, month=9))


def test_it_begins_and_ends_at_midnight_in_shanghai() -> None:
    (window,) = windows.read([LAST_WEEK])
    begin = datetime(2026, 12, 24, 16, tzinfo=UTC)
    assert not window.is_open(begin - timedelta(microseconds=1))
    assert window.is_open(begin)
    end = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert window.is_open(end - timedelta(microseconds=1))
    assert not window.is_open(end)


def test_hours_count_on_each_of_its_days() -> None:
    spans = [{"every": "week", "from_day": 6, "to_day": 7, "opens": "09:00", "closes": "17:00"}]
    (window,) = windows.read(spans)
    saturday = here(26)
    assert [window.is_open(saturday.replace(hour=hour)) for hour in (8, 9, 16, 17)] == [False, True, True, False]
    assert not window.is_open(here(25))
    assert window.opens_after(here(25)) == here(26, hour=9)
    assert window.opens_after(here(26, hour=9)) == here(27, hour=9)


def test_a_day_that_a_month_lacks_is_not_in_it() -> None:
    (window,) = windows.read([{"every": "month", "from_day": 31, "to_day": 31}])
    assert window.is_open(here(31))
    assert not window.is_open(here(30, month=11))
    assert not window.is_open(here(1))


def test_without_windows_it_is_always_open() -> None:
    assert windows.is_open([], here(1))
    assert windows.opens_after([], here(1)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"every": "day", "from_day": 1, "to_day": 1},
        {"every": "month", "from_day": 0, "to_day": 1},
        {"every": "month", "from_day": 5, "to_day": 4},
        {"every": "month", "from_day": -1, "to_day": -2},
        {"every": "month", "from_day": 1, "to_day": 2, "opens": "17:00", "closes": "09:00"},
        {"every": "month", "from_day": 1, "to_day": 2, "note": "x"},
        {"every": "month", "from_day": 1},
    ],
)
def test_what_is_no_span_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        windows.read([wrong])
    assert "windows" in refused.value.fields


@given(st.sampled_from(Every), DAYS, st.integers(1, 28))
def test_each_period_has_its_first_and_its_last_day_once(every: Every, day: date, length: int) -> None:
    first = Window(every=every, from_day=1, to_day=1)
    last = Window(every=every, from_day=-1, to_day=-1)
    after = day + timedelta(days=1)
    assert last.holds_on(day) is first.holds_on(after)
    head = Window(every=every, from_day=1, to_day=length)
    rest = Window(every=every, from_day=length + 1, to_day=366)
    assert head.holds_on(day) is not rest.holds_on(day)


@given(st.lists(st.builds(Window, every=st.sampled_from(Every), from_day=st.just(2), to_day=st.integers(2, 9))))
def test_what_is_written_is_read_again(spans: list[Window]) -> None:
    assert windows.read(windows.written(spans[:5])) == spans[:5]
