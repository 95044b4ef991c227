from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import clock
from points import holds
from points.accounts import AccountRef
from points.errors import HoldSettled, InsufficientPoints
from points.models import AccountKind, Hold, HoldState
from tests.points.town import AREA, WORKER, Town


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


async def test_a_part_is_spent_and_the_rest_is_free_again(town: Town) -> None:
    resident, hold_id = await held(town)
    async with town.database.write() as db:
        await holds.settle(db, hold_id=hold_id, source_kind="test", source_id="1", actor_id=WORKER, amount_points=4)
        hold = (await db.execute(select(Hold))).scalar_one()
    assert (hold.amount, hold.posted_amount) == (10, 4)
    balance = await town.balance(resident)
    assert (balance.posted, balance.held) == (26, 0)
    lots = {finding.check for finding in await town.findings()}
    assert lots <= {"redemption_against_hold", "redemption_not_spent"}


@pytest.mark.parametrize("amount", [0, 11, -1])
async def test_no_more_is_spent_than_is_reserved(town: Town, amount: int) -> None:
    _, hold_id = await held(town)
    async with town.database.write() as db:
        with pytest.raises(ValueError, match="up to its amount"):
            await holds.settle(
                db, hold_id=hold_id, source_kind="test", source_id="1", actor_id=WORKER, amount_points=amount
            )


async def reserve(town: Town, resident: str, points: int, expires_at: datetime, key: str) -> None:
    account = AccountRef(AREA, AccountKind.RESIDENT, resident)
    async with town.database.write() as db:
        await holds.place(db, hold_id=key, account=account, amount_points=points, expires_at=expires_at)


async def test_an_overdue_reservation_stands_in_nobodys_way(town: Town) -> None:
    """No clock job runs here: its end is honoured when somebody spends, and shown before."""
    resident, soon = await town.resident(points=10), clock.now() + timedelta(hours=1)
    await reserve(town, resident, 8, soon, "first")
    with pytest.raises(InsufficientPoints):
        await reserve(town, resident, 3, soon, "second")
    with clock.frozen(soon):
        balance = await town.balance(resident)
        assert (balance.held, balance.available) == (0, 10)
        await reserve(town, resident, 9, soon + timedelta(hours=1), "third")
        await town.adjust(resident, -1)
        assert (await town.balance(resident)).available == 0
        assert await town.findings() == []


async def test_an_overdue_reservation_is_not_spent(town: Town) -> None:
    resident, soon = await town.resident(points=10), clock.now() + timedelta(hours=1)
    await reserve(town, resident, 8, soon, "first")
    with clock.frozen(soon):
        async with town.database.write() as db:
            with pytest.raises(HoldSettled) as refused:
                await holds.settle(db, hold_id="first", source_kind="test", source_id="1", actor_id=WORKER)
    assert refused.value.facts == {"state": "expired"}


async def test_who_ends_what_was_found_overdue_finds_it_done(town: Town) -> None:
    resident, soon = await town.resident(points=10), clock.now() + timedelta(hours=1)
    await reserve(town, resident, 8, soon, "first")
    with clock.frozen(soon):
        await town.adjust(resident, -10)
        async with town.database.write() as db:
            await holds.release(db, hold_ids=["first"], state=HoldState.EXPIRED)
            await holds.release(db, hold_ids=["first"], state=HoldState.VOID)
    assert (await town.balance(resident)).posted == 0


async def test_a_key_reserves_once(town: Town) -> None:
    resident, soon = await town.resident(points=10), clock.now() + timedelta(hours=1)
    await reserve(town, resident, 2, soon, "same")
    with pytest.raises(IntegrityError):
        await reserve(town, resident, 2, soon, "same")


async def test_only_wallets_are_reserved(town: Town) -> None:
    async with town.database.write() as db:
        with pytest.raises(ValueError, match="wallet"):
            await holds.place(
                db, hold_id="x", account=AccountRef(AREA, AccountKind.FUND), amount_points=1, expires_at=clock.now()
            )
