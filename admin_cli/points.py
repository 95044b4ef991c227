"""`hc points`: balances, statements, corrections, the ledger's check of itself."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli import points_fairness
from admin_cli.client import Exit, Failure, at
from admin_cli.options import Area, Cursor, Limit, Reason
from admin_cli.session import session

app = typer.Typer(help="积分：余额、明细、调整、冲正、核对", no_args_is_help=True)

WALLET: Final = (("社区", "area_code"), ("可用", "available"), ("冻结", "held"), ("账面", "posted"))
LINE: Final = (
    ("序号", "seq"),
    ("时间", "at"),
    ("积分", "amount_points"),
    ("余额", "balance_after"),
    ("种类", "kind"),
    ("规则", "rule_id"),
    ("来源", "source_id"),
    ("原因", "reason"),
    ("流水号", "transfer_id"),
)
FINDING: Final = (("检查", "check"), ("对象", "ref"), ("应为", "expected"), ("实为", "found"))

Ref = Annotated[str, typer.Argument(metavar="REF", help="居民编号，J 开头")]


@app.command()
def balance(ctx: typer.Context, ref: Ref) -> None:
    """一位居民的积分。"""
    hc = session(ctx)
    hc.printer.rows(hc.client.get(at("points", ref)), "wallets", WALLET)


@app.command()
def statement(ctx: typer.Context, ref: Ref, area: Area = None, limit: Limit = 50, cursor: Cursor = None) -> None:
    """积分明细，新的在前。"""
    hc = session(ctx)
    answer = hc.client.get(at("points", ref, "statement"), area=area, limit=limit, cursor=cursor)
    hc.printer.listing(answer, LINE)


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
    if answer["transfer_id"] is None:
        hc.printer.done(answer, f"要第二个人批准，申请编号 {answer['request_id']}。")
    else:
        hc.printer.done(answer, f"已调整 {amount:+d} 分，流水号 {answer['transfer_id']}。")


@app.command()
def reverse(
    ctx: typer.Context, transfer: Annotated[str, typer.Argument(metavar="TX", help="流水号")], reason: Reason
) -> None:
    """冲正一笔流水（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"冲正流水 {transfer}？")
    answer = hc.client.post(at("transfers", transfer, "reverse"), {"reason": reason})
    hc.printer.done(answer, f"已冲正，新流水号 {answer['transfer_id']}。")


@app.command()
def audit(ctx: typer.Context) -> None:
    """核对全部账目；有不符时以 1 结束。"""
    hc = session(ctx)
    answer = hc.client.get("/points/audit")
    if answer["ok"]:
        hc.printer.done(answer, "账目相符。")
        return
    hc.printer.rows(answer, "findings", FINDING)
    raise Failure(Exit.REFUSED, f"有 {len(answer['findings'])} 处不符。")


points_fairness.register(app)
