"""`hc workers`: who works here, with which roles."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit
from admin_cli.session import session
from core.values import Role

app = typer.Typer(help="工作人员、角色和令牌", no_args_is_help=True)

WORKER: Final = (("编号", "id"), ("姓名", "name"), ("单位", "unit"), ("角色", "roles"), ("停用", "disabled"))
WORKERS: Final = (*WORKER, ("创建", "created_at"))

Id = Annotated[str, typer.Argument(metavar="ID", help="工作人员编号")]
Roles = Annotated[list[str], typer.Option("--role", help="角色，可加区域：desk:110101001；不加区域就是全部；可写多次")]


@app.command("list")
def listing(ctx: typer.Context, area: Area = None, limit: Limit = 50, cursor: Cursor = None) -> None:
    """列出工作人员。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/workers", area=area, limit=limit, cursor=cursor), WORKERS)


@app.command()
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Option("--name", help="姓名")],
    role: Roles,
    unit: Annotated[str, typer.Option("--unit", help="单位")] = "",
) -> None:
    """新增工作人员；令牌只显示这一次。"""
    hc = session(ctx)
    made = hc.client.post("/workers", {"name": name, "unit": unit, "roles": [grant(one) for one in role]})
    hc.printer.done(made, f"已新增 {made['name']}（{made['id']}）。令牌只显示这一次：\n{made['token']}")


@app.command()
def roles(ctx: typer.Context, worker_id: Id, role: Roles) -> None:
    """换成这些角色，原来的都去掉。"""
    hc = session(ctx)
    hc.printer.card(hc.client.post(at("workers", worker_id, "roles"), {"roles": [grant(one) for one in role]}), WORKER)


@app.command()
def disable(ctx: typer.Context, worker_id: Id) -> None:
    """停用：令牌马上失效（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"停用 {worker_id}？令牌会马上失效。")
    hc.printer.done(hc.client.post(at("workers", worker_id, "disable")), f"{worker_id} 已停用。")


@app.command()
def token(ctx: typer.Context, worker_id: Id) -> None:
    """换新令牌，旧的马上失效（会先询问）；新令牌只显示这一次。"""
    hc = session(ctx)
    hc.confirm(f"给 {worker_id} 换新令牌？旧的会马上失效。")
    made = hc.client.post(at("workers", worker_id, "token"))
    hc.printer.done(made, f"新令牌只显示这一次：\n{made['token']}")


@app.command()
def bind(ctx: typer.Context) -> None:
    """绑定我自己的微信或支付宝：把这个码发给社区账号，就能在那里看任务。"""
    hc = session(ctx)
    made = hc.client.post("/me/binding")
    hc.printer.done(made, f"{made['code']}（{made['minutes']} 分钟内有效，只能用一次）")


def grant(text: str) -> dict[str, Any]:
    """`desk:110101001` → a role in an area. Raises typer.BadParameter."""
    role, _, area_code = text.partition(":")
    if role not in set(Role):
        raise typer.BadParameter(f"没有角色 {role}；有：{'、'.join(Role)}", param_hint="--role")
    return {"role": role, "area_code": area_code}
