"""Balances at the ends of months: written once, sparing the way back, never changing what a statement says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core import clock
from points import monthly, snapshots
from points.models import Account
from points.seal_models import BalanceSnapshot
from points.snapshots import Taken
from tests.points.damage import plant
from tests.points.town import AREA, Town

NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC)
DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC)
DAY = timedelta(days=1)


async def take(town: Town, as_of: datetime = DECEMBER, after_id: int = 0, limit: int = 200) -> Taken:
    async with town.database.write() as db:
        return await snapshots.take(db, as_of=as_of, after_id=after_id, limit=limit)


async def kept(town: Town) -> list[tuple[datetime, int, int]]:
    """Of this community: moment, balance and number of the last entry."""
    query = select(BalanceSnapshot.as_of, BalanceSnapshot.balance, BalanceSnapshot.last_seq)
    query = query.join(Account, Account.id == BalanceSnapshot.account_id).where(Account.area_code == AREA)
    async with town.database.read() as db:
        rows = await db.execute(query.order_by(BalanceSnapshot.account_id, BalanceSnapshot.as_of))
        return [(row.as_of, row.balance, row.last_seq) for row in rows]


async def books(town: Town) -> str:
    """A resident with an entry in October, two in November, one in December."""
    resident = await town.resident()
    for moment, points in ((NOVEMBER - DAY, 7), (NOVEMBER + DAY, 20), (NOVEMBER + 2 * DAY, -5), (DECEMBER + DAY, 9)):
        with clock.at(moment):
            await town.adjust(resident, points)
    return resident


def test_a_month_is_closed_an_hour_after_its_end() -> None:
    assert snapshots.due(DECEMBER + timedelta(minutes=59)) == NOVEMBER
    assert snapshots.due(DECEMBER + timedelta(minutes=60)) == DECEMBER


async def test_a_snapshot_holds_the_balance_and_the_number_of_the_last_entry(town: Town) -> None:
    await books(town)
    assert (await take(town)).broken == ()
    assert (DECEMBER, 22, 3) in await kept(town)


async def test_taken_again_it_changes_nothing(town: Town) -> None:
    await books(town)
    await take(town)
    before = await kept(town)
    assert len(before) == 2  # of the resident and the treasury
    assert (await take(town)).written == 0
    assert await kept(town) == before


async def test_who_did_not_move_needs_no_new_one(town: Town) -> None:
    resident = await town.resident()
    with clock.at(NOVEMBER - DAY):
        await town.adjust(resident, 7)
    await take(town, NOVEMBER)
    await take(town, DECEMBER)
    assert {as_of for as_of, _, _ in await kept(town)} == {NOVEMBER}


async def test_batches_go_over_all_accounts(town: Town) -> None:
    for _ in range(5):
        with clock.at(NOVEMBER):
            await town.resident(points=3)
    after: int | None = 0
    while after is not None:
        after = (await take(town, after_id=after, limit=2)).last_id
    assert len(await kept(town)) == 6


async def test_statements_say_the_same_with_and_without(town: Town) -> None:
    resident = await books(town)

    async def said() -> list[object]:
        async with town.database.read() as db:
            return [
                await monthly.statement(db, area_code=AREA, resident_id=resident, month=month)
                for month in ("2026-09", "2026-10", "2026-11", "2026-12")
            ]

    before = await said()
    await take(town, NOVEMBER)
    assert await said() == before
    await take(town, DECEMBER)
    assert await said() == before


async def test_what_comes_late_belongs_to_the_month_in_which_it_came(town: Town) -> None:
    resident = await books(town)
    await take(town, DECEMBER)
    with clock.at(NOVEMBER + 3 * DAY):
        await town.adjust(resident, 1000)
    async with town.database.read() as db:
        november = await monthly.statement(db, area_code=AREA, resident_id=resident, month="2026-11")
        december = await monthly.statement(db, area_code=AREA, resident_id=resident, month="2026-12")
    assert (november.closing, december.opening, december.closing) == (22, 22, 1031)


async def test_damage_is_found_and_gets_no_snapshot(town: Town) -> None:
    await books(town)
    await plant(town.database, ["UPDATE ledger_entry SET amount = 21 WHERE amount = 20"])
    taken = await take(town)
    assert len(taken.broken) == 1


async def test_a_snapshot_is_not_rewritten(town: Town) -> None:
    await books(town)
    await take(town)
    with pytest.raises(IntegrityError, match="append-only"):
        async with town.database.write() as db:
            await db.execute(text("UPDATE balance_snapshot SET balance = 1"))
