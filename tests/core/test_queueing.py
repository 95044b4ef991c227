"""Who came first goes first; who leaves the queue takes nothing along."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.queueing import Queue


@pytest.fixture
def queues(tmp_path: Path) -> Iterator[list[Queue]]:
    """As three processes have them."""
    made = [Queue(tmp_path / "one.db", patience_seconds=30) for _ in range(3)]
    yield made
    for queue in made:
        queue.close()


async def test_one_that_had_its_turn_goes_behind_who_stands_next(queues: list[Queue], tmp_path: Path) -> None:
    turns: list[str] = []

    async def go(queue: Queue, name: str) -> None:
        async with queue.turn():
            turns.append(name)

    for _ in range(20):
        async with asyncio.timeout(30), queues[0].turn():
            waiting = asyncio.create_task(go(queues[1], "who waited"))
            while is_free(tmp_path / "one.db-next"):  # noqa: ASYNC110  a lock of the system tells nobody
                await asyncio.sleep(0.001)
        await go(queues[0], "again")
        await waiting
    assert turns == ["who waited", "again"] * 20


def is_free(path: Path) -> bool:
    """Whether nobody stands next in line."""
    with path.open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


async def test_there_is_one_turn_at_a_time(queues: list[Queue]) -> None:
    inside = 0

    async def work(queue: Queue) -> None:
        nonlocal inside
        for _ in range(10):
            async with queue.turn():
                inside += 1
                await asyncio.sleep(0)
                assert inside == 1
                inside -= 1

    await asyncio.gather(*(work(queue) for queue in queues))


async def test_who_leaves_while_waiting_does_not_keep_the_others_from_their_turn(queues: list[Queue]) -> None:
    first, leaving, last = queues

    async def wait_in(queue: Queue) -> None:
        async with queue.turn():
            pass

    async with first.turn():
        waiting = asyncio.create_task(wait_in(leaving))
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(30):
        await wait_in(last)
        await wait_in(first)


async def test_who_loses_patience_goes_on_without_a_turn(tmp_path: Path) -> None:
    holder, hasty = (Queue(tmp_path / "one.db", patience_seconds=0.05) for _ in range(2))
    async with holder.turn(), hasty.turn():
        pass
    async with asyncio.timeout(30), hasty.turn():
        pass
    holder.close()
    hasty.close()
