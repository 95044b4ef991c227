"""`hc points`: statements of a month and their workbooks, the funds' report, honours, with a real server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import openpyxl

from core import clock
from core.db import new_id
from core.values import Role
from points import corrections
from points.models import Unit
from tests.admin_cli.running import hc
from tests.bot.api.town import COMMUNITY, OTHER_COMMUNITY, Town


async def booked(town: Town, *amounts: int, unit: Unit = Unit.POINT, reason: str = "补登") -> None:
    for amount in amounts:
        async with town.service.database.write() as db:
            await corrections.adjust(
                db,
                area_code=COMMUNITY,
                resident_id=town.resident_id,
                amount_points=amount,
                reason=reason,
                actor_id="w",
                key=new_id(),
                unit=unit,
                expires_at=clock.now() + timedelta(days=9) if amount == 7 else None,
            )


async def test_a_month_says_what_was_there_and_what_is_left(town: Town) -> None:
    await booked(town, 30, -5)
    month = f"{clock.today():%Y-%m}"
    ended = await hc(town, "points", "statement", town.ref, "--month", month, "--json")
    sums = {"opening": 0, "received": 30, "spent": 5, "closing": 25, "count": 2}
    assert (ended.json["month"], ended.json["sums"]) == (month, sums)
    assert [item["why"] for item in ended.json["items"]] == ["调整（补登）", "调整（补登）"]
    ended = await hc(town, "points", "statement", town.ref, "--month", month)
    assert "期末 25" in ended.err
    ended = await hc(town, "points", "statement", town.ref, "--month", "2026-13")
    assert (ended.code, "month" in ended.err) == (2, True)


async def test_a_workbook_holds_every_page(town: Town, tmp_path: Path) -> None:
    await booked(town, *range(1, 104), reason='=HYPERLINK("x")')
    path = tmp_path / "statement.xlsx"
    month = f"{clock.today():%Y-%m}"
    ended = await hc(town, "points", "statement", town.ref, "--month", month, "--xlsx", str(path))
    assert (ended.code, "103 笔" in ended.out) == (0, True)
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 1 + 1 + 103 + 1
    assert [row[3] for row in rows[2:-1]] == list(range(1, 104))
    assert rows[-1][5] == sum(range(1, 104))


async def test_minutes_are_stated_apart(town: Town) -> None:
    await booked(town, 30)
    await booked(town, 90, unit=Unit.MINUTE)
    ended = await hc(town, "points", "statement", town.ref, "--unit", "MINUTE", "--json")
    assert [item["balance_after"] for item in ended.json["items"]] == [90]
    ended = await hc(town, "points", "balance", town.ref, "--json")
    assert (ended.json["available"], ended.json["minutes"]) == (30, 90)


async def test_a_balance_tells_what_expires_next(town: Town) -> None:
    await booked(town, 7, 20)
    ended = await hc(town, "points", "balance", town.ref, "--json")
    assert ended.json["wallets"][0]["next_expiry"]["amount_points"] == 7


async def test_the_funds_report_is_for_the_workers_areas(town: Town, tmp_path: Path) -> None:
    for area_code in (COMMUNITY, OTHER_COMMUNITY):
        async with town.service.database.write() as db:
            await corrections.fund_community(
                db,
                area_code=area_code,
                amount_points=500,
                actor_id="w",
                reason="x",
                key=area_code,
                document_no="和街7号",
            )
    path = tmp_path / "report.xlsx"
    ended = await hc(town, "points", "report", "--json", role=Role.AUDITOR)
    assert [(item["area_code"], item["closing"]) for item in ended.json["items"]] == [(COMMUNITY, 500)]
    assert ended.json["items"][0]["by_document"] == [{"document_no": "和街7号", "amount": 500, "budgeted": 0}]
    ended = await hc(town, "points", "report", "--from", "2026-01-01", "--to", "2099-12-31", "--xlsx", str(path))
    assert ended.code == 0
    book = openpyxl.load_workbook(path)
    assert [sheet.title for sheet in book.worksheets] == ["社区积分池", "拨入", "发放"]
    assert list(book.worksheets[1].iter_rows(values_only=True))[1] == (COMMUNITY, "和街7号", 500, 0)
    assert (await hc(town, "points", "report", "--area", OTHER_COMMUNITY)).code == 3
    assert (await hc(town, "points", "report", "--from", "2026-12-01", "--to", "2026-11-01")).code == 2
    assert "和街7号" in (await hc(town, "points", "report")).out


async def test_honours_of_one_resident(town: Town) -> None:
    ended = await hc(town, "points", "honours", town.ref, "--json")
    assert (ended.json["tier"], ended.json["following"]["title"]) == (None, "一星志愿者")
    assert ended.json["missing_minutes"] == 6000
    assert "一星志愿者" in (await hc(town, "points", "honours", town.ref)).out
