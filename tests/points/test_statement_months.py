"""The statement of a month: whatever was done, its figures are those of the ledger, and months follow without a gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.errors import Invalid
from points import monthly, months, statements
from points.errors import StatementBroken
from points.models import Account, Entry, Unit
from points.monthly import MonthStatement
from tests.points.damage import plant
from tests.points.town import AREA, Town

NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC)
"""When it begins in Shanghai."""

DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _late_in_december() -> Iterator[None]:
    with clock.frozen(DECEMBER + timedelta(days=20)):
        yield


async def statement(
    town: Town,
    resident: str,
    month: str = "2026-11",
    *,
    unit: Unit = Unit.POINT,
    before_seq: int | None = None,
    limit: int = 20,
) -> MonthStatement:
    async with town.database.read() as db:
        return await monthly.statement(
            db, area_code=AREA, resident_id=resident, month=month, unit=unit, before_seq=before_seq, limit=limit
        )


async def booked(town: Town, resident: str, *deeds: tuple[datetime, int]) -> None:
    for moment, points in deeds:
        with clock.at(moment):
            await town.adjust(resident, points)


async def test_an_entry_belongs_to_the_month_of_shanghai(town: Town) -> None:
    resident = await town.resident()
    await booked(
        town,
        resident,
        (NOVEMBER - MOMENT, 1),
        (NOVEMBER, 10),
        (DECEMBER - MOMENT, -4),
        (DECEMBER, 100),
    )
    november = await statement(town, resident)
    assert (november.opening, november.received, november.spent, november.closing) == (1, 10, 4, 7)
    assert [line.amount_points for line in november.items] == [-4, 10]
    assert (await statement(town, resident, "2026-10")).closing == 1
    december = await statement(town, resident, "2026-12")
    assert (december.opening, december.closing) == (7, 107)


async def test_a_month_before_the_first_entry_and_one_to_come_are_still(town: Town) -> None:
    resident = await town.resident(points=5)
    before, after = await statement(town, resident, "2026-01"), await statement(town, resident, "2027-06")
    assert (before.opening, before.closing, before.items) == (0, 0, [])
    assert (after.opening, after.closing, after.items) == (5, 5, [])
    stranger = await statement(town, await town.resident(), "2026-12")
    assert (stranger.opening, stranger.count) == (0, 0)


async def test_all_pages_together_are_the_month(town: Town) -> None:
    resident = await town.resident()
    await booked(town, resident, (NOVEMBER - MOMENT, 1), *[(NOVEMBER, points) for points in range(1, 8)], (DECEMBER, 5))
    seen: list[int] = []
    cursor = None
    while True:
        page = await statement(town, resident, before_seq=cursor, limit=3)
        assert (page.opening, page.received, page.count) == (1, 28, 7)
        seen += [line.amount_points for line in page.items]
        cursor = page.next_seq
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_points_and_minutes_stand_in_statements_of_their_own(town: Town) -> None:
    resident = await town.resident()
    with clock.at(NOVEMBER):
        await town.adjust(resident, 30)
        await town.adjust(resident, 90, unit=Unit.MINUTE)
    assert (await statement(town, resident)).closing == 30
    assert (await statement(town, resident, unit=Unit.MINUTE)).closing == 90


async def test_the_sums_are_those_of_the_ledger(town: Town) -> None:
    resident = await town.resident()
    deeds = [(NOVEMBER + timedelta(hours=7 * n), (n % 5) * 3 - 4 + 5 * (n < 4)) for n in range(40)]
    await booked(town, resident, (NOVEMBER - MOMENT, 500), *[deed for deed in deeds if deed[1]])
    found = await statement(town, resident)
    async with town.database.read() as db:
        mine = select(func.sum(Entry.amount)).join(Account, Account.id == Entry.account_id)
        total = (await db.execute(mine.where(Account.owner_id == resident))).scalar_one()
    assert (
        found.opening + found.received - found.spent == found.closing == total == (await town.balance(resident)).posted
    )


async def test_a_damaged_month_is_not_shown_as_if_it_were_right(town: Town) -> None:
    resident = await town.resident()
    await booked(town, resident, (NOVEMBER, 10), (NOVEMBER + MOMENT, 5))
    await plant(town.database, ["UPDATE ledger_entry SET balance_after = 99 WHERE account_seq = 2 AND amount = 5"])
    with pytest.raises(StatementBroken):
        await statement(town, resident)


@pytest.mark.parametrize("name", ["", "2026", "2026-13", "2026-00", "2026-1", "1999-12", "2026-11-01", "２０２６-11"])
def test_a_month_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        months.month(name)


def test_days_follow_the_clock_of_shanghai() -> None:
    span = months.days(clock.local(NOVEMBER).date(), clock.local(DECEMBER - MOMENT).date())
    assert (span.since, span.until) == (NOVEMBER, DECEMBER)
    assert months.month("2026-11") == span
    assert months.month("2026-12").until == datetime(2026, 12, 31, 16, tzinfo=UTC)
    with pytest.raises(Invalid):
        months.days(clock.local(DECEMBER).date(), clock.local(NOVEMBER).date())
    assert months.name_of(DECEMBER - MOMENT) == "2026-11"
    assert months.begins(DECEMBER - MOMENT) == NOVEMBER


async def test_the_end_of_a_month_is_found_among_many_entries_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Halving finds what looking at each finds, also where two wrote out of turn."""
    resident = await town.resident()
    moments = [NOVEMBER + timedelta(minutes=n) for n in range(20)]
    moments[9], moments[10] = moments[10], moments[9]
    await booked(town, resident, *[(moment, 1) for moment in moments])
    async with town.database.read() as db:
        account_id = await statements.account_id(db, area_code=AREA, resident_id=resident)
        assert account_id is not None

        async def found() -> list[int]:
            return [await months.last_seq(db, account_id=account_id, before=at + MOMENT) for at in sorted(moments)]

        each = await found()
        assert each[:3] == [1, 2, 3]
        assert each[8:11] == [9, 11, 11]
        monkeypatch.setattr(months, "FEW", 2)
        assert await found() == each
        assert await months.last_seq(db, account_id=account_id, before=NOVEMBER) == 0
