"""What the resident API answers is what its document promises, empty and filled."""

from __future__ import annotations

from sqlalchemy import select

from bot.api.resident_table import OPERATIONS
from community.residents import Resident
from points import corrections, redemptions, rewards
from tests.bot.api.test_work import a_registration, an_activity, an_order
from tests.bot.api.town import COMMUNITY, Town


async def a_session(town: Town) -> str:
    """The token of a new visitor, who is the town's resident from now on."""
    status, opened = await town.call_as("", "POST", "/api/v1/login", json={"account": "web"})
    assert status == 200
    async with town.service.database.read() as db:
        found = await db.execute(select(Resident.id).where(Resident.ref == opened["resident"]["ref"]))
        town.resident_id, town.ref = found.scalar_one(), opened["resident"]["ref"]
    return str(opened["token"])


async def read_everything(town: Town, token: str) -> int:
    """How many of the own things are there; each answer is checked on the way."""
    found = 0
    for one in OPERATIONS:
        if one.method == "GET" and "{" not in one.path:
            status, _ = await town.call_as(token, "GET", one.path)
            found += status == 200
            assert status in (200, 404), one.path
    return found


async def test_somebody_who_has_nothing_reads_empty_lists(town: Town) -> None:
    token = await a_session(town)
    everything = [one for one in OPERATIONS if one.method == "GET" and "{" not in one.path]
    assert await read_everything(town, token) == len(everything) - 1  # there is no registration


async def test_somebody_with_everything_reads_it(town: Town) -> None:
    token = await a_session(town)
    number = await town.report()
    await an_order(town)
    await a_registration(town)
    _, activity = await town.post("/activities", an_activity())
    await town.post(f"/activities/{activity['id']}/publish")
    async with town.service.database.write() as db:
        reward_id = await rewards.create_reward(db, area_code=COMMUNITY, name="抽纸三包", price_points=5, stock=3)
        await corrections.adjust(
            db, area_code=COMMUNITY, resident_id=town.resident_id, amount_points=9, reason="补登", actor_id="a", key="k"
        )
        await redemptions.redeem(
            db, town.service.vault, resident_id=town.resident_id, area_code=COMMUNITY, reward_id=reward_id, key="r"
        )
    assert await read_everything(town, token) == sum(one.method == "GET" and "{" not in one.path for one in OPERATIONS)
    status, shown = await town.call_as(token, "GET", f"/api/v1/issues/{number}")
    assert (status, shown["number"]) == (200, number)


async def test_a_talk_keeps_its_promise(town: Town) -> None:
    token = await a_session(town)
    said = {"id": "m1", "type": "text", "text": "你好"}
    status, answered = await town.call_as(token, "POST", "/api/v1/messages", json=said)
    assert status == 200
    assert answered["replies"]
    status, _ = await town.call_as(token, "GET", "/api/v1/messages?after=0")
    assert status == 200


async def test_refusals_have_the_same_shape(town: Town) -> None:
    token = await a_session(town)
    assert (await town.call_as("wrong", "GET", "/api/v1/me"))[0] == 401
    assert (await town.call_as(token, "GET", "/api/v1/issues/R0000000000"))[0] == 404
    assert (await town.call_as(token, "POST", "/api/v1/messages", data=b"{"))[0] == 400
    assert (await town.call_as(token, "DELETE", "/api/v1/me"))[0] == 202
