"""Aware UTC inside, Shanghai at the edge; nothing else in the house asks what time it is."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.settings import ROOT

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
SOURCES = ("core", "nlp", "points", "community", "handlers", "bot", "admin_cli")


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_frozen_stands_still_and_gives_the_time_back() -> None:
    with clock.frozen(NOON):
        assert clock.now() == clock.now() == NOON
    assert clock.now() > NOON


def test_frozen_asks_a_function_each_time() -> None:
    moments = iter([NOON, NOON + timedelta(hours=1)])
    with clock.frozen(lambda: next(moments)):
        assert clock.now() == NOON
        assert clock.now() == NOON + timedelta(hours=1)


async def test_at_moves_one_task_only() -> None:
    async def elsewhere() -> datetime:
        return clock.now()

    other = asyncio.create_task(elsewhere())
    with clock.at(NOON):
        assert clock.now() == NOON
        assert await other > NOON


def test_today_is_the_day_in_shanghai() -> None:
    with clock.frozen(datetime(2026, 2, 28, 16, 0, tzinfo=UTC)):
        assert clock.today().isoformat() == "2026-03-01"


def test_a_time_without_offset_is_read_as_shanghais() -> None:
    assert clock.parse("2026-03-01T12:00:00") == NOON
    assert clock.parse("2026-03-01T04:00:00Z") == NOON


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "12:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the caller words it
        clock.parse(text)


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1)),
    st.integers(min_value=-12, max_value=14),
)
def test_iso_and_back_is_the_same_second(naive: datetime, hours: int) -> None:
    moment = naive.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    text = clock.iso(moment)
    assert text.endswith("+08:00")
    assert clock.parse(text) == moment


def test_nobody_else_asks_the_system() -> None:
    """`datetime.now`, `utcnow`, `date.today` and `time.time` stand in core.clock alone."""
    asking = re.compile(r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.time)\(")
    guilty = [
        path.relative_to(ROOT).as_posix()
        for folder in SOURCES
        for path in sorted((ROOT / folder).rglob("*.py"))
        if asking.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == ["core/clock.py"]
