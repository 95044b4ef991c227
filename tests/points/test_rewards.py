from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.errors import Invalid
from points import rewards, shelves
from points.errors import AmountInvalid, ExchangeClosed, RewardChanged, RewardClosed, RewardSoldOut, RewardUnknown
from points.reward_models import RewardStockChange
from points.rules import store
from points.rules.scheme import SCHEME
from tests.points.town import Town, code_of

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


async def changes(town: Town, reward: str) -> list[tuple[int, str, str]]:
    async with town.database.read() as db:
        query = select(RewardStockChange).where(RewardStockChange.reward_id == reward).order_by(RewardStockChange.id)
        return [(one.delta, one.actor_id, one.reason) for one in (await db.execute(query)).scalars()]


async def test_the_stock_is_set_to_what_is_on_the_shelf_and_the_difference_recorded(town: Town) -> None:
    reward = await town.reward(stock=4, actor_id="a")
    await town.redeem(await town.resident(points=50), reward)
    async with town.database.write() as db:
        assert await shelves.set_stock(db, reward_id=reward, stock=9, actor_id="b", reason="delivery") == 6
        assert await shelves.set_stock(db, reward_id=reward, stock=9) == 0
        assert await shelves.set_stock(db, reward_id=reward, stock=8, actor_id="c", reason="broken") == -1
        with pytest.raises(Invalid):
            await shelves.set_stock(db, reward_id=reward, stock=-1)
        with pytest.raises(RewardUnknown):
            await shelves.set_stock(db, reward_id="0" * 32, stock=1)
    assert await town.stock(reward) == 8
    assert await changes(town, reward) == [(4, "a", "opening"), (6, "b", "delivery"), (-1, "c", "broken")]
    assert await town.findings() == []


async def test_a_street_offers_its_rewards_in_every_community_of_it(town: Town) -> None:
    street = Town(town.database, town.vault, area=town.area[:9])
    reward, longer = await street.reward(), await Town(town.database, town.vault, area=f"{town.area}01").reward()
    beside = await Town(town.database, town.vault, area="110101002").reward()
    assert await offered(town) == [reward]
    resident = await town.resident(points=50)
    held = await town.redeem(resident, reward)
    assert (held.area_code, (await town.balance(resident)).held) == (town.area, 10)
    await town.verify(code_of(held))
    for other in (longer, beside):
        with pytest.raises(RewardUnknown):
            await town.redeem(resident, other)
    assert await town.findings() == []


async def test_recurring_windows_open_and_close_a_reward(town: Town) -> None:
    reward = await town.reward(windows=[{"every": "quarter", "from_day": -7, "to_day": -1}])
    resident = await town.resident(points=50)
    opening = datetime(2026, 12, 24, 16, tzinfo=UTC)
    assert await offered(town) == []
    with clock.frozen(NOON), pytest.raises(RewardClosed) as refused:
        await town.redeem(resident, reward)
    assert refused.value.facts == {"opens_at": opening, "closes_at": None}
    assert await offered(town, opening) == [reward]
    with clock.frozen(opening):
        await town.redeem(resident, reward)


async def test_a_window_that_opens_too_late_is_not_announced(town: Town) -> None:
    spans = [{"every": "quarter", "from_day": -7, "to_day": -1}]
    reward = await town.reward(windows=spans, closes_at=NOON + timedelta(days=1))
    with clock.frozen(NOON), pytest.raises(RewardClosed) as refused:
        await town.redeem(await town.resident(points=50), reward)
    assert refused.value.facts["opens_at"] is None


async def test_the_scheme_of_a_community_closes_all_its_rewards(town: Town) -> None:
    resident, reward = await town.resident(points=50), await town.reward()
    body = {"windows": [{"months": [12], "first_day": 25}]}
    with clock.frozen(NOON - timedelta(days=1)):
        async with town.database.write() as db:
            drafted = await store.draft(
                db, area_code=town.area, rule_id=SCHEME, body=body, effective_from=NOON, worker_id="a"
            )
            await store.activate(db, rule_id=SCHEME, version=drafted.version, worker_id="b")
    with clock.frozen(NOON):
        assert await offered(town) == []
        with pytest.raises(ExchangeClosed):
            await town.redeem(resident, reward)
        other = Town(town.database, town.vault, area="110101001002")
        await other.redeem(await other.resident(points=50), await other.reward())
    with clock.frozen(NOON + timedelta(days=40)):
        await town.redeem(resident, reward)


async def test_who_saw_other_terms_is_told_and_what_was_redeemed_keeps_its_own(town: Town) -> None:
    resident, reward = await town.resident(points=50), await town.reward(price=10, name="抽纸")
    held = await town.redeem(resident, reward, version=1)
    async with town.database.write() as db:
        edited = await rewards.edit_reward(db, reward_id=reward, version=1, price_points=25, name="抽纸五包")
        assert (edited.version, edited.price_points, edited.stock) == (2, 25, 4)
        with pytest.raises(RewardChanged):
            await rewards.edit_reward(db, reward_id=reward, version=1, note="x")
        with pytest.raises(AmountInvalid):
            await rewards.edit_reward(db, reward_id=reward, version=2, price_points=0)
        with pytest.raises(RewardUnknown):
            await rewards.edit_reward(db, reward_id="0" * 32, version=1)
    with pytest.raises(RewardChanged) as refused:
        await town.redeem(resident, reward, version=1)
    assert refused.value.facts == {"version": 2}
    assert (held.price_points, held.reward_name) == (10, "抽纸")
    await town.verify(code_of(held))
    assert (await town.balance(resident)).posted == 40
    assert (await town.redeem(resident, reward, version=2)).price_points == 25


async def test_an_edit_keeps_to_the_order_of_opening_and_closing(town: Town) -> None:
    reward = await town.reward(opens_at=NOON)
    async with town.database.write() as db:
        with pytest.raises(Invalid) as refused:
            await rewards.edit_reward(db, reward_id=reward, version=1, closes_at=NOON)
        assert refused.value.fields == {"closes_at": "before_opening"}
        edited = await rewards.edit_reward(db, reward_id=reward, version=1, note="限老人")
        assert (edited.note, edited.opens_at) == ("限老人", NOON)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "长" * 81),
        ("stock", -1),
        ("limit_per_person", 0),
        ("code_days", 0),
        ("note", "长" * 201),
        ("windows", [{"every": "day"}]),
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
