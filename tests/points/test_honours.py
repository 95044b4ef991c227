"""Tiers: reached once, kept whatever is spent, by tables that rise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.errors import ConfigError
from points import honours
from points.honours import Standing, Table, Tables, Tier
from tests.points.town import AREA, Town

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
STARS = honours.shipped().at("default", NOW)
BOTH = honours.shipped().at("hours_and_points", NOW)


async def award(town: Town, resident: str, minutes: int, points: int = 0, table: Table = STARS) -> list[str]:
    async with town.database.write() as db:
        new = await honours.award(db, area_code=AREA, resident_id=resident, table=table, minutes=minutes, points=points)
    return [tier.id for tier in new]


async def standing(town: Town, resident: str, minutes: int, points: int = 0, table: Table = STARS) -> Standing:
    async with town.database.read() as db:
        return await honours.standing(
            db, area_code=AREA, resident_id=resident, table=table, minutes=minutes, points=points
        )


async def test_the_exact_minute_reaches(town: Town) -> None:
    resident = await town.resident()
    assert await award(town, resident, 5999) == []
    before = await standing(town, resident, 5999)
    assert (before.tier, before.following, before.missing_minutes) == (None, STARS.tiers[0], 1)
    assert await award(town, resident, 6000) == ["star_1"]
    after = await standing(town, resident, 6000)
    assert (after.tier, after.following, after.missing_minutes) == (STARS.tiers[0], STARS.tiers[1], 12000)


async def test_each_tier_is_awarded_once_with_its_version_and_moment(town: Town) -> None:
    resident = await town.resident()
    with clock.frozen(NOW):
        assert await award(town, resident, 40000) == ["star_1", "star_2", "star_3"]
    assert await award(town, resident, 40000) == []
    assert await award(town, resident, 60000) == ["star_4"]
    reached = (await standing(town, resident, 60000)).reached
    assert [(one.tier.id, one.version) for one in reached][:3] == [("star_1", 1), ("star_2", 1), ("star_3", 1)]
    assert {one.reached_at for one in reached[:3]} == {NOW}


async def test_what_was_reached_stays_when_figures_fall(town: Town) -> None:
    """As when an activity was certified wrongly: the honour is not taken away by a clock job."""
    resident = await town.resident()
    await award(town, resident, 20000)
    found = await standing(town, resident, 100)
    assert found.tier == STARS.tiers[1]
    assert (found.following, found.missing_minutes) == (STARS.tiers[2], 35900)


async def test_spending_lowers_nothing(town: Town) -> None:
    resident = await town.resident()
    await town.fund(500)
    for number in range(5):
        await town.ask(resident, f"2026-{number}")
    await town.pay()

    async def earned() -> int:
        async with town.database.read() as db:
            return await honours.earned(db, area_code=AREA, resident_id=resident)

    assert await earned() == 50
    await town.redeem(resident, await town.reward(price=30))
    await town.adjust(resident, -15)
    assert await earned() == 50
    await town.adjust(resident, 1000)  # a correction is not earned
    assert await earned() == 50


async def test_where_both_are_asked_for_both_must_be_there(town: Town) -> None:
    resident = await town.resident()
    assert await award(town, resident, 3000, 499, BOTH) == []
    missing = await standing(town, resident, 2000, 499, BOTH)
    assert (missing.missing_minutes, missing.missing_points) == (1000, 1)
    assert await award(town, resident, 3000, 500, BOTH) == ["medal_1"]


async def test_the_last_tier_has_none_above(town: Town) -> None:
    found = await standing(town, await town.resident(), 90000)
    assert (found.tier, found.following, found.missing_minutes) == (STARS.tiers[-1], None, 0)


async def test_a_tier_of_another_table_is_kept(town: Town) -> None:
    resident = await town.resident()
    await award(town, resident, 3000, 500, BOTH)
    found = await standing(town, resident, 3000)
    assert found.tier == BOTH.tiers[0]
    assert found.following == STARS.tiers[0]


@given(st.integers(0, 100_000), st.integers(0, 10_000))
def test_tiers_are_reached_from_below(minutes: int, points: int) -> None:
    for table in honours.shipped().tables:
        reached = [tier.is_reached(minutes, points) for tier in table.tiers]
        assert reached == sorted(reached, reverse=True)


def test_an_unknown_table_is_the_default_one() -> None:
    assert honours.shipped().at("nowhere", NOW) == STARS


def tables(*versions: tuple[str, int, str, list[tuple[str, int, int]]]) -> Tables:
    return Tables.model_validate(
        {
            "table": [
                {
                    "name": name,
                    "version": version,
                    "from": begins,
                    "tier": [{"id": i, "title": i, "minutes": m, "points": p} for i, m, p in tiers],
                }
                for name, version, begins, tiers in versions
            ]
        }
    )


def test_a_version_holds_from_its_day_in_shanghai() -> None:
    both = tables(("default", 1, "2026-01-01", [("a", 60, 0)]), ("default", 2, "2026-12-01", [("a", 120, 0)]))
    assert both.at("default", datetime(2026, 11, 30, 15, 59, tzinfo=UTC)).version == 1
    assert both.at("default", datetime(2026, 11, 30, 16, tzinfo=UTC)).version == 2
    assert both.tier("a", 1) == Tier(id="a", title="a", minutes=60)
    with pytest.raises(ConfigError):
        both.at("default", datetime(2025, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "wrong",
    [
        'minutes = 60 }, { id = "b", title = "b", minutes = 60',
        'minutes = 60, points = 5 }, { id = "b", title = "b", minutes = 90, points = 4',
        'minutes = 60 }, { id = "a", title = "b", minutes = 90',
        "minutes = 0",
        "minutes = 1.5",
        'minutes = "60"',
        "minutes = 60, pounds = 1",
    ],
)
def test_a_table_that_does_not_rise_is_refused(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "tiers.toml"
    path.write_text(
        f'[[table]]\nname = "default"\nversion = 1\nfrom = 2026-01-01\ntier = [{{ id = "a", title = "a", {wrong} }}]\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match=r"tiers\.toml"):
        honours.load(path)


def test_an_id_stands_in_one_table_and_versions_follow_each_other() -> None:
    with pytest.raises(ValueError, match="two tables"):
        tables(("default", 1, "2026-01-01", [("a", 60, 0)]), ("other", 1, "2026-01-01", [("a", 60, 0)]))
    with pytest.raises(ValueError, match="too early"):
        tables(("default", 1, "2026-01-01", [("a", 60, 0)]), ("default", 2, "2026-01-01", [("a", 60, 0)]))
