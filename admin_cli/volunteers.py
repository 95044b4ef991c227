"""`hc volunteers`: residents who want to be asked."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.client import at
from admin_cli.options import Cursor, Limit
from admin_cli.session import session

app = typer.Typer(help="志愿者", no_args_is_help=True)

LINE: Final = (
    ("居民", "ref"),
    ("姓名", "name"),
    ("电话", "phone"),
    ("专长", "skills"),
    ("时间", "times"),
    ("认定分钟", "minutes"),
    ("活动", "activities"),
    ("登记", "enrolled_at"),
)


@app.command("list")
def listing(ctx: typer.Context, limit: Limit = 50, cursor: Cursor = None) -> None:
    """列出志愿者。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/volunteers", limit=limit, cursor=cursor), LINE)


@app.command()
def show(ctx: typer.Context, ref: Annotated[str, typer.Argument(metavar="REF", help="居民编号，J 开头")]) -> None:
    """一位志愿者。"""
    hc = session(ctx)
    hc.printer.card(hc.client.get(at("volunteers", ref)), LINE)
