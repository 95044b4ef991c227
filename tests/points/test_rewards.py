from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Invalid
from points import rewards, shelves
from points.errors import AmountInvalid, RewardClosed, RewardSoldOut, RewardUnknown
from tests.points.town import Town

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


async def offered(town: Town, now: datetime = NOON) -> list[str]:
    async with town.database.read() as db:
        return [reward.id for reward in await rewards.list_rewards(db, area_code=town.area, now=now)]


async def test_the_list_shows_what_is_offered_here_and_now_cheapest_first(town: Town) -> None:
    other = Town(town.database, town.vault, area="110101001002")
    await other.reward()
    dear, cheap = await town.reward(price=20), await town.reward(price=5, stock=0)
    await town.reward(opens_at=NOON + timedelta(seconds=1))
    await town.reward(closes_at=NOON)
    withdrawn = await town.reward()
    async with town.database.write() as db:
        await rewards.withdraw_reward(db, reward_id=withdrawn)
    assert await offered(town) == [cheap, dear]
    async with town.database.read() as db:
        assert len(await rewards.all_rewards(db, area_prefix="110101")) == 6


async def test_the_last_one_is_taken_once(town: Town) -> None:
    reward = await town.reward(stock=1)
    first, second = await town.resident(points=50), await town.resident(points=50)
    await town.redeem(first, reward)
    with pytest.raises(RewardSoldOut):
        await town.redeem(second, reward)
    assert (await town.balance(second)).held == 0
    assert await town.stock(reward) == 0


@pytest.mark.parametrize("moment", [NOON - timedelta(seconds=1), NOON + timedelta(hours=1)])
async def test_outside_its_window_a_reward_is_closed(town: Town, moment: datetime) -> None:
    reward = await town.reward(opens_at=NOON, closes_at=NOON + timedelta(hours=1))
    resident = await town.resident(points=50)
    with clock.frozen(moment), pytest.raises(RewardClosed):
        await town.redeem(resident, reward)
    with clock.frozen(NOON):
        await town.redeem(resident, reward)


async def test_a_withdrawn_reward_is_closed_but_its_codes_stay_good(town: Town) -> None:
    reward = await town.reward()
    resident = await town.resident(points=50)
    redemption = await town.redeem(resident, reward)
    async with town.database.write() as db:
        await rewards.withdraw_reward(db, reward_id=reward)
    with pytest.raises(RewardClosed):
        await town.redeem(resident, reward)
    await town.verify(redemption.code or "")


async def test_the_stock_is_set_to_what_is_on_the_shelf(town: Town) -> None:
    reward = await town.reward(stock=0)
    async with town.database.write() as db:
        await shelves.set_stock(db, reward_id=reward, stock=3)
        with pytest.raises(Invalid):
            await shelves.set_stock(db, reward_id=reward, stock=-1)
        with pytest.raises(RewardUnknown):
            await shelves.set_stock(db, reward_id="0" * 32, stock=1)
    assert await town.stock(reward) == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "长" * 81),
        ("stock", -1),
        ("limit_per_person", 0),
        ("code_days", 0),
        ("closes_at", NOON - timedelta(days=1)),
    ],
)
async def test_a_wrong_field_is_named(town: Town, field: str, value: object) -> None:
    asked: dict[str, Any] = {"name": "垃圾袋", "price_points": 5, "stock": 1, "opens_at": NOON, field: value}
    async with town.database.write() as db:
        with pytest.raises(Invalid) as refused:
            await rewards.create_reward(db, area_code=town.area, **asked)
    assert list(refused.value.fields) == [field]


async def test_a_reward_costs_something(town: Town) -> None:
    with pytest.raises(AmountInvalid):
        await town.reward(price=0)
