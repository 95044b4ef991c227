"""What was read is counted by day and area; a shift of what residents write is seen and named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.teaching import readings
from community.teaching.readings import ABSTAINED, Reading, level, stability_index
from core import clock
from core.db import Database
from tests.community.people import AREA, MONDAY, OTHER_AREA

TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


async def count(database: Database, intent: str, times: int, *, days_ago: int = 0, area: str = AREA) -> None:
    async with database.write() as db:
        await readings.count(db, [Reading(TODAY - timedelta(days=days_ago), area, intent)] * times)


async def summary(database: Database, area: str = "", days: int = 30) -> dict[str, object]:
    async with database.read() as db:
        return await readings.summary(db, areas=(area,), since=TODAY - timedelta(days=days))


async def test_counts_add_up_and_keep_to_their_area(database: Database) -> None:
    await count(database, "issue_report", 3)
    await count(database, "issue_report", 2)
    await count(database, ABSTAINED, 5)
    await count(database, "human", 7, area=OTHER_AREA)
    found = await summary(database, AREA)
    assert (found["messages"], found["abstained"], found["abstention_rate"]) == (10, 5, 0.5)
    assert (await summary(database))["messages"] == 17


async def test_without_messages_there_is_no_rate_and_no_shift(database: Database) -> None:
    assert await summary(database) == {
        "messages": 0, "abstained": 0, "abstention_rate": None, "shift": None, "shift_level": None,
    }  # fmt: skip


async def test_a_week_unlike_the_month_before_is_a_shift(database: Database) -> None:
    await count(database, "issue_report", 80, days_ago=10)
    await count(database, "points_query", 20, days_ago=34)
    await count(database, "points_query", 500, days_ago=36)
    await count(database, "issue_report", 40, days_ago=6)
    assert (await summary(database))["shift"] is None, "40 are too few"
    await count(database, "issue_report", 40, days_ago=0)
    await count(database, "points_query", 20, days_ago=1)
    assert (await summary(database))["shift_level"] == "stable"
    await count(database, ABSTAINED, 100)
    assert (await summary(database))["shift_level"] == "clearly_changed"


@pytest.mark.parametrize(
    ("index", "named"),
    [(None, None), (0.0, "stable"), (0.099, "stable"), (0.1, "changed"), (0.25, "changed"), (0.26, "clearly_changed")],
)
def test_levels_are_the_usual_ones(index: float | None, named: str | None) -> None:
    assert level(index) == named


_COUNTS = st.dictionaries(st.sampled_from(("a", "b", "c", "")), st.integers(0, 500))


@given(_COUNTS, _COUNTS)
def test_the_index_is_finite_never_negative_and_the_same_both_ways(one: dict[str, int], other: dict[str, int]) -> None:
    index = stability_index(one, other)
    assert 0 <= index < 100
    assert index == pytest.approx(stability_index(other, one))
    assert stability_index(one, one) == 0


async def test_shadow_counts_add_up(database: Database) -> None:
    for same, different in ((3, 1), (4, 0)):
        async with database.write() as db:
            await readings.count_shadow(db, version=2, same=same, different=different)
    async with database.read() as db:
        assert await readings.shadow_days(db, version=2) == {"same": 7, "different": 1}
        assert await readings.shadow_days(db, version=3) == {"same": 0, "different": 0}


async def test_old_days_are_forgotten(database: Database) -> None:
    await count(database, "human", 1, days_ago=401)
    await count(database, "human", 1, days_ago=399)
    async with database.write() as db:
        await readings.forget_old(db)
    assert (await summary(database, days=500))["messages"] == 1
