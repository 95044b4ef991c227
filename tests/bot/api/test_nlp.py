"""Teaching through the admin API: examples by area, versions for the whole installation, every deed audited."""

from __future__ import annotations

from typing import Any

import pytest

from community import privacy, teaching
from community.teaching import Found, Label, Source, readings, versions
from community.teaching.readings import Reading
from core import clock
from core.values import Role
from nlp import packing
from nlp.models import shipped
from tests.bot.api.town import COMMUNITY, OTHER_COMMUNITY, Town


async def queued(town: Town, text: str, area_code: str = COMMUNITY) -> str:
    async with town.service.database.write() as db:
        await teaching.queue(db, town.service.vault, Found(Source.UNCERTAIN, town.resident_id, area_code, text))
    _, page = await town.get("/nlp/corrections", token=None if area_code == COMMUNITY else town.elsewhere[Role.ADMIN])
    return str(page["items"][0]["id"])


async def a_version(town: Town, figures: dict[str, Any] | None = None) -> int:
    async with town.service.database.write() as db:
        return await versions.record(
            db, packed=packing.packed(shipped()), figures=figures or {}, reason="", created_by="w-admin"
        )


async def audited(town: Town) -> list[tuple[str, str]]:
    _, page = await town.get("/audit", role=Role.AUDITOR)
    return [(line["action"], line["subject"]) for line in page["items"]]


async def test_an_example_is_seen_taken_and_audited(town: Town) -> None:
    found = await queued(town, "杆子上那个不亮")
    _, page = await town.get("/nlp/corrections?state=open&source=uncertain", role=Role.DESK)
    assert [one["text"] for one in page["items"]] == ["杆子上那个不亮"]
    body = {"intent": "issue_report", "category": "路灯照明", "text": "杆子上的灯不亮"}
    status, taken = await town.post(f"/nlp/corrections/{found}/take", body, role=Role.DESK)
    assert (status, taken["state"], taken["text"]) == (200, "taken", "杆子上的灯不亮")
    assert taken["decided_by"] == town.ids[Role.DESK]
    status, refused = await town.post(f"/nlp/corrections/{found}/dismiss")
    assert (status, refused["error"]["code"]) == (422, "candidate_decided")
    assert ("nlp.corrections.take", found) in await audited(town)


async def test_a_correction_is_confirmed_without_its_label(town: Town) -> None:
    number = await town.report(description="门口漆黑一片", category_code="M14")
    assert (await town.post(f"/issues/{number}/category", {"code": "M09"}))[0] == 200
    _, page = await town.get("/nlp/corrections?source=correction")
    (found,) = page["items"]
    assert (found["predicted"]["category"], found["category"]) == ("物业服务", "路灯照明")
    _, taken = await town.post(f"/nlp/corrections/{found['id']}/take")
    assert (taken["intent"], taken["category"]) == ("issue_report", "路灯照明")


async def test_an_example_of_another_street_is_not_theirs(town: Town) -> None:
    found = await queued(town, "别处的一件怪事", OTHER_COMMUNITY)
    assert (await town.get("/nlp/corrections"))[1]["items"] == []
    assert (await town.get(f"/nlp/corrections/{found}"))[0] == 403
    for step in ("take", "dismiss"):
        body = {"intent": "other"} if step == "take" else {}
        assert (await town.post(f"/nlp/corrections/{found}/{step}", body))[0] == 403


async def test_a_wrong_label_or_personal_data_is_refused(town: Town) -> None:
    for body, code in (
        ({"text": "灯坏了", "intent": "nonsense"}, "label_wrong"),
        ({"text": "灯坏了", "intent": "issue_report"}, "label_wrong"),
        ({"text": "打13800000000", "intent": "other"}, "personal_data"),
        ({"text": "。", "intent": "other"}, "text_unusable"),
    ):
        status, refused = await town.post("/nlp/corrections", body)
        assert (status, refused["error"]["code"]) == (400, code)
    assert (await town.get("/nlp/corrections"))[1]["items"] == []


async def test_a_table_is_all_or_nothing(town: Town) -> None:
    good = {"line": 2, "text": "杆子上的灯不亮", "intent": "issue_report", "category": "路灯照明"}
    bad = {"line": 3, "text": "打13800000000", "intent": "other"}
    table = {"name": "例句.csv", "lines": [good, bad]}
    status, refused = await town.post("/nlp/corrections/import", table)
    assert (status, refused["error"]["code"]) == (400, "table_broken")
    assert list(refused["error"]["fields"]) == ["例句.csv:3"]
    _, tried = await town.post("/nlp/corrections/import", {**table, "lines": [good], "dry_run": True})
    assert tried == {"added": 1, "known": 0, "dry_run": True}
    assert (await town.get("/nlp/corrections"))[1]["items"] == []
    assert (await town.post("/nlp/corrections/import", {**table, "lines": [good]}))[1]["added"] == 1
    _, exported = await town.get("/nlp/corrections/export")
    assert [one["text"] for one in exported["items"]] == ["杆子上的灯不亮"]
    assert (await town.get("/nlp/corrections/export", token=town.elsewhere[Role.ADMIN]))[1]["items"] == []


@pytest.mark.parametrize("path", ["/nlp/retrain", "/nlp/models/0/serve", "/nlp/rollback"])
async def test_which_version_serves_is_decided_for_the_whole_installation(town: Town, path: str) -> None:
    assert (await town.post(path))[0] == 403
    await town.widen(Role.ADMIN, "")
    assert (await town.post(path))[0] in (200, 422)
    await town.widen(Role.DESK, "")
    assert (await town.post(path, role=Role.DESK))[0] == 403


async def test_a_training_is_ordered_once_and_looked_after(town: Town) -> None:
    assert (await town.get("/nlp/training"))[0] == 404
    await town.widen(Role.ADMIN, "")
    _, first = await town.post("/nlp/retrain", {"shadow": True})
    _, again = await town.post("/nlp/retrain")
    assert (again["id"], again["state"], again["wanted"]) == (first["id"], "queued", "shadow")
    _, seen = await town.get(f"/nlp/training?id={first['id']}", role=Role.DESK)
    assert (seen["run"]["id"], seen["version"]) == (first["id"], None)
    await town.widen(Role.AUDITOR, "")
    assert ("nlp.retrain", first["id"]) in await audited(town)


async def test_versions_are_served_tried_and_rolled_back(town: Town) -> None:
    await town.widen(Role.ADMIN, "")
    first, second = await a_version(town), await a_version(town)
    assert (await town.post(f"/nlp/models/{first}/serve"))[1] == {"serving": first, "shadow": None}
    assert (await town.post(f"/nlp/models/{second}/serve", {"shadow": True}))[1]["shadow"] == second
    _, page = await town.get("/nlp/models")
    assert [(one["number"], one["state"]) for one in page["items"]] == [
        (second, "shadow"), (first, "serving"), (0, "retired"),
    ]  # fmt: skip
    assert (await town.post("/nlp/rollback"))[1]["serving"] == 0
    assert (await town.post("/nlp/rollback"))[1]["error"]["code"] == "nothing_to_roll_back"
    assert (await town.post("/nlp/models/99/serve"))[0] == 404
    assert (await town.post("/nlp/models/x/serve"))[0] == 400
    await town.widen(Role.AUDITOR, "")
    assert {"nlp.serve", "nlp.rollback"} <= {action for action, _ in await audited(town)}


async def test_changes_are_shown_with_words_of_ones_own_areas_while_they_are_there(town: Town) -> None:
    mine, theirs = await town.report(), await town.report(OTHER_COMMUNITY)
    said = await queued(town, "那个什么事情")
    reading = {"intent": "other", "category": None, "emergency": None}
    refs = [f"issue:{mine}", f"issue:{theirs}", f"example:{said}", "issue:R0"]
    changes = [{"ref": ref, "before": reading, "after": reading | {"intent": None}} for ref in refs]
    scores = {"intent": 0.9, "category": 0.8}
    await town.widen(Role.ADMIN, "")
    number = await a_version(town, {"changes": changes, "before": scores, "after": scores, "against": 0})
    await town.post(f"/nlp/models/{number}/serve")
    await town.service.learning.look()
    _, shown = await town.get("/nlp/evaluation", role=Role.DESK)
    assert shown["version"]["after"] == scores
    assert [one["ref"] for one in shown["version"]["changes"]] == [f"issue:{mine}", f"example:{said}"]
    async with town.service.database.write() as db:
        await privacy.erase(db, town.service.vault, resident_id=town.resident_id, now=clock.now(), when_closed=True)
        await town.service.vault.destroy(db, town.resident_id)
    _, shown = await town.get("/nlp/evaluation", role=Role.DESK)
    assert [one["ref"] for one in shown["version"]["changes"]] == [f"issue:{mine}"]


async def test_the_version_that_serves_is_judged_on_what_never_trains(town: Town) -> None:
    assert (await town.get("/nlp/evaluation"))[1] == {"serving": 0, "held_out": None, "version": None}
    async with town.service.database.write() as db:
        for number in range(20):
            text = f"第{number}盏路灯坏了"
            label = Label("issue_report", "路灯照明")
            await teaching.add(db, town.service.vault, text=text, label=label, area_code=COMMUNITY, worker_id="w-admin")
        rows = await teaching.taken(db)
    held_out = sum(row.held_out for row in rows)
    _, judged = await town.get("/nlp/evaluation")
    assert (judged["held_out"] or {"messages": 0})["messages"] == held_out


async def test_figures_tell_how_messages_are_read(town: Town) -> None:
    async with town.service.database.write() as db:
        today = clock.today()
        await readings.count(db, [Reading(today, COMMUNITY, "")] + [Reading(today, COMMUNITY, "human")] * 3)
        await readings.count(db, [Reading(today, OTHER_COMMUNITY, "")] * 9)
    _, figures = await town.get("/stats/summary", role=Role.DESK)
    assert figures["understanding"] == {
        "messages": 4, "abstained": 1, "abstention_rate": 0.25, "shift": None, "shift_level": None,
    }  # fmt: skip
