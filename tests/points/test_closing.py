"""Whoever is erased leaves nothing half done behind, even if they redeem in the same moment."""

from __future__ import annotations

import asyncio

import pytest

from core.db import new_id
from core.values import RedemptionState
from points import redemptions
from points.closing import close_wallets
from tests.points.town import Town


async def close(town: Town, resident: str) -> int:
    async with town.database.write() as db:
        return await close_wallets(db, resident_ids=[resident])


async def state(town: Town, resident: str) -> RedemptionState:
    return (await town.redemptions(resident))[0].state


@pytest.mark.parametrize("needs_approval", [False, True])
async def test_what_was_not_collected_goes_back_on_the_shelf(town: Town, needs_approval: bool) -> None:
    resident = await town.resident(points=30)
    reward = await town.reward(stock=5, needs_approval=needs_approval)
    await town.redeem(resident, reward)
    assert await close(town, resident) == 1
    assert await state(town, resident) is RedemptionState.VOID
    assert await town.stock(reward) == 5
    assert await town.findings() == []


async def test_what_was_collected_stays_spent(town: Town) -> None:
    resident = await town.resident(points=30)
    await town.verify((await town.redeem(resident, await town.reward())).code or "")
    await close(town, resident)
    assert await state(town, resident) is RedemptionState.VERIFIED
    assert await town.findings() == []


async def test_what_is_redeemed_in_the_same_moment_is_given_back_too(town: Town) -> None:
    """The redemption has the wallet; whoever closes it waits, and finds what came of it."""
    resident = await town.resident(points=30)
    reward = await town.reward(stock=5)
    async with town.database.write() as db:
        await redemptions.redeem(
            db, town.vault, resident_id=resident, area_code=town.area, reward_id=reward, key=new_id()
        )
        closing = asyncio.create_task(close(town, resident))
        await asyncio.sleep(0.3)
        assert not closing.done()
    assert await closing == 1
    assert await state(town, resident) is RedemptionState.VOID
    assert await town.stock(reward) == 5
    assert await town.findings() == []
