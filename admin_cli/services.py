"""`hc services`: what residents can order."""

from __future__ import annotations

from typing import Final

import typer

from admin_cli.options import Area, Cursor, Limit, Source, read_object
from admin_cli.session import session

app = typer.Typer(help="可预约的服务", no_args_is_help=True)

LINE: Final = (
    ("编号", "id"),
    ("种类", "kind"),
    ("名称", "title"),
    ("价格", "price"),
    ("区域", "area_code"),
    ("每时段", "capacity"),
    ("提供中", "active"),
)


@app.command("list")
def listing(ctx: typer.Context, area: Area = None, limit: Limit = 50, cursor: Cursor = None) -> None:
    """列出服务。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/services", area=area, limit=limit, cursor=cursor), LINE)


@app.command()
def create(ctx: typer.Context, file: Source) -> None:
    """按文件新增服务。"""
    hc = session(ctx)
    made = hc.client.post("/services", read_object(file))
    hc.printer.done(made, f"已新增服务 {made['title']}（{made['id']}）。")
