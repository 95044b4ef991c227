"""Who came first goes first; who leaves the queue takes nothing along."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import pairwise
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


async def test_one_that_had_its_turn_goes_behind_those_who_wait(queues: list[Queue]) -> None:
    turns: list[int] = []

    async def work(number: int) -> None:
        for _ in range(20):
            async with queues[number].turn():
                turns.append(number)
                await asyncio.sleep(0.002)

    await asyncio.gather(*(work(number) for number in range(3)))
    while_all_wait = turns[: min(_nth(turns, number, 20) for number in range(3))]
    assert set(while_all_wait) == {0, 1, 2}
    assert all(one != after for one, after in pairwise(while_all_wait)), "nobody goes twice while others wait"


def _nth(turns: list[int], number: int, times: int) -> int:
    """Where a process had its turn for so many times."""
    return [index for index, one in enumerate(turns) if one == number][times - 1]


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
