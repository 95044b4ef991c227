from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.db import Database
from points import caps, months
from points.caps import CapKey, CapScope, Period, Use

KEY = CapKey(CapScope.RULE, "a:r", "p", "2026-11-21")


async def test_a_cap_takes_what_fits_and_nothing_of_what_does_not(database: Database) -> None:
    async with database.write() as db:
        taken = [await caps.take(db, [Use(KEY, n, ceiling=10)]) for n in (11, 4, 6, 1)]
        assert taken == [False, True, True, False]
        assert await caps.used(db, {KEY}) == {KEY: 10}


async def test_what_is_given_back_can_be_used_again(database: Database) -> None:
    async with database.write() as db:
        await caps.take(db, [Use(KEY, 10, ceiling=10)])
        await caps.give_back(db, KEY, 4)
        assert await caps.take(db, [Use(KEY, 4, ceiling=10)])
        assert not await caps.take(db, [Use(KEY, 1, ceiling=10)])


async def test_a_lower_ceiling_stops_at_once_and_keeps_what_was_used(database: Database) -> None:
    async with database.write() as db:
        await caps.take(db, [Use(KEY, 8, ceiling=10)])
        assert not await caps.take(db, [Use(KEY, 1, ceiling=5)])
        assert await caps.used(db, {KEY}) == {KEY: 8}


@pytest.mark.parametrize(
    ("moment", "period", "key"),
    [
        (datetime(2026, 11, 30, 15, 59, 59, 999999, tzinfo=UTC), Period.DAY, "2026-11-30"),
        (datetime(2026, 11, 30, 16, tzinfo=UTC), Period.DAY, "2026-12-01"),
        (datetime(2026, 11, 30, 15, 59, 59, 999999, tzinfo=UTC), Period.MONTH, "2026-11"),
        (datetime(2026, 11, 30, 16, tzinfo=UTC), Period.MONTH, "2026-12"),
        (datetime(2026, 9, 30, 16, tzinfo=UTC), Period.QUARTER, "2026-Q4"),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), Period.YEAR, "2027"),
        (datetime(2026, 12, 31, 16, tzinfo=UTC), Period.EVER, "ever"),
    ],
)
def test_periods_change_at_midnight_in_shanghai(moment: datetime, period: Period, key: str) -> None:
    assert caps.period_key(period, moment) == key


@given(
    period=st.sampled_from([period for period in Period if period is not Period.EVER]),
    moment=st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 30), timezones=st.just(UTC)),
)
def test_a_name_tells_its_period(period: Period, moment: datetime) -> None:
    name = caps.period_key(period, moment)
    assert caps.period_of(name) is period
    span = months.named(name)
    assert span.since <= moment < span.until
    assert caps.period_key(period, span.until) != name == caps.period_key(period, span.since)
