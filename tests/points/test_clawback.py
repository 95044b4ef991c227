"""What a false deed earned is taken back by reversal: spent points are let go or owed, as the community wants it."""

from __future__ import annotations

import pytest

from points.fairness_errors import NothingToClawBack
from points.reversal_plans import ClawBack
from tests.points import fair
from tests.points.town import Town


async def rewarded(town: Town, *sources: str) -> str:
    """A resident with ten points for each of these reports."""
    await town.fund(1000)
    resident_id = await town.resident()
    for source in sources:
        await town.ask(resident_id, source)
    await town.pay()
    return resident_id


async def spend(town: Town, resident_id: str, points: int) -> None:
    made = await town.redeem(resident_id, await town.reward(price=points))
    await town.verify(made.code or "")


async def test_what_is_there_is_taken(town: Town) -> None:
    resident_id = await rewarded(town, "R1", "R2", "R3")
    done = await fair.claw_back(town, resident_id, "R1", "R3")
    assert (done.taken_points, done.owed_points, done.forgiven_points) == (20, 0, 0)
    assert (await town.balance(resident_id)).posted == 10
    assert await town.fund_balance() == 990
    assert await town.findings() == []


@pytest.mark.parametrize(("policy", "owed", "forgiven"), [(ClawBack.CLAMP, 0, 5), (ClawBack.DEBT, 5, 0)])
async def test_what_is_spent(town: Town, policy: ClawBack, owed: int, forgiven: int) -> None:
    resident_id = await rewarded(town, "R1")
    await spend(town, resident_id, 5)
    done = await fair.claw_back(town, resident_id, "R1", policy=policy)
    assert (done.taken_points, done.owed_points, done.forgiven_points) == (5, owed, forgiven)
    assert (await town.balance(resident_id)).posted == 0
    assert await town.owed(resident_id) == owed
    assert await town.findings() == []


async def test_all_of_it_spent_and_let_go(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await spend(town, resident_id, 10)
    done = await fair.claw_back(town, resident_id, "R1")
    assert (done.transfers, done.taken_points, done.forgiven_points) == ((), 0, 10)
    assert (await town.balance(resident_id)).posted == 0


async def test_a_debt_is_settled_from_what_comes(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await spend(town, resident_id, 10)
    await fair.claw_back(town, resident_id, "R1", policy=ClawBack.DEBT)
    assert await town.owed(resident_id) == 10
    await town.adjust(resident_id, 15)
    assert (await town.owed(resident_id), (await town.balance(resident_id)).posted) == (0, 5)
    assert await town.findings() == []


async def test_the_same_key_takes_once(town: Town) -> None:
    resident_id = await rewarded(town, "R1", "R2")
    first = await fair.claw_back(town, resident_id, "R1", key="K")
    assert await fair.claw_back(town, resident_id, "R1", key="K") == first
    assert (await town.balance(resident_id)).posted == 10
    with pytest.raises(NothingToClawBack):
        await fair.claw_back(town, resident_id, "R1")


async def test_what_is_not_paid_yet_is_not_paid(town: Town) -> None:
    resident_id = await town.resident()
    await town.ask(resident_id, "R1")
    assert (await fair.claw_back(town, resident_id, "R1")).unpaid_requests == 1
    await town.fund(100)
    await town.pay()
    assert (await town.balance(resident_id)).posted == 0


async def test_nobody_elses_and_no_other_deed_is_touched(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    other = await rewarded(town, "R1", "R2")
    with pytest.raises(NothingToClawBack):
        await fair.claw_back(town, resident_id, "R2")
    await fair.claw_back(town, resident_id, "R1")
    assert (await town.balance(other)).posted == 20


async def test_what_was_let_go_under_a_key_is_not_taken_under_it_later(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await spend(town, resident_id, 10)
    first = await fair.claw_back(town, resident_id, "R1", key="K")
    await town.adjust(resident_id, 15)
    assert await fair.claw_back(town, resident_id, "R1", key="K") == first
    assert (await town.balance(resident_id)).posted == 15


async def test_requests_that_were_refused_are_said_again_under_the_same_key_only(town: Town) -> None:
    resident_id = await town.resident()
    await town.ask(resident_id, "R1")
    first = await fair.claw_back(town, resident_id, "R1", key="K")
    assert await fair.claw_back(town, resident_id, "R1", key="K") == first
    with pytest.raises(NothingToClawBack):
        await fair.claw_back(town, resident_id, "R1", key="L")
