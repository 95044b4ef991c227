"""`hc rewards sites`: where rewards are handed out, and who verifies codes there."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, Source, read_object
from admin_cli.session import session

app = typer.Typer(help="领取点", no_args_is_help=True)

LINE: Final = (("编号", "id"), ("名称", "name"), ("地址", "address"), ("区域", "area_code"), ("状态", "status"))

Id = Annotated[str, typer.Argument(metavar="ID", help="领取点编号")]


@app.command("list")
def listing(ctx: typer.Context, area: Area = None, limit: Limit = 50, cursor: Cursor = None) -> None:
    """列出领取点。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/sites", area=area, limit=limit, cursor=cursor), LINE)


@app.command()
def create(ctx: typer.Context, file: Source) -> None:
    """按文件新增领取点：名称、地址、开放时间和核销人。"""
    hc = session(ctx)
    made = hc.client.post("/sites", read_object(file))
    hc.printer.done(made, f"已新增领取点 {made['name']}（{made['id']}）。")


@app.command()
def edit(ctx: typer.Context, site_id: Id, file: Source) -> None:
    """按文件修改领取点；只写要改的几项。"""
    hc = session(ctx)
    made = hc.client.post(at("sites", site_id, "edit"), read_object(file))
    hc.printer.done(made, f"领取点 {made['name']} 已修改。")


@app.command()
def close(ctx: typer.Context, site_id: Id) -> None:
    """停用领取点；已经兑换的照常在那里领。"""
    hc = session(ctx)
    hc.confirm(f"停用领取点 {site_id}？停用后不能再启用。")
    made = hc.client.post(at("sites", site_id, "close"))
    hc.printer.done(made, f"领取点 {made['name']} 已停用。")
