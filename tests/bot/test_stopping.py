"""A stop lets everything end its round: nothing is cut off in the middle of a statement."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest
from redis.asyncio import Redis

from bot import app
from bot.sender import Sender
from bot.timers import Timers
from bot.wakeups import Wakeups
from core.errors import DeliveryError
from core.outbox import Job, enqueue
from tests.house import House
from tests.scenarios.test_bad_input_api import Visitor
from tests.servers import free_port


@pytest.mark.parametrize("loop", [Sender, Timers])
async def test_a_loop_ends_by_itself(quiet: House, loop: type[Sender | Timers]) -> None:
    running = asyncio.create_task(loop(quiet.service).run())
    await asyncio.sleep(0.2)
    quiet.service.wakeups.stop()
    done, _ = await asyncio.wait({running}, timeout=5)
    assert done == {running}
    assert not running.cancelled()


async def test_a_delivery_under_way_is_finished(quiet: House) -> None:
    delivered = asyncio.Event()

    async def deliver(_service: object, _job: Job) -> None:
        await asyncio.sleep(0.5)
        delivered.set()

    async with quiet.service.database.write() as db:
        await enqueue(db, kind="slow", order_key="k", payload={})
    running = asyncio.create_task(Sender(quiet.service, {"slow": deliver}).run())
    await asyncio.sleep(0.2)
    quiet.service.wakeups.stop()
    await app.finish([running])
    assert delivered.is_set()
    assert not running.cancelled()


async def test_a_waiting_page_is_answered(house: House) -> None:
    visitor = await Visitor.of(house)
    waiting = asyncio.create_task(visitor.call("GET", "/api/v1/messages?after=0&wait=25"))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    house.service.wakeups.stop()
    assert (await waiting)[0] == 200
    assert time.monotonic() - began < 10, "it waited on, although the service stops"


async def test_a_fault_of_a_loop_is_raised() -> None:
    async def broken() -> None:
        raise DeliveryError("broken", retryable=False)

    with pytest.raises(DeliveryError):
        await app.finish([asyncio.create_task(broken())])


async def test_a_loop_that_swallows_a_cancelling_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "STOPPING_SECONDS", 0.05)

    async def stubborn() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        await asyncio.sleep(3600)

    task = asyncio.create_task(stubborn())
    await asyncio.wait_for(app.finish([task]), 10)
    assert task.cancelled()


class LosesOne(Wakeups):
    """Its client swallows the first cancelling, as one does that is just connecting."""

    async def _listen(self, redis: Redis) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        await super()._listen(redis)


async def test_a_cancelling_that_was_lost_is_repeated() -> None:
    wakeups = LosesOne(f"redis://127.0.0.1:{free_port()}/0")
    await wakeups.wait("nothing", 0.05)
    closing = asyncio.create_task(wakeups.close())
    done, _ = await asyncio.wait({closing}, timeout=15)
    assert done == {closing}
