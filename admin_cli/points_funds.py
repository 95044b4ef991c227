"""`hc points funds`: budgets of the communities, and `hc points award`: what the staff give by a rule."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, moment
from admin_cli.points_second import waits
from admin_cli.session import Session, session

app = typer.Typer(help="积分池：余额、预算、拨入", no_args_is_help=False)

FUND: Final = (("区域", "area_code"), ("现有", "balance"), ("预算", "budgets"))


@app.callback(invoke_without_command=True)
def every_fund(ctx: typer.Context) -> None:
    """Without a verb: all of them."""
    if ctx.invoked_subcommand is None:
        _funds(session(ctx))


@app.command("list")
def listing(ctx: typer.Context, area: Area = None, limit: Limit = 50, cursor: Cursor = None) -> None:
    """各社区积分池的余额和预算；收支报表看 hc points report。"""
    _funds(session(ctx), area=area, limit=limit, cursor=cursor)


def _funds(hc: Session, **query: Any) -> None:
    answer = hc.client.get("/points/funds", **query)
    budgets = [{**one, "budgets": "；".join(_budget(each) for each in one["budgets"])} for one in answer["items"]]
    hc.printer.listing(answer if hc.printer.as_json else {**answer, "items": budgets}, FUND)


def _budget(one: dict[str, str]) -> str:
    """`社区〔2026〕12号 1000分（2026-10-01 起，2027-01-01 前）`."""
    return f"{one['document_no']} {one['amount']}分（{one['from'][:10]} 起，{one['until'][:10]} 前）"


@app.command()
def allocate(
    ctx: typer.Context,
    area: Annotated[str, typer.Option("--area", help="社区代码")],
    amount: Annotated[int, typer.Option("--amount", min=1, help="多少分")],
    period: Annotated[str, typer.Option("--period", help="哪一期：2026、2026-Q4 或 2026-11")],
    document: Annotated[str, typer.Option("--document", help="文号；一个文号只拨一次")],
) -> None:
    """按文件把预算拨进积分池（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"按“{document}”给 {area} 拨 {amount} 分（{period}）？")
    body = {"area_code": area, "amount": amount, "period": period, "document_no": document}
    made = hc.client.post("/points/funds", body)
    said = "已拨入" if made["created"] else "这个文号早已拨入"
    hc.printer.done(made, f"{said}，流水号 {made['transfer_id']}。")


def award(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="REF", help="居民编号，J 开头")],
    *,
    rule: Annotated[str, typer.Option("--rule", help="按哪条规则，例如 award")],
    occasion: Annotated[str, typer.Option("--occasion", help="因为哪件事；同一件事一人只奖一次")],
    minutes: Annotated[int | None, typer.Option("--minutes", min=1, max=1440, help="用了多少分钟")] = None,
    stars: Annotated[int | None, typer.Option("--stars", min=1, max=5, help="质量，一到五星")] = None,
    on: Annotated[str | None, typer.Option("--on", help="哪一天；不给就是现在")] = None,
    area: Area = None,
) -> None:
    """按规则奖励一位居民；多少分由规则定，超过社区规定的数，要第二个人批准。"""
    hc = session(ctx)
    body = {"rule": rule, "occasion": occasion, "minutes": minutes, "stars": stars, "area": area}
    made = hc.client.post(at("points", ref, "award"), {**body, "on": on and moment(on)})
    said = "已记下，随后到账" if made["created"] else "这件事已经奖励过"
    hc.printer.done(made, waits(made) or f"{made['ref']} {made['title']}：{said}。")
