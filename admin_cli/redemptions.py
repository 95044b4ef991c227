"""`hc redemptions`: codes that residents show."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.client import Json, at
from admin_cli.options import Area, Cursor, Limit, Reason
from admin_cli.session import session
from core.values import RedemptionState

app = typer.Typer(help="兑换与核销", no_args_is_help=True)

LINE: Final = (
    ("编号", "id"),
    ("状态", "redemption_state"),
    ("兑换品", "reward_name"),
    ("积分", "price_points"),
    ("区域", "area_code"),
    ("兑换", "created_at"),
    ("到期", "expires_at"),
    ("结清", "settled_at"),
)

Code = Annotated[str, typer.Argument(metavar="CODE", help="居民出示的兑换码，如 8H2K-7M4Q")]
Id = Annotated[str, typer.Argument(metavar="ID", help="兑换编号")]


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
    hc.printer.listing(answer if hc.printer.as_json else _readable(answer), LINE)


def _readable(answer: Json) -> Json:
    """The states under a name of their own: of a redemption they read otherwise than of a report."""
    return answer | {"items": [one | {"redemption_state": one["state"]} for one in answer["items"]]}


@app.command()
def verify(
    ctx: typer.Context,
    code: Code,
    handed_out: Annotated[bool, typer.Option("--hand-out", help="同时记下已经交付")] = False,
) -> None:
    """核销：一个码只能用一次。"""
    hc = session(ctx)
    answer = hc.client.post("/redemptions/verify", {"code": code, "handed_out": handed_out})
    proxy = f"由 {answer['pickup_by']} 代领。" if answer["pickup_by"] else ""
    hc.printer.done(answer, f"已核销：{answer['reward_name']}，{answer['price_points']} 分。{proxy}")


@app.command("hand-out")
def hand_out(ctx: typer.Context, code: Code) -> None:
    """记下已核销的兑换品交给了居民。"""
    hc = session(ctx)
    answer = hc.client.post("/redemptions/hand-out", {"code": code})
    hc.printer.done(answer, f"已交付：{answer['reward_name']}。")


@app.command()
def approve(ctx: typer.Context, redemption_id: Id) -> None:
    """批准要审批的兑换，居民随即拿到兑换码。"""
    hc = session(ctx)
    answer = hc.client.post(at("redemptions", redemption_id, "approve"))
    hc.printer.done(answer, f"已批准：{answer['reward_name']}。")


@app.command()
def refuse(ctx: typer.Context, redemption_id: Id, reason: Reason) -> None:
    """不批准，积分退回（会先询问）。"""
    hc = session(ctx)
    hc.confirm("不批准这笔兑换？积分会退回。")
    answer = hc.client.post(at("redemptions", redemption_id, "refuse"), {"reason": reason})
    hc.printer.done(answer, f"没有批准：{answer['reward_name']}，退回 {answer['price_points']} 分。")


@app.command()
def void(ctx: typer.Context, code: Code, reason: Reason) -> None:
    """作废，积分退回（会先询问）。"""
    hc = session(ctx)
    hc.confirm("作废这个兑换码？积分会退回。")
    answer = hc.client.post("/redemptions/void", {"code": code, "reason": reason})
    hc.printer.done(answer, f"已作废：{answer['reward_name']}，退回 {answer['price_points']} 分。")
