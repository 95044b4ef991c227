"""`hc points rules`, `funds` and `award` against a real server: from a draft to what a resident got."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from community import workers
from community.permissions import Grant
from community.workers import WorkerRow
from core.values import Role
from points import grants
from points.models import Transfer
from tests.admin_cli.running import hc
from tests.bot.api.town import COMMUNITY, OTHER_STREET, STREET, Town

RULE = f"""
id = "report_verified"
area = "{STREET}"
from = 2020-01-01
title = "反映问题"
purpose = "report"
points = 20
by_stars = {{ 1 = 50, 5 = 150 }}
caps = {{ day = 30 }}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, RULE)


def written(folder: Path, text: str) -> Path:
    path = folder / "规则.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def another_admin(town: Town) -> str:
    async with town.service.database.write() as db:
        _, token = await workers.create(
            db, town.service.vault, name="另一位", unit="社区", grants=[Grant(Role.ADMIN, STREET)]
        )
    return token


async def allocate(town: Town) -> None:
    ended = await hc(
        town, "points", "funds", "allocate", "--area", COMMUNITY, "--amount", "500", "--period", "2026-Q4",
        "--document", "社区〔2026〕12号", "--yes",
    )  # fmt: skip
    assert ended.code == 0, ended.err


async def paid(town: Town) -> None:
    async with town.service.database.write() as db:
        await grants.post_due(db)


async def test_what_ships_is_tried_on_the_deeds_in_the_workers_areas(town: Town) -> None:
    await allocate(town)
    for _ in range(3):
        await hc(town, "issues", "verify", await town.report())
    await paid(town)
    tried = (await hc(town, "points", "rules", "test", "report_verified.1", "--json", role=Role.DESK)).json
    assert (tried["amount"], tried["paid_then"], tried["persons"], tried["fund_balance"]) == (30, 30, 1, 470)
    elsewhere = await hc(
        town, "points", "rules", "test", "report_verified.1", "--json", token=town.elsewhere[Role.DESK]
    )
    assert elsewhere.json["amount"] == 0
    assert (await hc(town, "points", "rules", "test", "scheme.1", "--json")).json["amount"] == 30
    for unknown in ("report_verified.99", "nothing.1", "nothing"):
        assert (await hc(town, "points", "rules", "test", unknown)).code == 1, unknown


async def test_a_rule_is_drafted_tried_and_activated_by_another(town: Town, file: Path) -> None:
    await allocate(town)
    for _ in range(3):
        number = await town.report()
        assert (await hc(town, "issues", "verify", number)).code == 0
    await paid(town)
    ended = await hc(town, "points", "rules", "draft", "--file", str(file), role=Role.DESK)
    assert "report_verified.2" in ended.out, ended.err
    tried = (await hc(town, "points", "rules", "test", "report_verified.2", "--json", role=Role.DESK)).json
    assert (tried["amount"], tried["capped_amount"], tried["paid_then"], tried["persons"]) == (20, 40, 30, 1)
    assert "会发" in (await hc(town, "points", "rules", "test", "report_verified.2")).out
    assert (await hc(town, "points", "rules", "activate", "report_verified.2", typed="n\n")).code == 1
    ended = await hc(town, "points", "rules", "activate", "report_verified.2", "--yes")
    assert "已启用" in ended.out, ended.err
    listed = (await hc(town, "points", "rules", "list", "--json")).json["items"]
    assert {(one["id"], one["status"]) for one in listed} >= {
        ("report_verified.2", "active"), ("report_verified.1", "active"), ("scheme.1", "active"),
    }  # fmt: skip
    assert "20" in (await hc(town, "points", "rules", "show", "report_verified.2")).out
    assert "反映问题" in (await hc(town, "points", "rules", "show", "report_verified.1")).out
    assert "为止" in (await hc(town, "points", "rules", "retire", "report_verified.2", "--yes")).out


async def test_who_drafted_does_not_activate(town: Town, file: Path) -> None:
    await allocate(town)
    assert (await hc(town, "points", "rules", "draft", "--file", str(file))).code == 0
    ended = await hc(town, "points", "rules", "activate", "report_verified.2", "--yes")
    assert (ended.code, ended.out) == (1, "")
    assert "另一位" in ended.err
    token = await another_admin(town)
    assert (await hc(town, "points", "rules", "activate", "report_verified.2", "--yes", token=token)).code == 0


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (("points = 20", "points = -20"), 1, "不能扣分"),
        (('"report"', '"sharing"'), 1, "转发"),
        (("points = 20", "points = 0.5"), 2, "points"),
        (("from = 2020-01-01", "from = 'soon, very'"), 2, "from"),
        (("from = 2020-01-01", ""), 2, "from"),
        ((STREET, OTHER_STREET), 3, ""),
    ],
)
async def test_a_bad_draft_is_told_and_not_kept(
    town: Town, tmp_path: Path, change: tuple[str, str], code: int, said: str
) -> None:
    file = written(tmp_path, RULE.replace(*change))
    ended = await hc(town, "points", "rules", "draft", "--file", str(file))
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    listed = (await hc(town, "points", "rules", "list", "--json")).json["items"]
    assert {one["version"] for one in listed} == {1}


@pytest.mark.parametrize("name", ["report_verified.99", "nothing", "a.b", "report_verified.99999999999"])
async def test_an_unknown_version_is_said(town: Town, name: str) -> None:
    ended = await hc(town, "points", "rules", "show", name)
    assert (ended.code, ended.err) == (1, "没有这一版规则。\n")


async def test_a_document_allocates_once(town: Town) -> None:
    await allocate(town)
    await allocate(town)
    (fund,) = (await hc(town, "points", "funds", "list", "--json")).json["items"]
    assert (fund["balance"], [one["amount"] for one in fund["budgets"]]) == (500, [500])
    assert "社区〔2026〕12号 500分" in (await hc(town, "points", "funds", "list")).out
    assert "社区〔2026〕12号 500分" in (await hc(town, "points", "funds")).out
    ended = await hc(
        town, "points", "funds", "allocate", "--area", COMMUNITY, "--amount", "501", "--period", "2026-Q4",
        "--document", "社区〔2026〕12号", "--yes",
    )  # fmt: skip
    assert (ended.code, "文号" in ended.err) == (1, True)


async def snow_rule(town: Town) -> None:
    """An award that pays by time, drafted by the desk and activated by the administrator."""
    body = {
        "title": "扫雪", "purpose": "award", "points": 10, "per_minutes": 60, "caps": {"day": 100},
    }  # fmt: skip
    drafted = {"area_code": COMMUNITY, "rule_id": "snow", "from": "2026-01-01", "body": body}
    status, row = await town.post("/points/rules", drafted, role=Role.DESK)
    assert status == 200, row
    assert (await town.post(f"/points/rules/{row['id']}/activate"))[0] == 200


async def test_an_award_by_hand_goes_by_its_rule_and_is_recomputed(town: Town) -> None:
    await allocate(town)
    await snow_rule(town)
    given = ("points", "award", town.ref, "--rule", "snow", "--occasion", "11月扫雪", "--minutes", "90")
    assert "随后到账" in (await hc(town, *given)).out
    assert "已经奖励过" in (await hc(town, *given)).out
    await paid(town)
    async with town.service.database.read() as db:
        transfer_id = (await db.execute(select(Transfer.id).where(Transfer.kind == "grant"))).scalar_one()
    found = (await hc(town, "points", "rules", "recompute", transfer_id, "--json")).json
    assert (found["paid"], found["due"], found["inputs"], found["agrees"]) == (15, 15, {"minutes": 90}, True)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--rule", "report_verified"), 1),
        (("--rule", "sharing"), 1),
        (("--rule", "party_service"), 2),
        (("--rule", "award", "--on", "2999-01-01"), 2),
    ],
)
async def test_what_no_hand_may_award_is_refused(town: Town, options: tuple[str, ...], code: int) -> None:
    ended = await hc(town, "points", "award", town.ref, "--occasion", "x", *options)
    assert ended.code in (code, 2)
    assert ended.out == ""


async def test_a_worker_does_not_award_themselves(town: Town) -> None:
    async with town.service.database.write() as db:
        await db.execute(
            update(WorkerRow).where(WorkerRow.id == town.ids[Role.ADMIN]).values(resident_id=town.resident_id)
        )
    ended = await hc(town, "points", "award", town.ref, "--rule", "award", "--occasion", "x")
    assert ended.code == 3
