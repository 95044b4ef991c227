"""Lists of the resident come by pages: all of it is reached, and a strange cursor is refused."""

from __future__ import annotations

import pytest

from points import corrections, redemptions, rewards
from tests.bot.api.test_resident_promises import a_session
from tests.bot.api.town import COMMUNITY, Town


async def redeem_thrice(town: Town) -> None:
    async with town.service.database.write() as db:
        await corrections.adjust(
            db, area_code=COMMUNITY, resident_id=town.resident_id, amount_points=9, reason="补登", actor_id="a", key="k"
        )
        for n in range(3):
            reward_id = await rewards.create_reward(db, area_code=COMMUNITY, name=f"抽纸{n}", price_points=1, stock=3)
            await redemptions.redeem(
                db,
                town.service.vault,
                resident_id=town.resident_id,
                area_code=COMMUNITY,
                reward_id=reward_id,
                key=f"r{n}",
            )


@pytest.mark.parametrize("name", ["redemptions", "rewards"])
async def test_all_is_reached_page_by_page(town: Town, name: str) -> None:
    token = await a_session(town)
    await redeem_thrice(town)
    _, whole = await town.call_as(token, "GET", f"/api/v1/{name}?limit=50")
    seen, cursor = [], ""
    for _ in range(5):
        _, page = await town.call_as(token, "GET", f"/api/v1/{name}?limit=2{cursor and f'&cursor={cursor}'}")
        assert len(page["items"]) <= 2
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(whole["items"]) == 3
    assert seen == whole["items"]


@pytest.mark.parametrize("name", ["redemptions", "rewards", "services"])
@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "limit=101", "cursor=-5", "cursor=x"])
async def test_a_page_that_is_none_is_400(town: Town, name: str, query: str) -> None:
    token = await a_session(town)
    status, answer = await town.call_as(token, "GET", f"/api/v1/{name}?{query}")
    assert (status, answer["error"]["fields"].keys()) == (400, {query.partition("=")[0]})


async def test_nobody_pages_by_the_redemption_of_another(town: Town) -> None:
    token = await a_session(town)
    await redeem_thrice(town)
    _, mine = await town.call_as(token, "GET", "/api/v1/redemptions")
    other = await a_session(town)
    status, _ = await town.call_as(other, "GET", f"/api/v1/redemptions?cursor={mine['items'][0]['id']}")
    assert status == 400
