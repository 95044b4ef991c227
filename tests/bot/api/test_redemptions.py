"""Rewards, their sites and the way of a redemption through the admin API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from community.workers import WorkerRow
from core.values import Role
from points import codes, corrections, redemptions
from points.redemption_views import Redemption
from tests.bot.api.town import COMMUNITY, OTHER_STREET, STREET, Town

HOURS = {"1": ["09:00-18:00"]}


async def a_site(town: Town, *keepers: str, area: str = COMMUNITY) -> str:
    body = {"area_code": area, "name": "积分超市", "hours": HOURS, "keepers": list(keepers)}
    status, made = await town.post("/sites", body, role=Role.DESK)
    assert (status, made["hours"], made["keepers"]) == (201, HOURS, list(keepers))
    return str(made["id"])


async def a_reward(town: Town, **terms: Any) -> str:
    body = {"area_code": COMMUNITY, "name": "抽纸三包", "price_points": 20, "stock": 5, **terms}
    status, made = await town.post("/rewards", body, role=Role.DESK)
    assert status == 201, made
    return str(made["id"])


async def redeemed(town: Town, reward_id: str) -> Redemption:
    async with town.service.database.write() as db:
        await corrections.adjust(
            db, area_code=COMMUNITY, resident_id=town.resident_id, amount_points=50, reason="test", actor_id="test",
            key=f"given for {reward_id}",
        )  # fmt: skip
        return await redemptions.redeem(
            db, town.service.vault, resident_id=town.resident_id, area_code=COMMUNITY, reward_id=reward_id,
            key=f"for {reward_id}",
        )  # fmt: skip


async def a_code(town: Town, **terms: Any) -> str:
    made = await redeemed(town, await a_reward(town, **terms))
    assert made.code is not None
    return made.code


async def test_a_second_scan_hears_who_verified_it_when_and_where(town: Town) -> None:
    merchant = town.ids[Role.MERCHANT]
    code = await a_code(town, site_id=await a_site(town, merchant))
    status, done = await town.post("/redemptions/verify", {"code": code.lower()}, role=Role.MERCHANT)
    assert (status, done["state"], done["verified_at"]) == (200, "verified", done["settled_at"])
    status, answer = await town.post("/redemptions/verify", {"code": code}, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "code_already_verified")
    assert "由测试merchant在积分超市核销过了" in answer["error"]["message"]
    assert "今天" in answer["error"]["message"]


async def test_every_refusal_of_a_verified_code_says_who_verified_it(town: Town) -> None:
    made = await redeemed(town, await a_reward(town, site_id=await a_site(town)))
    await town.post("/redemptions/verify", {"code": made.code}, role=Role.DESK)
    for path, body in (
        ("void", {"code": made.code, "reason": "缺货"}),
        (f"{made.id}/refuse", {"reason": "缺货"}),
        (f"{made.id}/approve", {}),
    ):
        status, answer = await town.post(f"/redemptions/{path}", body, role=Role.DESK)
        assert (status, answer["error"]["code"]) == (422, "code_already_verified"), path
        assert "由测试desk在积分超市核销过了" in answer["error"]["message"], path


async def test_without_a_site_the_place_is_the_community(town: Town) -> None:
    await town.add_areas(
        {"code": "110101", "name": "安和区", "level": "district", "parent": None},
        {"code": STREET, "name": "槐荫街道", "level": "street", "parent": "110101"},
        {"code": COMMUNITY, "name": "和平里社区", "level": "community", "parent": STREET},
    )
    code = await a_code(town)
    await town.post("/redemptions/verify", {"code": code}, role=Role.DESK)
    _, answer = await town.post("/redemptions/verify", {"code": code})
    assert "由测试desk在和平里社区核销过了" in answer["error"]["message"]


async def test_a_merchant_verifies_and_sees_what_is_collected_at_their_site_only(town: Town) -> None:
    site_id = await a_site(town, town.ids[Role.MERCHANT])
    mine = await redeemed(town, await a_reward(town, site_id=site_id))
    elsewhere = await a_code(town, site_id=await a_site(town))
    status, answer = await town.post("/redemptions/verify", {"code": elsewhere}, role=Role.MERCHANT)
    assert (status, answer["error"]["code"]) == (403, "code_elsewhere")
    _, listed = await town.get("/redemptions", role=Role.MERCHANT)
    assert [one["id"] for one in listed["items"]] == [mine.id]
    assert len((await town.get("/redemptions", role=Role.DESK))[1]["items"]) == 2
    for path in (f"/redemptions/{mine.id}/approve", f"/redemptions/{mine.id}/refuse"):
        assert (await town.post(path, {"reason": "x"} if "refuse" in path else None, role=Role.MERCHANT))[0] == 403
    assert (await town.post("/redemptions/void", {"code": mine.code, "reason": "x"}, role=Role.MERCHANT))[0] == 403
    there = town.elsewhere[Role.MERCHANT]
    assert (await town.post("/redemptions/verify", {"code": mine.code}, token=there))[0] == 403


async def test_a_reward_goes_over_the_counter_at_once_or_later(town: Town) -> None:
    at_once, later = await a_code(town), await a_code(town)
    _, done = await town.post("/redemptions/verify", {"code": at_once, "handed_out": True}, role=Role.DESK)
    assert done["state"] == "handed_out"
    handing = ("/redemptions/hand-out", {"code": later})
    status, answer = await town.post(*handing, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "code_not_verified")
    await town.post("/redemptions/verify", {"code": later}, role=Role.DESK)
    status, done = await town.post(*handing, role=Role.DESK)
    assert (status, done["state"]) == (200, "handed_out")
    status, answer = await town.post(*handing)
    assert (status, answer["error"]["message"]) == (422, "这件兑换品已由测试desk交付过了。")


async def test_a_redemption_that_waits_is_approved_or_refused_by_the_staff_of_its_area(town: Town) -> None:
    yes, no = [await redeemed(town, await a_reward(town, needs_approval=True)) for _ in range(2)]
    assert (yes.state, yes.code) == ("waiting", None)
    there = town.elsewhere[Role.DESK]
    assert (await town.post(f"/redemptions/{yes.id}/approve", token=there))[0] == 403
    assert (await town.post(f"/redemptions/{no.id}/refuse", {"reason": "x"}, token=there))[0] == 403
    status, done = await town.post(f"/redemptions/{yes.id}/approve", role=Role.DESK)
    assert (status, done["state"]) == (200, "held")
    status, done = await town.post(f"/redemptions/{no.id}/refuse", {"reason": "资料不全"}, role=Role.DESK)
    assert (status, done["state"]) == (200, "refused")
    _, listed = await town.get("/redemptions?state=refused")
    assert [one["id"] for one in listed["items"]] == [no.id]
    _, balance = await town.get(f"/points/{town.ref}")
    assert balance["wallets"][0]["held"] == 20


async def test_nobody_verifies_or_approves_their_own(town: Town) -> None:
    waits, held = await redeemed(town, await a_reward(town, needs_approval=True)), await a_code(town)
    await bind(town, Role.DESK)
    for path, body in (("/redemptions/verify", {"code": held}), (f"/redemptions/{waits.id}/approve", {})):
        status, answer = await town.post(path, body, role=Role.DESK)
        assert (status, answer["error"]["code"]) == (422, "own_redemption")
    assert (await town.post("/redemptions/verify", {"code": held}))[0] == 200


async def bind(town: Town, role: Role) -> None:
    """Let the worker of this role be the resident."""
    async with town.service.database.write() as db:
        await db.execute(update(WorkerRow).where(WorkerRow.id == town.ids[role]).values(resident_id=town.resident_id))


@pytest.mark.parametrize("typed", ["8H2K-7M4", "8H2K7M4O", "12345678", "码"])
async def test_a_mistyped_code_is_told_as_such(town: Town, typed: str) -> None:
    status, answer = await town.post("/redemptions/verify", {"code": typed}, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (400, "code_mistyped")
    assert "输错" in answer["error"]["message"]
    status, _ = await town.post("/redemptions/verify", {"code": codes.new_code()}, role=Role.DESK)
    assert status == 404


async def test_terms_are_edited_by_who_saw_the_last_version(town: Town) -> None:
    reward_id = await a_reward(town)
    path = f"/rewards/{reward_id}/edit"
    window = {"every": "quarter", "from_day": -7, "to_day": -1}
    body = {"version": 1, "price_points": 25, "windows": [window]}
    assert (await town.post(path, body, token=town.elsewhere[Role.DESK]))[0] == 403
    status, made = await town.post(path, body, role=Role.DESK)
    assert (status, made["version"], made["price_points"], made["windows"]) == (200, 2, 25, [window])
    status, answer = await town.post(path, body, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "reward_changed")
    for wrong in (
        {"price_points": 0},
        {"name": ""},
        {"windows": [{"every": "day"}]},
        {"stock": 3},
        {"site_id": "x" * 65},
    ):
        assert (await town.post(path, {"version": 2, **wrong}, role=Role.DESK))[0] == 400, wrong
    status, answer = await town.post(path, {"version": 2, "site_id": "0" * 32}, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (404, "site_unknown")


async def test_a_site_belongs_to_its_area_and_its_keepers_are_workers(town: Town) -> None:
    site_id = await a_site(town)
    assert (await town.post("/sites", {"area_code": OTHER_STREET, "name": "x"}, role=Role.DESK))[0] == 403
    body = {"keepers": ["0" * 32]}
    status, answer = await town.post(f"/sites/{site_id}/edit", body, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (404, "worker_not_found")
    assert (await town.post(f"/sites/{site_id}/edit", body, token=town.elsewhere[Role.DESK]))[0] == 403
    _, made = await town.post(f"/sites/{site_id}/edit", {"address": "和平里3号"}, role=Role.DESK)
    assert (made["address"], made["hours"]) == ("和平里3号", HOURS)
    _, listed = await town.get(f"/sites?area={STREET}", role=Role.DESK)
    assert [one["id"] for one in listed["items"]] == [site_id]
    _, made = await town.post(f"/sites/{site_id}/close", role=Role.DESK)
    assert made["status"] == "withdrawn"
    rice = {"area_code": COMMUNITY, "name": "米", "price_points": 1, "stock": 1, "site_id": site_id}
    assert (await town.post("/rewards", rice, role=Role.DESK))[0] == 400
