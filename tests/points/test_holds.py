from __future__ import annotations

import pytest
from sqlalchemy import select

from points import holds
from points.errors import HoldSettled
from points.models import Hold, HoldState
from tests.points.town import WORKER, Town


async def held(town: Town) -> tuple[str, str]:
    """A resident with 30 points, 10 of them reserved, and the id of the reservation."""
    resident = await town.resident(points=30)
    await town.redeem(resident, await town.reward(price=10))
    async with town.database.read() as db:
        return resident, (await db.execute(select(Hold.id))).scalar_one()


async def test_a_reservation_is_released_once(town: Town) -> None:
    resident, hold_id = await held(town)
    async with town.database.write() as db:
        await holds.release(db, hold_ids=[hold_id], state=HoldState.VOID)
        with pytest.raises(HoldSettled) as refused:
            await holds.release(db, hold_ids=[hold_id], state=HoldState.EXPIRED)
    assert refused.value.facts == {"state": "void"}
    assert (await town.balance(resident)).available == 30


async def test_a_released_reservation_is_not_spent(town: Town) -> None:
    resident, hold_id = await held(town)
    async with town.database.write() as db:
        await holds.release(db, hold_ids=[hold_id], state=HoldState.EXPIRED)
        with pytest.raises(HoldSettled):
            await holds.settle(db, hold_id=hold_id, source_kind="test", source_id="1", actor_id=WORKER)
    assert (await town.balance(resident)).posted == 30


async def test_a_spent_reservation_is_a_transfer_that_the_hold_names(town: Town) -> None:
    resident, hold_id = await held(town)
    async with town.database.write() as db:
        posted = await holds.settle(db, hold_id=hold_id, source_kind="test", source_id="1", actor_id=WORKER)
        hold = (await db.execute(select(Hold))).scalar_one()
    assert (hold.state, hold.transfer_id) == ("posted", posted.transfer_id)
    balance = await town.balance(resident)
    assert (balance.posted, balance.held) == (20, 0)
