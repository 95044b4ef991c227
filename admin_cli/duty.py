"""`hc duty`: pages of emergencies and who answered them."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit
from admin_cli.session import session

app = typer.Typer(help="值班告警", no_args_is_help=True)

LINE: Final = (
    ("编号", "id"),
    ("险情", "emergency"),
    ("工单号", "issue_number"),
    ("区域", "area_code"),
    ("呼叫", "created_at"),
    ("几个人", "channels"),
    ("应答", "acked_at"),
    ("应答人", "acked_by"),
)


@app.command("list")
def listing(
    ctx: typer.Context,
    waiting: Annotated[bool, typer.Option("--open", help="只看还没有人应答的")] = False,
    area: Area = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出告警，新的在前。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/duty", open=waiting, area=area, limit=limit, cursor=cursor), LINE)


@app.command()
def ack(ctx: typer.Context, page_id: Annotated[str, typer.Argument(metavar="ID", help="告警编号")]) -> None:
    """应答：我来处理。"""
    hc = session(ctx)
    answer = hc.client.post(at("duty", page_id, "ack"))
    hc.printer.done(answer, f"{answer['issue_number']} 由 {answer['acked_by']} 应答，居民会收到消息。")
