"""Activities, services, orders and registrations through the admin API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from community import consents, orders
from community.consents import Purpose, Wording
from community.members import registrations
from community.members.registrations import Details
from community.orders import Person, Request
from core import clock
from core.values import Role
from tests.bot.api.town import COMMUNITY, NAME, OTHER_COMMUNITY, PHONE, Town, in_days


def an_activity(**changed: Any) -> dict[str, Any]:
    plan = {
        "area_code": COMMUNITY,
        "title": "周六清洁家园",
        "place": "中心花园",
        "starts_at": in_days(2),
        "ends_at": in_days(2.1),
        "capacity": 10,
    }
    return plan | changed


async def test_an_activity_from_draft_to_cancelled(town: Town) -> None:
    status, made = await town.post("/activities", an_activity(), role=Role.DESK)
    assert (status, made["state"]) == (201, "draft")
    _, published = await town.post(f"/activities/{made['id']}/publish", role=Role.DESK)
    assert published["state"] == "published"
    _, code = await town.get(f"/activities/{made['id']}/code", role=Role.DESK)
    assert len(code["code"]) == 6
    _, people = await town.get(f"/activities/{made['id']}/attendance", role=Role.DESK)
    assert people["items"] == []
    status, answer = await town.post(f"/activities/{made['id']}/certify", role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "activity_not_ended")
    _, ended = await town.post(f"/activities/{made['id']}/cancel", {"reason": "下雨"}, role=Role.DESK)
    assert ended["count"] == 0
    _, listed = await town.get("/activities?state=cancelled", role=Role.DESK)
    assert [one["id"] for one in listed["items"]] == [made["id"]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"capacity": 0}, "capacity"),
        ({"ends_at": in_days(1)}, "ends_at"),
        ({"title": ""}, "title"),
        ({"starts_at": "2026-12-01T09:00:00"}, "starts_at"),
    ],
)
async def test_a_wrong_plan_names_the_field(town: Town, changed: dict[str, Any], field: str) -> None:
    status, answer = await town.post("/activities", an_activity(**changed))
    assert status == 400
    assert field in answer["error"]["fields"]


async def test_nothing_is_planned_in_another_street(town: Town) -> None:
    assert (await town.post("/activities", an_activity(area_code=OTHER_COMMUNITY)))[0] == 403
    assert (await town.post("/services", a_service(area_code=OTHER_COMMUNITY)))[0] == 403


def a_service(**changed: Any) -> dict[str, Any]:
    offer = {
        "area_code": COMMUNITY,
        "kind": "meal",
        "title": "午餐",
        "windows": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "start": "11:00", "end": "12:30"}],
        "capacity": 5,
    }
    return offer | changed


async def an_order(town: Town) -> str:
    """The number of an order of tomorrow's lunch."""
    _, service = await town.post("/services", a_service())
    async with town.service.database.write() as db:
        slots = await orders.slots(db, service_id=service["id"], now=clock.now() + timedelta(days=1))
        wish = Request(service["id"], slots[0].start, Person(NAME, PHONE), address="和平里3号楼2单元501室", note="少盐")
        return await orders.place(
            db, town.service.vault, resident_id=town.resident_id, area_code=COMMUNITY, request=wish
        )


async def test_an_order_is_accepted_assigned_and_done(town: Town) -> None:
    number = await an_order(town)
    _, listed = await town.get("/orders?state=placed", role=Role.DESK)
    assert [one["number"] for one in listed["items"]] == [number]
    assert PHONE not in str(listed)
    _, shown = await town.get(f"/orders/{number}", role=Role.DESK)
    assert shown["contact"]["phone"] == PHONE
    for step, body, state in (
        ("accept", {}, "accepted"),
        ("assign", {"provider": "社区食堂"}, "assigned"),
        ("complete", {}, "served"),
    ):
        status, moved = await town.post(f"/orders/{number}/{step}", body, role=Role.DESK)
        assert (status, moved["state"]) == (200, state)
    status, answer = await town.post(f"/orders/{number}/cancel", {"reason": "不需要"}, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "move_refused")


async def test_another_streets_order_is_refused(town: Town) -> None:
    number = await an_order(town)
    there = town.elsewhere[Role.DESK]
    assert (await town.get(f"/orders/{number}", token=there))[0] == 403
    assert (await town.post(f"/orders/{number}/accept", token=there))[0] == 403
    assert (await town.get("/orders", token=there))[1]["items"] == []


async def test_services_are_paged_in_a_steady_order(town: Town) -> None:
    for title in ("甲", "乙", "丙"):
        status, _ = await town.post("/services", a_service(title=title))
        assert status == 201
    _, first = await town.get("/services?limit=2")
    _, second = await town.get(f"/services?limit=2&cursor={first['next']}")
    assert len({one["id"] for one in first["items"] + second["items"]}) == 3
    assert second["next"] is None
    status, answer = await town.get("/services?cursor=nothing")
    assert (status, answer["error"]["code"]) == (400, "bad_cursor")


async def a_registration(town: Town) -> str:
    async with town.service.database.write() as db:
        wording = Wording("1", "同意", "heping")
        await consents.give(db, resident_id=town.resident_id, purpose=Purpose.PARTY_MEMBER, wording=wording)
        return await registrations.register(
            db,
            town.service.vault,
            resident_id=town.resident_id,
            area_code=COMMUNITY,
            details=Details(name=NAME, phone=PHONE, employer="市图书馆", branch="第一支部"),
        )


async def test_a_registration_is_reviewed_exported_and_revoked(town: Town) -> None:
    registration_id = await a_registration(town)
    _, listed = await town.get("/members?state=submitted", role=Role.DESK)
    assert [one["id"] for one in listed["items"]] == [registration_id]
    assert NAME not in str(listed)
    _, shown = await town.get(f"/members/{registration_id}", role=Role.DESK)
    assert (shown["name"], shown["phone"]) == (NAME, PHONE)
    _, approved = await town.post(f"/members/{registration_id}/approve", {"grid_code": f"{COMMUNITY}001"})
    assert approved["state"] == "approved"
    _, register = await town.get("/members/export")
    assert [one["name"] for one in register["items"]] == [NAME]
    status, _ = await town.post(f"/members/{registration_id}/return", {"reason": "核对单位"})
    assert status == 422
    _, revoked = await town.post(f"/members/{registration_id}/revoke", {"reason": "已迁出"})
    assert revoked["state"] == "revoked"


async def test_a_members_service_is_certified_once_and_listed(town: Town) -> None:
    registration_id = await a_registration(town)
    serving = f"/members/{registration_id}/serve"
    body = {"kind": "patrol", "on": "2026-05-20", "minutes": 60}
    status, answer = await town.post(serving, body, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "member_not_registered")
    await town.post(f"/members/{registration_id}/approve")
    status, done = await town.post(serving, body, role=Role.DESK)
    assert (status, done["created"]) == (200, True)
    assert (await town.post(serving, body))[1] == {"id": done["id"], "created": False}
    status, answer = await town.post(serving, body | {"minutes": 90})
    assert (status, answer["error"]["code"]) == (409, "service_already_certified")
    for wrong in ({"kind": "sharing"}, {"minutes": 0}, {"on": "2999-01-01"}):
        assert (await town.post(serving, body | wrong))[0] == 400
    _, listed = await town.get(f"/members/{registration_id}/services", role=Role.DESK)
    assert [(one["kind"], one["on"], one["minutes"]) for one in listed["items"]] == [("patrol", "2026-05-20", 60)]
    there = town.elsewhere[Role.DESK]
    assert (await town.post(serving, body, token=there))[0] == 403
    assert (await town.get(f"/members/{registration_id}/services", token=there))[0] == 403


async def test_membership_is_closed_to_other_streets_and_other_duties(town: Town) -> None:
    registration_id = await a_registration(town)
    for role in Role:
        status, _ = await town.get(f"/members/{registration_id}", token=town.elsewhere[role])
        assert status == 403
    _, register = await town.get("/members/export", token=town.elsewhere[Role.DESK])
    assert register["items"] == []
