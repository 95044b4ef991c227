"""`hc orders`: service orders from placed to served."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, Reason
from admin_cli.session import session
from admin_cli.words import state
from core.values import OrderState

app = typer.Typer(help="服务订单：接单、派单、完成", no_args_is_help=True)

LINE: Final = (
    ("单号", "number"),
    ("状态", "state"),
    ("区域", "area_code"),
    ("时间", "start"),
    ("数量", "quantity"),
    ("替家人", "for_relative"),
    ("评分", "rating"),
)
CARD: Final = (
    ("单号", "number"),
    ("状态", "state"),
    ("服务", "service.title"),
    ("价格", "service.price"),
    ("开始", "start"),
    ("结束", "end"),
    ("数量", "quantity"),
    ("联系人", "contact.name"),
    ("电话", "contact.phone"),
    ("服务对象", "served.name"),
    ("对象电话", "served.phone"),
    ("关系", "served.relation"),
    ("地址", "address"),
    ("备注", "note"),
    ("服务人", "provider"),
    ("评分", "rating"),
    ("评价", "rating_text"),
)
HISTORY: Final = (("时间", "at"), ("经手", "by"), ("到", "to"), ("原因", "reason"))

No = Annotated[str, typer.Argument(metavar="NO", help="订单号")]


@app.command("list")
def listing(
    ctx: typer.Context,
    state: Annotated[OrderState | None, typer.Option("--state", help="状态")] = None,
    area: Area = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出订单，新的在前。"""
    hc = session(ctx)
    answer = hc.client.get("/orders", state=state and state.value, area=area, limit=limit, cursor=cursor)
    hc.printer.listing(answer, LINE)


@app.command()
def show(ctx: typer.Context, number: No) -> None:
    """一张订单。"""
    hc = session(ctx)
    answer = hc.client.get(at("orders", number))
    hc.printer.card(answer, CARD)
    hc.printer.lines("经过", answer["history"], HISTORY)


@app.command()
def accept(ctx: typer.Context, number: No) -> None:
    """接单。"""
    _step(ctx, number, "accept")


@app.command()
def assign(
    ctx: typer.Context, number: No, provider: Annotated[str, typer.Option("--provider", help="上门的人或单位")]
) -> None:
    """派给服务人。"""
    _step(ctx, number, "assign", provider=provider)


@app.command()
def complete(
    ctx: typer.Context,
    number: No,
    helper: Annotated[str | None, typer.Option("--helper", help="哪位居民帮的忙（居民编号），会得积分")] = None,
) -> None:
    """服务已完成。"""
    _step(ctx, number, "complete", helper=helper)


@app.command()
def cancel(ctx: typer.Context, number: No, reason: Reason) -> None:
    """取消订单（会先询问）。"""
    session(ctx).confirm(f"取消订单 {number}？")
    _step(ctx, number, "cancel", reason=reason)


def _step(ctx: typer.Context, number: str, step: str, **body: Any) -> None:
    hc = session(ctx)
    answer = hc.client.post(at("orders", number, step), body)
    hc.printer.done(answer, f"{answer['id']} 现在是 {state(answer['state'])}。")
