"""`hc points`: balances, statements, corrections, the ledger's check of itself."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from admin_cli import points_audit, points_fairness, points_second, points_sheets, workbooks
from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, Reason
from admin_cli.points_second import waits
from admin_cli.session import Session, session

app = typer.Typer(help="积分：余额、明细、调整、冲正、核对", no_args_is_help=True)

MOST: Final = 100

WALLET: Final = (
    ("社区", "area_code"),
    ("可用", "available"),
    ("兑换中", "held"),
    ("账面", "posted"),
    ("最近到期", "next_expiry.amount_points"),
    ("到期时间", "next_expiry.at"),
    ("服务分钟", "minutes"),
)
LINE: Final = (
    ("序号", "seq"),
    ("时间", "at"),
    ("积分", "amount_points"),
    ("余额", "balance_after"),
    ("事由", "why"),
    ("种类", "kind"),
    ("来源", "source_id"),
    ("流水号", "transfer_id"),
)
HONOURS: Final = (
    ("居民", "ref"),
    ("社区", "area_code"),
    ("称号", "tier.title"),
    ("认证分钟", "minutes"),
    ("累计积分", "points"),
    ("下一级", "following.title"),
    ("还差分钟", "missing_minutes"),
    ("还差积分", "missing_points"),
)
REACHED: Final = (("获得", "reached_at"), ("称号", "tier.title"), ("规则版本", "version"))

Ref = Annotated[str, typer.Argument(metavar="REF", help="居民编号，J 开头")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", dir_okay=False, help="写成 Excel 文件")]


class Unit(StrEnum):
    """Points, or minutes of volunteer time."""

    POINT = "POINT"
    MINUTE = "MINUTE"


UnitOption = Annotated[Unit, typer.Option("--unit", help="积分，还是志愿服务分钟")]


@app.command()
def balance(ctx: typer.Context, ref: Ref) -> None:
    """一位居民的积分。"""
    hc = session(ctx)
    hc.printer.rows(hc.client.get(at("points", ref)), "wallets", WALLET)


@app.command()
def statement(
    ctx: typer.Context,
    ref: Ref,
    *,
    area: Area = None,
    month: Annotated[str | None, typer.Option("--month", help="哪个月，例如 2026-11；不写就是全部")] = None,
    unit: UnitOption = Unit.POINT,
    xlsx: Xlsx = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """积分明细，新的在前；按月的带期初和期末余额。"""
    hc = session(ctx)
    asked = {"area": area, "month": month, "unit": unit.value}
    if xlsx is None:
        answer = hc.client.get(at("points", ref, "statement"), **asked, limit=limit, cursor=cursor)
        hc.printer.listing(answer, LINE)
        _say_sums(hc, answer)
        return
    answer, entries = _whole(hc, ref, asked)
    workbooks.write(xlsx, [points_sheets.of_statement(answer, entries)])
    hc.printer.done(answer | {"items": entries}, f"{len(entries)} 笔，已写到 {xlsx}。")


def _whole(hc: Session, ref: str, asked: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The first page, and the entries of all, newest first."""
    path = at("points", ref, "statement")
    answer = hc.client.get(path, **asked, limit=MOST)
    entries, following = list(answer["items"]), answer["next"]
    while following:
        page = hc.client.get(path, **asked, limit=MOST, cursor=following)
        entries += page["items"]
        following = page["next"]
    return answer | {"next": None}, entries


def _say_sums(hc: Session, answer: dict[str, Any]) -> None:
    if sums := answer["sums"]:
        hc.printer.note(
            f"期初 {sums['opening']}，收入 {sums['received']}，支出 {sums['spent']}，期末 {sums['closing']}；"
            f"全月 {sums['count']} 笔。"
        )


@app.command()
def report(
    ctx: typer.Context,
    *,
    area: Area = None,
    first: Annotated[str | None, typer.Option("--from", help="从哪天起，例如 2026-11-01；不写就是本月1日")] = None,
    last: Annotated[str | None, typer.Option("--to", help="到哪天为止，含当天；不写就是今天")] = None,
    unit: UnitOption = Unit.POINT,
    xlsx: Xlsx = None,
) -> None:
    """社区积分池：期初、按文件拨入、按规则发放、冲回、期末，对照预算。"""
    hc = session(ctx)
    answer = hc.client.get("/points/report", **{"area": area, "from": first, "to": last, "unit": unit.value})
    if xlsx is not None:
        workbooks.write(xlsx, points_sheets.of_report(answer))
        hc.printer.done(answer, f"{len(answer['items'])} 个社区，已写到 {xlsx}。")
        return
    hc.printer.listing(answer, points_sheets.FUND)
    for item in answer["items"]:
        hc.printer.lines(
            f"{item['area_code']} 按文件（文件号、拨入、预算）", item["by_document"], points_sheets.DOCUMENT
        )
        hc.printer.lines(
            f"{item['area_code']} 按规则（规则、版本、笔数、发放、冲回）", item["by_rule"], points_sheets.RULE
        )


@app.command()
def honours(ctx: typer.Context, ref: Ref, area: Area = None) -> None:
    """志愿者称号：现在是哪一级，离下一级还差多少。"""
    hc = session(ctx)
    answer = hc.client.get(at("points", ref, "honours"), area=area)
    hc.printer.card(answer, HONOURS)
    hc.printer.lines("获得过的称号", answer["reached"], REACHED)


@app.command(context_settings={"ignore_unknown_options": True})
def adjust(
    ctx: typer.Context,
    ref: Ref,
    amount: Annotated[int, typer.Argument(metavar="AMOUNT", help="加多少分；减分写负数，例如 -5")],
    reason: Reason,
    *,
    document: Annotated[str | None, typer.Option("--document", help="依据的文号")] = None,
    area: Area = None,
) -> None:
    """调整积分；超过社区规定的数，要第二个人批准。"""
    hc = session(ctx)
    said = {"amount": amount, "reason": reason, "document_no": document, "area": area}
    answer = hc.client.post(at("points", ref, "adjust"), said)
    hc.printer.done(answer, waits(answer) or f"已调整 {amount:+d} 分，流水号 {answer['transfer_id']}。")


@app.command()
def reverse(
    ctx: typer.Context, transfer: Annotated[str, typer.Argument(metavar="TX", help="流水号")], reason: Reason
) -> None:
    """冲正一笔流水；超过社区规定的数，要第二个人批准（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"冲正流水 {transfer}？")
    answer = hc.client.post(at("transfers", transfer, "reverse"), {"reason": reason})
    hc.printer.done(answer, waits(answer) or f"已冲正，新流水号 {answer['transfer_id']}。")


points_fairness.register(app)
points_second.register(app)
points_audit.register(app)
