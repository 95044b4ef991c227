"""`hc rewards`: what points can be exchanged for."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli import sites
from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, Source, read_object
from admin_cli.session import session

app = typer.Typer(help="积分兑换品", no_args_is_help=True)
app.add_typer(sites.app, name="sites")

LINE: Final = (
    ("编号", "id"),
    ("名称", "name"),
    ("积分", "price_points"),
    ("库存", "stock"),
    ("每人限", "limit_per_person"),
    ("周期", "limit_period"),
    ("区域", "area_code"),
    ("状态", "status"),
    ("版本", "version"),
)

Id = Annotated[str, typer.Argument(metavar="ID", help="兑换品编号")]


@app.command("list")
def listing(ctx: typer.Context, area: Area = None, limit: Limit = 50, cursor: Cursor = None) -> None:
    """列出兑换品。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/rewards", area=area, limit=limit, cursor=cursor), LINE)


@app.command()
def create(ctx: typer.Context, file: Source) -> None:
    """按文件新增兑换品。"""
    hc = session(ctx)
    made = hc.client.post("/rewards", read_object(file))
    hc.printer.done(made, f"已新增 {made['name']}（{made['id']}）。")


@app.command()
def edit(ctx: typer.Context, reward_id: Id, file: Source) -> None:
    """按文件修改兑换品；文件里写看到的版本 version 和要改的几项。"""
    hc = session(ctx)
    made = hc.client.post(at("rewards", reward_id, "edit"), read_object(file))
    hc.printer.done(made, f"{made['name']} 已修改，现在是第 {made['version']} 版。")


@app.command()
def stock(
    ctx: typer.Context,
    reward_id: Id,
    count: Annotated[int, typer.Argument(metavar="N", min=0, help="现在有几件")],
    reason: Annotated[str | None, typer.Option("--reason", help="为什么变了")] = None,
) -> None:
    """改库存，增减都有记录。"""
    hc = session(ctx)
    made = hc.client.post(at("rewards", reward_id, "stock"), {"stock": count, "reason": reason})
    hc.printer.done(made, f"{made['name']} 现有 {made['stock']} 件。")


@app.command()
def withdraw(ctx: typer.Context, reward_id: Id) -> None:
    """下架，不再兑换；发出去的兑换码照常能用。"""
    hc = session(ctx)
    hc.confirm(f"下架兑换品 {reward_id}？下架后不能再上架。")
    made = hc.client.post(at("rewards", reward_id, "withdraw"))
    hc.printer.done(made, f"{made['name']} 已下架。")
