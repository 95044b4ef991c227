"""Real processes with real connections, all starting at once: each rule holds whoever comes first."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from subprocess import PIPE, Popen
from typing import Any

import pytest

from core import clock
from core.db import new_id
from tests.points.town import Town, code_of

PROCESSES = 3
Deed = tuple[str, list[Any]]
Race = Callable[[list[Deed]], Counter[str]]


@pytest.fixture(scope="module")
def racers() -> Iterator[list[Popen[str]]]:
    """Processes that wait for races; starting them costs more than running one."""
    command = [sys.executable, "-m", "tests.points.racer"]
    started = [Popen(command, stdin=PIPE, stdout=PIPE, text=True, bufsize=1) for _ in range(PROCESSES)]
    yield started
    for racer in started:
        racer.communicate(timeout=30)


@pytest.fixture
def race(racers: list[Popen[str]], database_url: str) -> Race:
    """Deals deeds to the processes, starts them together and adds up the outcomes."""

    def run(deeds: list[Deed]) -> Counter[str]:
        for number, racer in enumerate(racers):
            _tell(racer, json.dumps([database_url, deeds[number::PROCESSES]]))
        assert [_hear(racer) for racer in racers] == ["ready"] * PROCESSES
        for racer in racers:
            _tell(racer, "go")
        return sum((Counter(json.loads(_hear(racer))) for racer in racers), Counter())

    return run


def _tell(racer: Popen[str], line: str) -> None:
    assert racer.stdin is not None
    racer.stdin.write(f"{line}\n")


def _hear(racer: Popen[str]) -> str:
    assert racer.stdout is not None
    return racer.stdout.readline().strip()


async def test_fifty_verifications_of_one_code_spend_it_once(town: Town, race: Race) -> None:
    resident = await town.resident(points=30)
    held = await town.redeem(resident, await town.reward(price=10))
    outcomes = race([("verify", [code_of(held), f"worker-{n}"]) for n in range(50)])
    assert outcomes == {"done": 1, "code_already_verified": 49}
    assert (await town.balance(resident)).posted == 20
    assert await town.findings() == []


async def test_of_fifty_who_verify_or_take_back_one_code_only_one_does(town: Town, race: Race) -> None:
    resident, reward = await town.resident(points=30), await town.reward(price=10)
    held = await town.redeem(resident, reward)
    outcomes = race([("verify", [code_of(held)]), ("void", [held.id])] * 25)
    assert outcomes["done"] == 1
    assert outcomes.keys() <= {"done", "code_already_verified", "code_void"}
    is_spent = "code_already_verified" in outcomes
    assert ((await town.balance(resident)).available, await town.stock(reward)) == ((20, 4) if is_spent else (30, 5))
    assert await town.findings() == []


async def test_what_waits_is_decided_once_and_handed_out_once(town: Town, race: Race) -> None:
    waiting = await town.redeem(await town.resident(points=30), await town.reward(needs_approval=True))
    outcomes = race([("approve", [waiting.id]), ("refuse", [waiting.id])] * 15)
    assert outcomes["done"] == 1
    assert outcomes.keys() <= {"done", "already_approved", "redemption_refused"}
    held = await town.redeem(await town.resident(points=30), await town.reward())
    await town.verify(code_of(held))
    assert race([("hand_out", [held.id])] * 30) == {"done": 1, "already_handed_out": 29}
    assert await town.findings() == []


async def test_fifty_redemptions_of_the_last_one_give_it_once(town: Town, race: Race) -> None:
    reward = await town.reward(price=10, stock=1)
    residents = await town.residents(50, points=10)
    outcomes = race([("redeem", [resident, reward]) for resident in residents])
    assert outcomes == {"done": 1, "reward_sold_out": 49}
    assert await town.stock(reward) == 0
    assert sum([one.held for one in [await town.balance(resident) for resident in residents]]) == 10
    assert await town.findings() == []


async def test_fifty_redemptions_of_one_resident_spend_only_what_is_there(town: Town, race: Race) -> None:
    resident, reward = await town.resident(points=70), await town.reward(price=10, stock=99)
    outcomes = race([("redeem", [resident, reward])] * 50)
    assert outcomes == {"done": 7, "insufficient_points": 43}
    assert await town.stock(reward) == 92
    assert await town.findings() == []


async def test_fifty_redemptions_of_one_resident_keep_to_their_limit(town: Town, race: Race) -> None:
    resident, reward = (
        await town.resident(points=700),
        await town.reward(price=10, stock=99, limit_per_person=3),
    )
    outcomes = race([("redeem", [resident, reward])] * 50)
    assert outcomes == {"done": 3, "limit_reached": 47}
    assert await town.findings() == []


async def test_fifty_requests_under_one_key_are_one_redemption(town: Town, race: Race) -> None:
    resident, reward = await town.resident(points=70), await town.reward(price=10, stock=99)
    outcomes = race([("redeem", [resident, reward, "key"])] * 50)
    assert outcomes == {"done": 50}
    assert await town.stock(reward) == 98
    assert (await town.balance(resident)).held == 10


async def test_a_transfer_is_reversed_once_by_all(town: Town, race: Race) -> None:
    resident = await town.resident(points=90)
    given = await town.adjust(resident, 10)
    outcomes = race([("reverse", [given.transfer_id])] * 20)
    assert outcomes == {"done": 1, "already_reversed": 19}
    assert (await town.balance(resident)).posted == 90


async def test_a_fund_of_100_pays_exactly_100_of_200_grants(town: Town, race: Race) -> None:
    await town.fund(100)
    residents = [new_id() for _ in range(200)]
    await town.ask_for_all(residents, rule="report_followed")
    outcomes = race([("pay", [30])] * 20)
    assert outcomes == {"done": 20}
    assert await town.fund_balance() == 0
    assert await town.posted(residents) == [1] * 100 + [0] * 100
    assert await town.findings() == []


async def test_all_deeds_at_once_neither_deadlock_nor_drift(town: Town, race: Race) -> None:
    """Everything that locks several rows, in a random order: a circle of waits would end as an error."""
    await town.fund(2)
    residents = [await town.resident(points=100) for _ in range(4)]
    reward = await town.reward(price=5, stock=99)
    dated = await town.reward(price=1, stock=99, code_days=1, limit_per_person=20)
    with clock.frozen(clock.now() - timedelta(days=2)):
        for resident in residents * 2:
            await town.redeem(resident, reward)
            await town.redeem(resident, dated)
    held = [await town.redeem(resident, reward) for resident in residents * 4]
    asking = await town.reward(price=2, stock=99, needs_approval=True, limit_per_person=20)
    waiting = [await town.redeem(resident, asking) for resident in residents * 2]
    given = [await town.adjust(resident, 3) for resident in residents * 2]
    for number in range(40):
        await town.ask(residents[number % 4], str(number), rule="report_followed")
    await town.pay(20)
    deeds: list[Deed] = [
        *(("verify", [code_of(one)]) for one in held[:8]),
        *(("void", [one.id]) for one in held[4:]),
        *((step, [one.id]) for one in waiting for step in ("approve", "refuse", "void")),
        *(("reverse", [one.transfer_id]) for one in given * 2),
        *(("redeem", [resident, one]) for resident in residents * 2 for one in (dated, reward)),
        *(("expire", [3]) for _ in range(6)),
        *(("pay", [7]) for _ in range(10)),
        *(("merge", [residents[0], residents[1], f"{n}"]) for n in range(3)),
        *(("merge", [residents[1], residents[0], f"b{n}"]) for n in range(3)),
        *(("fund", [3]) for _ in range(8)),
    ]
    random.Random(7).shuffle(deeds)
    outcomes = race(deeds)
    assert outcomes.total() == len(deeds)
    assert await town.findings() == []
