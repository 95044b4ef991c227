"""A refusal leaves every row as it was, also where the caller catches it and the transaction goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import new_id
from core.errors import AppError
from points import corrections, holds, redemptions, reversals, sharing
from points.sharing import DonationFund
from tests.points.rows import rows
from tests.points.town import AREA, WORKER, Town, code_of

Deed = Callable[[AsyncSession], Awaitable[Any]]


async def frozen_code(town: Town) -> Deed:
    resident = await town.resident(points=30)
    code = code_of(await town.redeem(resident, await town.reward()))
    await town.freeze(resident)
    return lambda db: redemptions.verify(db, town.vault, code=code, worker_id=WORKER, area_codes=[AREA])


async def void_of_what_is_spent(town: Town) -> Deed:
    """Its reservation was settled by somebody else, as it never should be."""
    held = await town.redeem(await town.resident(points=30), await town.reward(limit_per_person=1))
    async with town.database.write() as db:
        await holds.settle(db, hold_id=held.id, source_kind="test", source_id="1", actor_id=WORKER)
    return lambda db: redemptions.void(db, redemption_id=held.id, actor_id=WORKER, reason="test")


async def sold_out(town: Town) -> Deed:
    reward = await town.reward(stock=1, limit_per_person=1)
    await town.redeem(await town.resident(points=30), reward)
    late = await town.resident(points=30)
    return lambda db: redemptions.redeem(
        db, town.vault, resident_id=late, area_code=AREA, reward_id=reward, key=new_id()
    )


async def donation_of_too_much(town: Town) -> Deed:
    resident = await town.resident(points=30)
    return lambda db: sharing.donate(
        db, area_code=AREA, resident_id=resident, fund=DonationFund.COMMUNITY, amount_points=31, key=new_id()
    )


async def reversal_of_what_is_spent(town: Town) -> Deed:
    await town.fund(100)
    resident = await town.resident()
    await town.ask(resident, "1")
    await town.pay()
    await town.adjust(resident, -4)
    granted = (await town.statement(resident)).items[-1].transfer_id
    return lambda db: reversals.reverse(db, transfer_id=granted, reason="test", actor_id=WORKER, key=new_id())


async def correction_below_zero(town: Town) -> Deed:
    resident = await town.resident(points=30)
    return lambda db: corrections.adjust(
        db, area_code=AREA, resident_id=resident, amount_points=-31, reason="test", actor_id=WORKER, key=new_id()
    )


@pytest.mark.parametrize(
    "scene",
    [
        frozen_code, void_of_what_is_spent, sold_out, donation_of_too_much, reversal_of_what_is_spent,
        correction_below_zero,
    ],
)  # fmt: skip
async def test_nothing_has_changed(town: Town, scene: Callable[[Town], Awaitable[Deed]]) -> None:
    deed = await scene(town)
    before = await rows(town.database)
    async with town.database.write() as db:
        with pytest.raises(AppError):
            await deed(db)
    assert await rows(town.database) == before
