"""The commands at work against a real server: a report's way, files in, registers out, questions before damage."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from core.values import Role
from tests.admin_cli.running import hc
from tests.bot.api.test_issues import a_photo
from tests.bot.api.test_oversight import a_chat, a_page, borders
from tests.bot.api.test_points import a_code
from tests.bot.api.test_work import a_registration, an_activity, an_order
from tests.bot.api.town import COMMUNITY, NAME, UNIT, Town


async def test_a_report_goes_all_the_way(town: Town, tmp_path: Path) -> None:
    number = await town.report()
    photo = tmp_path / "after.jpg"
    photo.write_bytes(a_photo())
    for step in (
        ("verify",),
        ("file",),
        ("dispatch", "--unit", UNIT, "--handler", town.ids[Role.HANDLER]),
        ("extend", "--until", "2099-01-01 12:00", "--reason", "等配件"),
        ("handle", "--text", "换了灯泡", "--photo", str(photo)),
        ("check", "--fail", "--reason", "还是不亮"),
        ("handle", "--text", "换了线路"),
        ("check", "--pass"),
        ("close",),
        ("note", "--text", "回访满意"),
    ):
        ended = await hc(town, "issues", step[0], number, *step[1:])
        assert ended.code == 0, (step, ended.err)
    ended = await hc(town, "issues", "show", number, "--json")
    assert (ended.json["state"], len(ended.json["photos"])) == ("closed", 1)
    ended = await hc(town, "issues", "list", "--mine", role=Role.HANDLER)
    assert number in ended.out


async def test_destructive_commands_ask(town: Town) -> None:
    number = await an_order(town)
    cancel = ("orders", "cancel", number, "--reason", "不需要")
    for typed, code in (("", 2), ("n\n", 1)):
        ended = await hc(town, *cancel, typed=typed)
        assert ended.code == code
    assert (await town.get(f"/orders/{number}"))[1]["state"] == "placed"
    assert (await hc(town, *cancel, typed="y\n")).code == 0
    worker = town.ids[Role.AUDITOR]
    assert (await hc(town, "--yes", "workers", "disable", worker)).code == 0


@pytest.mark.parametrize("suffix", ["json", "toml"])
async def test_an_activity_is_made_from_a_file(town: Town, tmp_path: Path, suffix: str) -> None:
    plan = an_activity()
    file = tmp_path / f"plan.{suffix}"
    as_toml = "\n".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in plan.items())
    file.write_text(json.dumps(plan) if suffix == "json" else as_toml, encoding="utf-8")
    ended = await hc(town, "activities", "create", "--file", str(file), "--json", role=Role.DESK)
    assert ended.json["state"] == "draft"
    ended = await hc(town, "activities", "publish", ended.json["id"], role=Role.DESK)
    assert plan["title"] in ended.out


async def test_a_file_that_cannot_be_read_is_2(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text("title = ", encoding="utf-8")
    assert (await hc(town, "services", "create", "--file", str(file))).code == 2
    assert (await hc(town, "services", "create", "--file", str(tmp_path / "none.toml"))).code == 2
    file.write_text('title = "午餐"', encoding="utf-8")
    ended = await hc(town, "services", "create", "--file", str(file))
    assert ended.code == 2
    assert "area_code" in ended.err


async def test_the_register_is_exported_for_its_reader_only(town: Town, tmp_path: Path) -> None:
    registration_id = await a_registration(town)
    await hc(town, "members", "approve", registration_id, "--grid", f"{COMMUNITY}001")
    target = tmp_path / "register.csv"
    ended = await hc(town, "members", "export", "--output", str(target))
    assert ended.code == 0
    assert NAME not in ended.out + ended.err
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    text = target.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert NAME in text.decode("utf-8-sig")
    ended = await hc(town, "members", "export")
    assert NAME in ended.out


async def test_points_codes_and_audit(town: Town) -> None:
    ended = await hc(town, "points", "adjust", town.ref, "-5", "--reason", "登错")
    assert ended.code == 1
    code = await a_code(town)
    ended = await hc(town, "points", "balance", town.ref, "--json")
    assert ended.json["wallets"][0]["held"] == 20
    assert (await hc(town, "redemptions", "verify", code, role=Role.DESK)).code == 0
    assert (await hc(town, "redemptions", "verify", code, role=Role.DESK)).code == 1
    ended = await hc(town, "points", "statement", town.ref)
    assert "-20" in ended.out
    assert "相符" in (await hc(town, "points", "audit", role=Role.AUDITOR)).out
    ended = await hc(town, "audit", "list", role=Role.AUDITOR)
    assert "redemptions.verify" in ended.out
    assert (await hc(town, "audit", "verify", role=Role.AUDITOR)).code == 0


async def test_borders_are_tried_and_then_taken_in(town: Town, tmp_path: Path) -> None:
    await town.widen(Role.ADMIN, "")
    file, target = tmp_path / "areas.geojson", tmp_path / "out.geojson"
    file.write_text(json.dumps(borders("")), encoding="utf-8")
    ended = await hc(town, "areas", "import", str(file), "--dry-run")
    assert "没有保存" in ended.out
    assert (await hc(town, "areas", "list", "--json")).json["items"] == []
    assert (await hc(town, "areas", "import", str(file))).code == 0
    assert (await hc(town, "areas", "export", "-o", str(target))).code == 0
    exported = json.loads(target.read_text(encoding="utf-8"))
    assert len(exported["features"]) == len(borders("")["features"])


async def test_chats_duty_workers_and_figures(town: Town) -> None:
    chat_id, page_id = await a_chat(town), await a_page(town)
    assert (await hc(town, "chats", "reply", chat_id, "--text", "您好", role=Role.DESK)).code == 0
    assert town.ref in (await hc(town, "chats", "show", chat_id, role=Role.DESK)).out
    assert page_id in (await hc(town, "duty", "list", "--open")).out
    assert (await hc(town, "duty", "ack", page_id, role=Role.DESK)).code == 0
    ended = await hc(town, "workers", "create", "--name", "新同事", "--role", f"desk:{COMMUNITY}", "--json")
    assert (await hc(town, "whoami", token=ended.json["token"])).code == 0
    assert (await hc(town, "workers", "create", "--name", "新同事", "--role", "king")).code == 2
    assert "上报" in (await hc(town, "stats", "summary", "--days", "7")).out
    ended = await hc(town, "outbox", "list", "--json")
    assert all("payload" not in row for row in ended.json["items"])
