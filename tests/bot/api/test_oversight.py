"""Workers, chats, the outbox, areas, duty, the audit log and figures through the admin API."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import update

from bot.chats import Chat, ChatState
from community import audit, duty, residents
from core import clock, outbox
from core.db import new_id
from core.outbox import OutboxRow, OutboxState
from core.settings import ROOT
from core.values import Role
from tests.bot.api.town import COMMUNITY, OTHER_COMMUNITY, OTHER_STREET, PHONE, STREET, Town


async def test_workers_are_made_given_roles_and_a_new_token(town: Town) -> None:
    body = {"name": "新同事", "unit": "居委会", "roles": [{"role": "desk", "area_code": COMMUNITY}]}
    status, made = await town.post("/workers", body)
    assert status == 201
    assert (await town.get("/me", token=made["token"]))[1]["id"] == made["id"]
    roles = {"roles": [{"role": "collector", "area_code": STREET}]}
    _, changed = await town.post(f"/workers/{made['id']}/roles", roles)
    assert changed["roles"] == roles["roles"]
    _, fresh = await town.post(f"/workers/{made['id']}/token")
    assert (await town.get("/me", token=made["token"]))[0] == 401
    assert (await town.get("/me", token=fresh["token"]))[0] == 200


async def test_nobody_gives_a_role_beyond_their_own_areas(town: Town) -> None:
    for area_code in (OTHER_STREET, "", STREET[:6]):
        body = {"name": "新同事", "roles": [{"role": "admin", "area_code": area_code}]}
        assert (await town.post("/workers", body))[0] == 403
        assert (await town.post(f"/workers/{town.ids[Role.DESK]}/roles", {"roles": body["roles"]}))[0] == 403
    _, page = await town.get("/workers", token=town.elsewhere[Role.ADMIN])
    stranger = page["items"][0]["id"]
    for step in ("disable", "token"):
        assert (await town.post(f"/workers/{stranger}/{step}"))[0] == 403


async def test_an_administrator_cannot_lock_themself_out(town: Town) -> None:
    me = town.ids[Role.ADMIN]
    assert (await town.post(f"/workers/{me}/disable"))[0] == 400
    assert (await town.post(f"/workers/{me}/roles", {"roles": [{"role": "desk", "area_code": STREET}]}))[0] == 400


async def a_chat(town: Town, area_code: str = COMMUNITY) -> str:
    async with town.service.database.write() as db:
        who = (await residents.identities(db, town.service.vault, resident_id=town.resident_id))[0]
        chat = Chat(
            id=new_id()[:12],
            identity_id=who.identity_id,
            resident_id=town.resident_id,
            area_code=area_code,
            state=ChatState.WAITING.value,
            opened_at=clock.now(),
        )
        db.add(chat)
    return chat.id


async def test_a_chat_is_answered_and_closed(town: Town) -> None:
    chat_id = await a_chat(town)
    _, listed = await town.get("/chats", role=Role.DESK)
    assert [(one["id"], one["ref"]) for one in listed["items"]] == [(chat_id, town.ref)]
    assert (await town.post(f"/chats/{chat_id}/reply", {"text": "您好"}, role=Role.DESK))[0] == 200
    _, shown = await town.get(f"/chats/{chat_id}", role=Role.DESK)
    assert (shown["state"], shown["worker_id"]) == ("open", town.ids[Role.DESK])
    assert (await town.post(f"/chats/{chat_id}/close", role=Role.DESK))[0] == 200
    status, answer = await town.post(f"/chats/{chat_id}/reply", {"text": "还在吗"}, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "chat_closed")


async def test_another_streets_chat_is_refused(town: Town) -> None:
    chat_id = await a_chat(town)
    there = town.elsewhere[Role.DESK]
    assert (await town.get(f"/chats/{chat_id}", token=there))[0] == 403
    assert (await town.post(f"/chats/{chat_id}/reply", {"text": "您好"}, token=there))[0] == 403
    assert (await town.get("/chats", token=there))[1]["items"] == []


async def test_the_outbox_shows_states_and_never_payloads(town: Town) -> None:
    async with town.service.database.write() as db:
        await outbox.enqueue(db, kind="test", order_key="k", payload={"phone": PHONE}, key="a")
        await db.execute(update(OutboxRow).values(state=OutboxState.DEAD.value, last_error="refused_400"))
    _, dead = await town.get("/outbox?state=dead", role=Role.SUPERVISOR)
    assert [row["last_error"] for row in dead["items"]] == ["refused_400"]
    assert PHONE not in str(dead)
    row_id = dead["items"][0]["id"]
    _, again = await town.post(f"/outbox/{row_id}/retry", role=Role.COMMANDER)
    assert (again["state"], again["attempts"]) == ("pending", 0)
    status, answer = await town.post(f"/outbox/{row_id}/retry")
    assert (status, answer["error"]["code"]) == (422, "nothing_to_retry")
    assert (await town.get("/outbox/999999"))[0] == 404
    assert (await town.get("/outbox/abc"))[0] == 400


def borders(prefix: str = STREET) -> dict[str, Any]:
    """The sample's borders: the district and what begins with this code."""
    collection = json.loads((ROOT / "sample" / "areas.geojson").read_text(encoding="utf-8"))
    kept = [one for one in collection["features"] if one["properties"]["code"].startswith(prefix)]
    return {"type": "FeatureCollection", "features": kept}


async def test_borders_are_checked_then_imported_then_exported(town: Town) -> None:
    await town.widen(Role.ADMIN, "")
    body = {"collection": borders(""), "dry_run": True}
    status, checked = await town.post("/areas/import", body)
    assert (status, checked["dry_run"]) == (200, True)
    assert (await town.get("/areas"))[1]["items"] == []
    _, imported = await town.post("/areas/import", body | {"dry_run": False})
    assert imported["added"] == checked["added"]
    _, exported = await town.get("/areas/export")
    assert len(exported["features"]) == len(imported["added"])
    _, streets = await town.get("/areas?level=street&limit=1")
    _, rest = await town.get(f"/areas?level=street&limit=1&cursor={streets['next']}")
    assert [one["code"] for one in streets["items"] + rest["items"]] == [STREET, OTHER_STREET]
    _, again = await town.post("/areas/import", body | {"dry_run": False})
    assert (again["added"], again["changed"]) == ([], [])


async def test_borders_of_another_street_are_not_taken_in(town: Town) -> None:
    status, _ = await town.post("/areas/import", {"collection": borders(OTHER_STREET)})
    assert status == 403
    status, _ = await town.post("/areas/import", {"collection": borders(STREET), "close_missing": True})
    assert status == 403
    status, answer = await town.post("/areas/import", {"collection": {"type": "Feature"}})
    assert (status, answer["error"]["code"]) == (400, "areas_invalid")


async def a_page(town: Town, area_code: str = COMMUNITY) -> str:
    number = await town.report(area_code)
    async with town.service.database.write() as db:
        paged = await duty.page(
            db, town.service.vault, town.service.config, issue_number=number, emergency="gas", area_code=area_code
        )
    return paged.page_id


async def test_the_first_acknowledgement_counts(town: Town) -> None:
    page_id = await a_page(town)
    await a_page(town, OTHER_COMMUNITY)
    _, waiting = await town.get("/duty?open=true", role=Role.DESK)
    assert [one["id"] for one in waiting["items"]] == [page_id]
    for role in (Role.DESK, Role.SUPERVISOR):
        _, answered = await town.post(f"/duty/{page_id}/ack", role=role)
        assert answered["acked_by"] == town.ids[Role.DESK]
    assert (await town.get("/duty?open=true"))[1]["items"] == []
    assert (await town.post(f"/duty/{page_id}/ack", token=town.elsewhere[Role.DESK]))[0] == 403


async def test_deeds_reading_of_personal_data_and_refusals_are_audited(town: Town) -> None:
    number = await town.report()
    await town.post(f"/issues/{number}/verify", role=Role.COLLECTOR)
    await town.get(f"/issues/{number}", role=Role.DESK)
    await town.get(f"/issues/{number}", token=town.elsewhere[Role.DESK])
    await town.post(f"/issues/{number}/close")
    _, log = await town.get(f"/audit?subject={number}", role=Role.AUDITOR)
    assert [(one["action"], one["worker_id"]) for one in reversed(log["items"])] == [
        ("issues.verify", town.ids[Role.COLLECTOR]),
        ("issues.show", town.ids[Role.DESK]),
    ]
    _, there = await town.get(f"/audit?subject={number}", token=town.elsewhere[Role.AUDITOR])
    assert [one["action"] for one in there["items"]] == ["issues.show.refused"]
    assert PHONE not in json.dumps(log)
    _, report = await town.get("/audit/verify", role=Role.AUDITOR)
    assert report == {"ok": True, "findings": []}


async def test_a_deed_that_failed_leaves_no_row(town: Town) -> None:
    number = await town.report()
    assert (await town.post(f"/issues/{number}/close"))[0] == 422
    async with town.service.database.read() as db:
        log = await audit.listing(db, subject=number)
    assert log["items"] == []


async def test_figures_are_of_the_workers_areas(town: Town) -> None:
    number = await town.report()
    await town.report(emergency="gas")
    await town.report(OTHER_COMMUNITY)
    await town.post(f"/issues/{number}/verify")
    _, figures = await town.get("/stats/summary?days=7", role=Role.SUPERVISOR)
    assert figures["issues"]["total"] == 2
    assert figures["issues"]["emergencies"] == 1
    assert figures["issues"]["by_state"]["verified"] >= 1
    assert (await town.get("/stats/summary?days=0"))[0] == 400
