"""Killed at any named point, a deed has happened as a whole or not at all; asked again, it has happened once."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from subprocess import PIPE, Popen
from typing import Any

import pytest

from core.db import new_id
from core.errors import AppError
from tests.points.killed import POINTS
from tests.points.town import Town, code_of

Kill = Callable[[str, str, list[Any]], None]
Sums = list[int]


@pytest.fixture(scope="module")
def killed() -> Iterator[Popen[str]]:
    command = [sys.executable, "-m", "tests.points.killed"]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, bufsize=1) as process:
        yield process
        process.communicate(timeout=30)


@pytest.fixture
def kill(killed: Popen[str], database_url: str) -> Kill:
    def run(point: str, deed: str, facts: list[Any]) -> None:
        assert killed.stdin is not None
        assert killed.stdout is not None
        killed.stdin.write(f"{json.dumps([database_url, point, deed, facts])}\n")
        assert int(killed.stdout.readline()) == -signal.SIGKILL

    return run


async def _exactly_once(
    town: Town, kill: Kill, deed: tuple[str, list[Any]], seen: Callable[[], Awaitable[Sums]], after: Sums
) -> None:
    name, facts = deed
    before = await seen()
    for point in POINTS:
        kill(point, name, facts)
        assert await seen() == (after if point == "after the commit" else before), point
    try:
        await getattr(town, name)(*facts)
    except AppError as again:
        assert again.code == "code_already_verified"  # noqa: PT017  verifying has no key: the second time is told
    assert await seen() == after
    assert await town.findings() == []


async def test_an_adjustment(town: Town, kill: Kill) -> None:
    resident = await town.resident(points=50)

    async def seen() -> Sums:
        return [(await town.balance(resident)).posted]

    await _exactly_once(town, kill, ("adjust", [resident, -20, new_id()]), seen, [30])


async def test_a_reversal(town: Town, kill: Kill) -> None:
    resident = await town.resident(points=50)
    given = await town.adjust(resident, 20)

    async def seen() -> Sums:
        return [(await town.balance(resident)).posted]

    await _exactly_once(town, kill, ("reverse", [given.transfer_id, new_id()]), seen, [50])


async def test_a_verification(town: Town, kill: Kill) -> None:
    resident, reward = await town.resident(points=50), await town.reward(price=10)
    code = code_of(await town.redeem(resident, reward))

    async def seen() -> Sums:
        balance = await town.balance(resident)
        return [balance.posted, balance.held]

    await _exactly_once(town, kill, ("verify", [code]), seen, [40, 0])


async def test_a_batch_of_grants(town: Town, kill: Kill) -> None:
    residents = [await town.resident() for _ in range(3)]
    await town.fund(100)
    for number, resident in enumerate(residents):
        await town.ask(resident, str(number))

    async def seen() -> Sums:
        return [await town.fund_balance(), *[(await town.balance(resident)).posted for resident in residents]]

    await _exactly_once(town, kill, ("pay", []), seen, [70, 10, 10, 10])
