"""Who sees how much of a report, and what leaves for a grid system."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from community import contacts, issues, workers
from community.issues import Action, Actor, lists
from community.permissions import Grant, NotYourTask
from core import clock
from core.values import Crs, IssueState, Point, Role
from tests.community.issues.conftest import DESK_AREA, GRID_AREA, Staff, World

PHONE = "13800000000"
PHOTO = "ab" * 32


async def _view(world: World, number: str, viewer: Actor) -> dict[str, Any]:
    async with world.database.read() as db:
        return await issues.view(db, world.vault, number=number, viewer=viewer, photo_url=lambda sha256: f"/p/{sha256}")


async def _known(world: World) -> None:
    async with world.database.write() as db:
        await contacts.keep(db, world.vault, resident_id=world.resident_id, name="李小明", phone=PHONE)


@pytest.mark.parametrize(
    ("role", "phone"),
    [
        (Role.ADMIN, PHONE),
        (Role.COMMANDER, PHONE),
        (Role.COLLECTOR, PHONE),
        (Role.HANDLER, "138******00"),
        (Role.SUPERVISOR, "138******00"),
        (Role.DESK, "138******00"),
        (Role.AUDITOR, "138******00"),
    ],
)
async def test_contacts_are_whole_for_those_with_the_duty_and_masked_for_others(
    world: World, staff: Staff, role: Role, phone: str
) -> None:
    await _known(world)
    seen = await _view(world, await world.report(), staff(role, DESK_AREA))
    assert seen["reporter"]["phone"] == phone
    assert (seen["reporter"]["name"] == "李小明") is (phone == PHONE)
    is_whole = phone == PHONE
    assert (PHONE in seen["description"]) is is_whole
    assert ("501" in seen["address"]) is is_whole


async def test_the_handler_to_whom_it_was_given_sees_whom_to_call(world: World) -> None:
    await _known(world)
    async with world.database.write() as db:
        handler, _ = await workers.create(
            db, world.vault, name="处置员", unit="路灯所", grants=[Grant(Role.HANDLER, DESK_AREA)]
        )
        boss, _ = await workers.create(db, world.vault, name="指挥", grants=[Grant(Role.COMMANDER)])
    number = await world.report()
    await world.move(number, Actor.staff(boss), Action.VERIFY, Action.FILE)
    await world.move(number, Actor.staff(boss), Action.DISPATCH, unit="路灯所", handler_id=handler.id)
    assert (await _view(world, number, Actor.staff(handler)))["reporter"]["phone"] == PHONE


async def test_a_confidential_report_shows_its_reporter_to_command_alone(world: World, staff: Staff) -> None:
    await _known(world)
    number = await world.report(confidential=True)
    hidden = await _view(world, number, staff(Role.COLLECTOR, DESK_AREA))
    assert hidden["reporter"] == {"ref": None, "name": "", "phone": ""}
    assert (await _view(world, number, staff(Role.COMMANDER)))["reporter"]["phone"] == PHONE


async def test_another_areas_worker_and_another_resident_see_nothing(world: World, staff: Staff) -> None:
    number = await world.report()
    with pytest.raises(NotYourTask):
        await _view(world, number, staff(Role.COLLECTOR, "110101002"))
    with pytest.raises(issues.IssueNotFound):
        await _view(world, number, Actor.resident("f" * 32))


async def test_residents_see_their_words_whole_and_no_names_or_notes_of_staff(world: World, staff: Staff) -> None:
    await _known(world)
    number = await world.report(photos=(PHOTO,), point=Point(116.4, 39.9, Crs.GCJ02))
    await world.move(number, staff(Role.COLLECTOR), Action.VERIFY)
    await world.move(number, staff(Role.COLLECTOR), Action.NOTE, text="难缠")
    seen = await _view(world, number, Actor.resident(world.resident_id))
    assert seen["description"].startswith("3号楼")
    assert seen["reporter"]["phone"] == "138******00"
    assert [(line["by"], line["to"]) for line in seen["history"]] == [("resident", "submitted"), ("worker", "verified")]
    assert seen["photos"][0]["url"] == f"/p/{PHOTO}"
    assert seen["location"]["crs"] == "gcj02"
    assert "updates" not in seen


async def test_the_json_has_the_fields_of_the_contract(world: World, staff: Staff) -> None:
    seen = await _view(world, await world.report(GRID_AREA), staff(Role.ADMIN))
    assert seen.keys() >= {
        "number", "round", "state", "title", "description", "summary", "category", "urgency", "emergency", "address",
        "location", "area_code", "grid_code", "source", "confidential", "reporter", "photos", "created_at",
        "deadline_at", "deliveries", "history", "duplicate_of", "rating", "points_awarded",
    }  # fmt: skip
    assert seen["category"] == {"standard": "happy-community/1", "kind": "matter", "code": "M09", "name": "路灯照明"}
    assert seen["deliveries"][0].keys() >= {"connector", "state", "external_no", "attempts", "last_error"}
    assert seen["history"][0].keys() >= {"at", "by", "from", "to", "reason"}


async def test_an_erased_residents_report_is_read_without_their_words(world: World, staff: Staff) -> None:
    await _known(world)
    number = await world.report()
    async with world.database.write() as db:
        await world.vault.destroy(db, world.resident_id)
    seen = await _view(world, number, staff(Role.COMMANDER))
    assert PHONE not in str(seen)
    assert seen["description"] == seen["summary"]


async def _event(world: World, number: str) -> dict[str, Any]:
    ends = clock.now() + timedelta(days=1)
    async with world.database.read() as db:
        return await issues.event_payload(
            db, world.vault, number=number, round=1, link=lambda sha256: (f"https://x/{sha256}", ends)
        )


async def test_the_body_for_a_grid_system_has_the_fields_of_the_contract(world: World) -> None:
    await _known(world)
    number = await world.report(GRID_AREA, photos=(PHOTO,), point=Point(116.4, 39.9, Crs.GCJ02))
    await world.do(issues.add_photo, number, sha256="cd" * 32)
    body = await _event(world, number)
    assert body.keys() == {
        "event_no", "round", "title", "description", "category", "urgency", "emergency", "source", "occurred_at",
        "reported_at", "address", "location", "grid_code", "confidential", "reporter", "attachments", "deadline_at",
    }  # fmt: skip
    assert [a["sha256"] for a in body["attachments"]] == [PHOTO]
    assert body["location"]["wgs84"].keys() == {"lng", "lat"}
    assert (body["reporter"]["name"], body["reporter"]["phone"]) == ("李小明", PHONE)


async def test_a_confidential_report_leaves_without_its_reporter(world: World) -> None:
    await _known(world)
    body = await _event(world, await world.report(GRID_AREA, confidential=True))
    assert body["confidential"] is True
    assert "reporter" not in body


async def test_a_follow_up_leaves_with_its_photo_or_stars(world: World) -> None:
    number = await world.report(GRID_AREA)
    await world.do(issues.add_photo, number, sha256=PHOTO)
    await world.tell(number, "handled")
    await world.do(issues.rate, number, stars=4, text="还行")
    photo, rating = [queued["action_id"] for queued in await world.queued("grid.action")]
    async with world.database.read() as db:
        bodies = [
            await issues.action_payload(db, world.vault, action_id=a, link=lambda s: (f"https://x/{s}", clock.now()))
            for a in (photo, rating)
        ]
    assert (bodies[0]["kind"], bodies[0]["attachments"][0]["sha256"]) == ("photo", PHOTO)
    assert (bodies[1]["kind"], bodies[1]["rating"], bodies[1]["text"]) == ("rating", 4, "还行")
    assert all(body.keys() >= {"action_id", "round", "kind", "occurred_at"} for body in bodies)


async def _numbers(world: World, actor: Actor, **wanted: Any) -> list[str]:
    assert actor.worker is not None
    async with world.database.read() as db:
        page = await issues.listing(db, worker=actor.worker, query=issues.Query(**wanted))
    return [item["number"] for item in page.items]


async def test_lists_keep_to_the_workers_areas_and_to_what_was_asked(world: World, staff: Staff) -> None:
    here, there = await world.report(), await world.report(GRID_AREA, emergency="fire")
    assert await _numbers(world, staff(Role.ADMIN)) == [there, here]
    assert await _numbers(world, staff(Role.COLLECTOR, DESK_AREA)) == [here]
    assert await _numbers(world, staff(Role.COLLECTOR, DESK_AREA), area_prefix=GRID_AREA) == []
    assert await _numbers(world, staff(Role.ADMIN), emergency=True) == [there]
    assert await _numbers(world, staff(Role.ADMIN), state=IssueState.SUBMITTED) == [here]
    assert await _numbers(world, staff(Role.ADMIN), words=("楼道灯",)) == [there, here]
    assert await _numbers(world, staff(Role.ADMIN), words=("%",)) == []
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert await _numbers(world, staff(Role.ADMIN), overdue=True) == [there]


async def test_mine_is_what_was_given_to_me_or_to_my_unit(world: World, staff: Staff) -> None:
    number, _ = await world.report(), await world.report()
    boss = staff(Role.ADMIN)
    await world.move(number, boss, Action.VERIFY, Action.FILE, Action.DISPATCH, unit="路灯所")
    assert await _numbers(world, staff(Role.HANDLER, DESK_AREA, unit="路灯所"), mine=True) == [number]
    assert await _numbers(world, staff(Role.HANDLER, DESK_AREA), mine=True) == []
    await world.move(number, boss, Action.HANDLE, text="换了灯泡")
    assert await _numbers(world, staff(Role.HANDLER, DESK_AREA, unit="路灯所"), mine=True, unhandled=True) == []


async def test_pages_hold_every_report_once(world: World, staff: Staff) -> None:
    worker = staff(Role.ADMIN).worker
    assert worker is not None
    numbers = [await world.report() for _ in range(5)]
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        async with world.database.read() as db:
            page = await issues.listing(db, worker=worker, query=issues.Query(), cursor=cursor, limit=2)
        seen += [item["number"] for item in page.items]
        cursor = page.next
    assert cursor is None
    assert seen == numbers[::-1]
    for bad in ("x", "nan~R1", "1e400~R1"):
        with pytest.raises(lists.BadCursor):
            async with world.database.read() as db:
                await issues.listing(db, worker=worker, query=issues.Query(), cursor=bad)


async def test_residents_list_their_own(world: World) -> None:
    number = await world.report()
    async with world.database.read() as db:
        [one] = await issues.mine(db, world.vault, resident_id=world.resident_id)
        assert one["number"] == number
        assert await issues.mine(db, world.vault, resident_id=world.resident_id, number="R0") == []
        assert await issues.mine(db, world.vault, resident_id="f" * 32) == []
        page = await issues.of_resident(db, resident_id=world.resident_id)
    assert [item["number"] for item in page.items] == [number]
