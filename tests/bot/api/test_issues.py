"""Reports through the admin API: the desk's whole way, masking by role, and other streets' reports."""

from __future__ import annotations

from io import BytesIO

import aiohttp
import pytest
from PIL import Image

from core.values import Role
from tests.bot.api.town import COMMUNITY, NAME, OTHER_COMMUNITY, PHONE, UNIT, Town, in_days


def a_photo() -> bytes:
    written = BytesIO()
    Image.new("RGB", (8, 8), "white").save(written, "JPEG")
    return written.getvalue()


async def test_a_report_goes_all_the_way_at_the_desk(town: Town) -> None:
    number = await town.report()
    steps: list[tuple[Role, str, dict[str, object], str]] = [
        (Role.COLLECTOR, "verify", {}, "verified"),
        (Role.COMMANDER, "file", {}, "filed"),
        (Role.COMMANDER, "dispatch", {"unit": UNIT}, "dispatched"),
        (Role.COMMANDER, "extend", {"until": in_days(30), "reason": "等配件"}, "dispatched"),
        (Role.HANDLER, "handle", {"text": "换了灯泡"}, "handled"),
        (Role.SUPERVISOR, "check", {"passed": False, "reason": "还是不亮"}, "in_progress"),
        (Role.HANDLER, "handle", {"text": "换了线路"}, "handled"),
        (Role.COLLECTOR, "check", {"passed": True}, "handled"),
        (Role.SUPERVISOR, "close", {}, "closed"),
        (Role.SUPERVISOR, "reopen", {"reason": "又坏了"}, "filed"),
    ]
    for role, step, body, state in steps:
        status, answer = await town.post(f"/issues/{number}/{step}", body, role=role)
        assert (status, answer.get("state")) == (200, state), (step, answer)
    _, shown = await town.get(f"/issues/{number}")
    assert [line["to"] for line in shown["history"]][-3:] == ["handled", "closed", "filed"]
    assert shown["round"] == 2


async def test_photos_of_the_work_come_with_the_handling(town: Town) -> None:
    number = await town.report()
    for step in ("verify", "file"):
        await town.post(f"/issues/{number}/{step}")
    await town.post(f"/issues/{number}/dispatch", {"unit": UNIT})
    form = aiohttp.FormData({"text": "换了灯泡"})
    form.add_field("photo", a_photo(), filename="after.jpg", content_type="image/jpeg")
    status, _ = await town.call("POST", f"/issues/{number}/handle", data=form, role=Role.HANDLER)
    assert status == 200
    _, shown = await town.get(f"/issues/{number}")
    assert [photo["kind"] for photo in shown["photos"]] == ["handled"]


async def test_what_is_called_a_photo_and_is_none_changes_nothing(town: Town) -> None:
    number = await town.report()
    for step in ("verify", "file"):
        await town.post(f"/issues/{number}/{step}")
    await town.post(f"/issues/{number}/dispatch", {"unit": UNIT})
    form = aiohttp.FormData({"text": "换了灯泡"})
    form.add_field("photo", b"PK\x03\x04 a zip", filename="after.jpg", content_type="image/jpeg")
    status, answer = await town.call("POST", f"/issues/{number}/handle", data=form)
    assert (status, answer["error"]["code"]) == (400, "not_an_image")
    _, shown = await town.get(f"/issues/{number}")
    assert shown["state"] == "dispatched"


@pytest.mark.parametrize(
    ("role", "whole"),
    [
        (Role.ADMIN, True),
        (Role.COMMANDER, True),
        (Role.COLLECTOR, True),
        (Role.HANDLER, False),
        (Role.SUPERVISOR, False),
        (Role.DESK, False),
        (Role.AUDITOR, False),
    ],
)
async def test_contacts_are_whole_only_for_those_with_the_duty(town: Town, role: Role, whole: bool) -> None:
    number = await town.report()
    _, shown = await town.get(f"/issues/{number}", role=role)
    assert shown["reporter"]["ref"] == town.ref
    assert (shown["reporter"]["phone"] == PHONE) is whole
    assert (shown["reporter"]["name"] == NAME) is whole
    assert (PHONE in str(shown)) is whole
    assert ("501室" in shown["address"]) is whole


async def test_a_merchant_sees_no_reports(town: Town) -> None:
    for path in ("/issues", f"/issues/{await town.report()}"):
        status, _ = await town.get(path, role=Role.MERCHANT)
        assert status == 403


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MERCHANT])
async def test_another_streets_report_is_refused(town: Town, role: Role) -> None:
    number = await town.report()
    there = town.elsewhere[role]
    status, answer = await town.get(f"/issues/{number}", token=there)
    assert (status, answer["error"]["code"]) == (403, "not_your_task")
    status, _ = await town.post(f"/issues/{number}/note", {"text": "看看"}, token=there)
    assert status == 403
    status, _ = await town.get(f"/issues?area={COMMUNITY}", token=there)
    assert status == 403
    status, answer = await town.get("/issues", token=there)
    assert (status, answer["items"]) == (200, [])


async def test_lists_are_filtered_and_paged(town: Town) -> None:
    numbers = {await town.report() for _ in range(3)}
    await town.report(OTHER_COMMUNITY)
    await town.post(f"/issues/{min(numbers)}/verify")
    _, first = await town.get("/issues?limit=2")
    _, second = await town.get(f"/issues?limit=2&cursor={first['next']}")
    assert {one["number"] for one in first["items"] + second["items"]} == numbers
    assert second["next"] is None
    _, verified = await town.get("/issues?state=verified")
    assert [one["number"] for one in verified["items"]] == [min(numbers)]
    _, overdue = await town.get("/issues?overdue=true")
    assert overdue["items"] == []


async def test_a_search_says_its_words_and_knows_places_as_soon_as_they_are_imported(town: Town) -> None:
    wanted = await town.report(description="幸福里的路灯不亮了")
    other = await town.report(description="幸福路口的路灯不亮了")
    _, before = await town.get("/issues?q=幸福里路灯")
    assert {one["number"] for one in before["items"]} == {wanted, other}
    street = {"code": "110101003", "name": "幸福里街道", "level": "street", "parent": "110101"}
    await town.add_areas({"code": "110101", "name": "安和区", "level": "district", "parent": None}, street)
    _, after = await town.get("/issues?q=幸福里路灯")
    assert [one["number"] for one in after["items"]] == [wanted]
    assert after["words"] == ["幸福里", "路灯"]


async def test_a_list_without_a_search_has_no_words(town: Town) -> None:
    await town.report()
    _, answer = await town.get("/issues")
    assert (len(answer["items"]), answer["words"]) == (1, [])


async def test_mine_is_what_was_given_to_my_unit(town: Town) -> None:
    number = await town.report()
    await town.report()
    for step, body in (("verify", {}), ("file", {}), ("dispatch", {"unit": UNIT})):
        await town.post(f"/issues/{number}/{step}", body)
    _, answer = await town.get("/issues?mine=true", role=Role.HANDLER)
    assert [one["number"] for one in answer["items"]] == [number]


async def test_merging_needs_a_right_to_both(town: Town) -> None:
    number, other = await town.report(), await town.report(OTHER_COMMUNITY)
    status, _ = await town.post(f"/issues/{number}/merge", {"into": other})
    assert status == 403
    mine = await town.report()
    status, answer = await town.post(f"/issues/{number}/merge", {"into": mine})
    assert (status, answer["duplicate_of"]) == (200, mine)


@pytest.mark.parametrize(
    ("step", "body", "code"),
    [
        ("reject", {}, "invalid"),
        ("reject", {"reason": "  "}, "invalid"),
        ("extend", {"until": "soon", "reason": "x"}, "invalid"),
        ("extend", {"until": "2020-01-01T00:00:00+08:00", "reason": "x"}, "deadline_not_later"),
        ("category", {"code": "nothing"}, "unknown_category"),
        ("verify", {"surprise": 1}, "invalid"),
        ("merge", {}, "invalid"),
    ],
)
async def test_bad_input_is_400_and_changes_nothing(town: Town, step: str, body: dict[str, object], code: str) -> None:
    number = await town.report()
    status, answer = await town.post(f"/issues/{number}/{step}", body)
    assert (status, answer["error"]["code"]) == (400, code)
    assert answer["error"]["message"]
    _, shown = await town.get(f"/issues/{number}")
    assert (shown["state"], len(shown["history"])) == ("submitted", 1)


async def test_a_step_that_the_workflow_lacks_is_refused_with_a_sentence(town: Town) -> None:
    number = await town.report()
    status, answer = await town.post(f"/issues/{number}/close")
    assert (status, answer["error"]["code"]) == (422, "transition_refused")


async def test_categories_are_listed_with_their_counterparts_in_the_national_standard(town: Town) -> None:
    _, listed = await town.get("/categories", role=Role.COLLECTOR)
    lamp = next(one for one in listed["items"] if one["code"] == "M09")
    assert (lamp["national"]["standard"], lamp["national"]["code"]) == ("GB/T 47678.5-2026", "01037")
    assert all(one["national"] is None or one["national"]["name"] for one in listed["items"])
