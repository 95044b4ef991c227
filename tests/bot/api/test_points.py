"""Points, rewards and redemptions through the admin API."""

from __future__ import annotations

from typing import Any

from core import clock
from core.values import Role
from points import redemptions, rewards
from tests.bot.api.town import COMMUNITY, OTHER_COMMUNITY, Town


async def adjusted(town: Town, amount: int, **options: Any) -> tuple[int, Any]:
    return await town.post(f"/points/{town.ref}/adjust", {"amount": amount, "reason": "补登"}, **options)


async def test_points_are_adjusted_stated_and_reversed(town: Town) -> None:
    status, posted = await adjusted(town, 30, role=Role.DESK)
    assert (status, posted["created"]) == (200, True)
    _, balance = await town.get(f"/points/{town.ref}", role=Role.AUDITOR)
    assert balance["available"] == 30
    [wallet] = balance["wallets"]
    assert wallet == {
        "area_code": COMMUNITY,
        "posted": 30,
        "held": 0,
        "available": 30,
        "next_expiry": None,
        "minutes": 0,
    }
    _, page = await town.get(f"/points/{town.ref}/statement?limit=1")
    assert [line["amount_points"] for line in page["items"]] == [30]
    status, _ = await town.post(f"/transfers/{posted['transfer_id']}/reverse", {"reason": "登错"}, role=Role.DESK)
    assert status == 200
    status, answer = await town.post(f"/transfers/{posted['transfer_id']}/reverse", {"reason": "登错"})
    assert (status, answer["error"]["code"]) == (422, "already_reversed")
    _, report = await town.get("/points/audit", role=Role.AUDITOR)
    assert report == {"ok": True, "findings": [], "next": None, "newest": None, "asked": None}


async def test_the_same_key_pays_once(town: Town) -> None:
    headers = {"Idempotency-Key": "once"}
    _, first = await adjusted(town, 5, headers=headers)
    _, again = await adjusted(town, 5, headers=headers)
    assert (again["transfer_id"], again["created"]) == (first["transfer_id"], False)
    status, answer = await adjusted(town, 6, headers=headers)
    assert (status, answer["error"]["code"]) == (409, "key_reused")
    _, other = await adjusted(town, 5, headers=headers, role=Role.DESK)
    assert other["created"]
    _, balance = await town.get(f"/points/{town.ref}")
    assert balance["wallets"][0]["posted"] == 10


async def test_a_balance_does_not_go_below_zero_and_amounts_are_whole(town: Town) -> None:
    status, answer = await adjusted(town, -1)
    assert (status, answer["error"]["code"]) == (422, "insufficient_points")
    for amount in (0, 1.5, "3", 10**12):
        status, _ = await town.post(f"/points/{town.ref}/adjust", {"amount": amount, "reason": "补登"})
        assert status == 400, amount


async def test_another_streets_wallet_is_refused(town: Town) -> None:
    _, posted = await adjusted(town, 5)
    there = town.elsewhere[Role.DESK]
    assert (await town.get(f"/points/{town.ref}", token=there))[0] == 403
    assert (await town.get(f"/points/{town.ref}/statement", token=there))[0] == 403
    assert (await adjusted(town, 5, token=there))[0] == 403
    reversing = f"/transfers/{posted['transfer_id']}/reverse"
    assert (await town.post(reversing, {"reason": "x"}, token=there))[0] == 403
    body = {"amount": 5, "reason": "x", "area": OTHER_COMMUNITY}
    assert (await town.post(f"/points/{town.ref}/adjust", body))[0] == 403
    assert (await town.get("/points/J0000000000"))[0] == 404


async def a_reward(town: Town) -> str:
    body = {"area_code": COMMUNITY, "name": "抽纸三包", "price_points": 20, "stock": 5}
    status, made = await town.post("/rewards", body, role=Role.DESK)
    assert status == 201
    return str(made["id"])


async def a_code(town: Town) -> str:
    """The code of a reward that the resident redeemed."""
    reward_id = await a_reward(town)
    await adjusted(town, 50)
    async with town.service.database.write() as db:
        made = await redemptions.redeem(
            db, town.service.vault, resident_id=town.resident_id, area_code=COMMUNITY, reward_id=reward_id, key="r1"
        )
    assert made.code is not None
    return made.code


async def test_a_code_is_verified_once_and_stands_in_no_answer(town: Town) -> None:
    code = await a_code(town)
    status, done = await town.post("/redemptions/verify", {"code": code}, role=Role.DESK)
    assert (status, done["state"]) == (200, "verified")
    status, answer = await town.post("/redemptions/verify", {"code": code}, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "code_already_verified")
    _, listed = await town.get("/redemptions?state=verified")
    assert len(listed["items"]) == 1
    assert code not in str(listed)


async def test_a_voided_code_gives_everything_back(town: Town) -> None:
    code = await a_code(town)
    status, _ = await town.post("/redemptions/void", {"code": code, "reason": "缺货"}, role=Role.DESK)
    assert status == 200
    _, balance = await town.get(f"/points/{town.ref}")
    assert balance["wallets"][0]["available"] == 50
    _, listed = await town.get("/rewards")
    assert listed["items"][0]["stock"] == 5


async def test_another_streets_code_is_refused(town: Town) -> None:
    code = await a_code(town)
    there = town.elsewhere[Role.DESK]
    status, answer = await town.post("/redemptions/verify", {"code": code}, token=there)
    assert (status, answer["error"]["code"]) == (403, "code_elsewhere")
    assert (await town.post("/redemptions/void", {"code": code, "reason": "x"}, token=there))[0] == 403
    assert (await town.get("/redemptions", token=there))[1]["items"] == []


async def test_stock_is_set(town: Town) -> None:
    reward_id = await a_reward(town)
    _, made = await town.post(f"/rewards/{reward_id}/stock", {"stock": 9}, role=Role.DESK)
    assert made["stock"] == 9
    status, _ = await town.post(f"/rewards/{reward_id}/stock", {"stock": 9}, token=town.elsewhere[Role.DESK])
    assert status == 403


async def test_a_withdrawn_reward_is_offered_no_longer_and_its_codes_stay_good(town: Town) -> None:
    code = await a_code(town)
    _, listed = await town.get("/rewards")
    withdrawing = f"/rewards/{listed['items'][0]['id']}/withdraw"
    assert (await town.post(withdrawing, token=town.elsewhere[Role.DESK]))[0] == 403
    _, made = await town.post(withdrawing, role=Role.DESK)
    assert made["status"] == "withdrawn"
    async with town.service.database.read() as db:
        assert await rewards.list_rewards(db, area_code=COMMUNITY, now=clock.now()) == []
    assert (await town.post("/redemptions/verify", {"code": code}, role=Role.DESK))[0] == 200
