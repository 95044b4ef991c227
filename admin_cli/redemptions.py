"""`hc redemptions`: codes that residents show."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.options import Area, Cursor, Limit, Reason
from admin_cli.session import session
from core.values import RedemptionState

app = typer.Typer(help="兑换与核销", no_args_is_help=True)

LINE: Final = (
    ("编号", "id"),
    ("状态", "state"),
    ("兑换品", "reward_name"),
    ("积分", "price_points"),
    ("区域", "area_code"),
    ("兑换", "created_at"),
    ("到期", "expires_at"),
    ("结清", "settled_at"),
)

Code = Annotated[str, typer.Argument(metavar="CODE", help="居民出示的兑换码")]


@app.command("list")
def listing(
    ctx: typer.Context,
    state: Annotated[RedemptionState | None, typer.Option("--state", help="状态")] = None,
    area: Area = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出兑换，新的在前。"""
    hc = session(ctx)
    answer = hc.client.get("/redemptions", state=state and state.value, area=area, limit=limit, cursor=cursor)
    hc.printer.listing(answer, LINE)


@app.command()
def verify(ctx: typer.Context, code: Code) -> None:
    """核销：交付兑换品，一个码只能用一次。"""
    hc = session(ctx)
    answer = hc.client.post("/redemptions/verify", {"code": code})
    hc.printer.done(answer, f"已核销：{answer['reward_name']}，{answer['price_points']} 分。")


@app.command()
def void(ctx: typer.Context, code: Code, reason: Reason) -> None:
    """作废，积分退回（会先询问）。"""
    hc = session(ctx)
    hc.confirm("作废这个兑换码？积分会退回。")
    answer = hc.client.post("/redemptions/void", {"code": code, "reason": reason})
    hc.printer.done(answer, f"已作废：{answer['reward_name']}，退回 {answer['price_points']} 分。")
