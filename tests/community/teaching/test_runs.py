"""One training at a time: a lease says whose it is, and a dead one's is taken over."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from community.teaching import VersionState, runs
from community.teaching.runs import ATTEMPTS, LEASE, Claim, LeaseLost, RunNotFound
from core import clock
from core.db import Database
from tests.community.people import MONDAY

LATER = LEASE + timedelta(seconds=1)


async def ask(database: Database, wanted: VersionState = VersionState.TRAINED) -> str:
    async with database.write() as db:
        return await runs.ask(db, worker_id="w-admin", wanted=wanted)


async def claim(database: Database) -> Claim | None:
    async with database.write() as db:
        return await runs.claim(db)


async def state(database: Database) -> str:
    async with database.read() as db:
        return str((await runs.get(db))["state"])


async def claimed(database: Database) -> Claim:
    found = await claim(database)
    assert found is not None
    return found


async def test_who_asks_again_gets_the_one_under_way(database: Database) -> None:
    first = await ask(database)
    assert await ask(database) == first
    await claim(database)
    assert await ask(database) == first
    async with database.read() as db:
        with pytest.raises(RunNotFound):
            await runs.get(db, run_id="none")


async def test_two_that_ask_at_once_get_the_same(database: Database) -> None:
    found = await asyncio.gather(*(ask(database) for _ in range(4)))
    assert len(set(found)) == 1


async def test_of_several_servers_one_trains(database: Database) -> None:
    await ask(database)
    taken = await asyncio.gather(*(claim(database) for _ in range(4)))
    assert sum(one is not None for one in taken) == 1
    assert await state(database) == "running"


async def test_a_lease_that_ran_out_is_taken_over_and_the_first_may_not_finish(database: Database) -> None:
    await ask(database)
    with clock.frozen(MONDAY):
        first = await claimed(database)
    with clock.frozen(MONDAY + LEASE / 2):
        assert await claim(database) is None
        async with database.write() as db:
            await runs.renew(db, first)
    with clock.frozen(MONDAY + LATER):
        assert await claim(database) is None, "it was renewed"
    with clock.frozen(MONDAY + LEASE + LATER):
        second = await claimed(database)
        for step in (runs.renew, runs.release):
            async with database.write() as db:
                with pytest.raises(LeaseLost):
                    await step(db, first)
        async with database.write() as db:
            with pytest.raises(LeaseLost):
                await runs.finish(db, first, version=1)
        async with database.write() as db:
            await runs.finish(db, second, version=2)
    async with database.read() as db:
        assert (await runs.get(db))["version"] == 2


async def test_a_server_that_stops_gives_it_back_untried(database: Database) -> None:
    await ask(database)
    for _ in range(ATTEMPTS + 1):
        taken = await claimed(database)
        async with database.write() as db:
            await runs.release(db, taken)
    assert await state(database) == "queued"


async def test_what_kills_every_server_is_given_up(database: Database) -> None:
    await ask(database)
    for attempt in range(ATTEMPTS):
        with clock.frozen(MONDAY + attempt * LATER):
            await claimed(database)
    with clock.frozen(MONDAY + ATTEMPTS * LATER):
        assert await claim(database) is None
    assert await state(database) == "failed"
    first = await ask(database)
    assert (await claimed(database)).run_id == first


async def test_a_failure_is_told(database: Database) -> None:
    await ask(database, VersionState.SHADOW)
    taken = await claimed(database)
    assert taken.wanted is VersionState.SHADOW
    async with database.write() as db:
        await runs.finish(db, taken, error="broken.csv:3: empty")
    async with database.read() as db:
        run = await runs.get(db)
    assert (run["state"], run["error"], run["version"]) == ("failed", "broken.csv:3: empty", None)
