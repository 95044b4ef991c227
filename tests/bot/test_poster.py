"""The poster pays what deeds earned, by one process at a time, and each resident hears of it once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.poster import AFTER_WHAT_MATTERS, LEASE, LEASE_SECONDS, Poster
from bot.wakeups import POSTER, Wakeups
from core import clock, leases, outbox
from core.crypto import Ring, Vault
from core.db import Database
from core.leases import LeaseRow
from points.grant_models import GrantRequest, GrantState
from tests.points.town import RING, Town


@pytest.fixture
def vault() -> Vault:
    return Vault(Ring.parse(RING))


@pytest.fixture
async def town(database: Database, vault: Vault) -> Town:
    town = Town(database, vault)
    await town.fund(1000)
    return town


def poster(town: Town, wakeups: Wakeups | None = None) -> Poster:
    return Poster(town.database, town.vault, wakeups or Wakeups(None))


async def told(town: Town) -> list[tuple[str | None, str, int]]:
    """Who is told what, and of how many points, when what matters more has gone."""
    with clock.at(clock.now() + AFTER_WHAT_MATTERS):
        async with town.database.write() as db:
            jobs = await outbox.lease(db, town.vault, limit=100)
    return [(job.owner_id, job.payload["notice"], job.payload["facts"]["amount"]) for job in jobs]


async def test_a_resident_is_told_once_of_all_that_a_batch_gave(town: Town) -> None:
    one, other = await town.resident(), await town.resident()
    for number in range(3):
        await town.ask(one, str(number))
    await town.ask(other, "3")
    assert [row.amount for row in await poster(town).once()] == [10, 10, 10, 10]
    assert await poster(town).once() == []
    assert await told(town) == [(one, "points_granted", 30), (other, "points_granted", 10)]
    async with town.database.read() as db:
        assert set((await db.execute(select(GrantRequest.notified))).scalars()) == {True}


async def test_nobody_is_told_of_what_was_not_paid(town: Town) -> None:
    resident = await town.resident()
    for number in range(7):
        await town.ask(resident, str(number))
    settled = await poster(town).once()
    assert [row.state for row in settled] == [GrantState.PAID] * 5 + [GrantState.CAPPED] * 2
    assert await told(town) == [(resident, "points_granted", 50)]


async def test_who_was_erased_meanwhile_does_not_keep_others_from_their_points(town: Town) -> None:
    gone, other = await town.resident(), await town.resident()
    await town.ask(gone, "1")
    await town.ask(other, "2")
    async with town.database.write() as db:
        await town.vault.destroy(db, gone)
    assert len(await poster(town).once()) == 2
    assert (await town.balance(other)).posted == 10
    assert await told(town) == [(other, "points_granted", 10)]


async def test_a_second_poster_waits_until_the_lease_of_the_first_is_over(town: Town) -> None:
    first, second = poster(town), poster(town)
    resident = await town.resident()
    with clock.frozen(clock.now()):
        await town.ask(resident, "1")
        assert len(await first.once()) == 1
        await town.ask(resident, "2")
        assert await second.once() == []
    with clock.frozen(clock.now() + timedelta(seconds=LEASE_SECONDS + 1)):
        assert len(await second.once()) == 1


async def test_a_poster_that_was_overtaken_pays_nothing(town: Town) -> None:
    late = poster(town)
    resident = await town.resident()
    await town.ask(resident, "1")
    await late.once()
    async with town.database.write() as db:
        await db.execute(update(LeaseRow).values(until=clock.now()))
        assert await leases.acquire(db, name=LEASE, seconds=60, holder="another")
    await town.ask(resident, "2")
    assert await late.once() == []
    assert await late.once() == [], "nor does it take the lease back"
    assert (await town.balance(resident)).posted == 10


async def test_two_posters_at_once_pay_each_request_once(town: Town) -> None:
    resident = await town.resident()
    for number in range(5):
        await town.ask(resident, str(number))
    settled = await asyncio.gather(poster(town).once(), poster(town).once())
    assert sorted(len(one) for one in settled) == [0, 5]
    assert (await town.balance(resident)).posted == 50
    assert await town.findings() == []


async def test_an_idle_poster_writes_nothing(town: Town) -> None:
    assert await poster(town).once() == []
    async with town.database.read() as db:
        assert (await db.execute(select(LeaseRow.name))).first() is None


async def test_it_pays_when_nudged_and_lets_the_lease_go_at_the_end(town: Town) -> None:
    wakeups = Wakeups(None)
    running = asyncio.create_task(poster(town, wakeups).run())
    resident = await town.resident()
    await town.ask(resident, "1")
    async with asyncio.timeout(30):
        while not (await town.balance(resident)).posted:
            await wakeups.nudge(POSTER)
            await asyncio.sleep(0.01)
    wakeups.stop()
    await running
    await town.ask(resident, "2")
    assert len(await poster(town).once()) == 1, "another process goes on at once"
