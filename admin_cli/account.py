"""`hc login` and `hc whoami`."""

from __future__ import annotations

from typing import Annotated

import typer

from admin_cli.login import Login, keep
from admin_cli.session import session
from admin_cli.workers import WORKER


def login(
    ctx: typer.Context,
    server: Annotated[str, typer.Option("--server", help="服务器地址，例如 https://community.example")],
    token: Annotated[
        str,
        typer.Option("--token", prompt="令牌", hide_input=True, help="管理员给的令牌；不写就会问，不留在命令记录里"),
    ],
) -> None:
    """登录：核对令牌，保存在本人的配置目录里。"""
    found = Login(server, token)
    hc = session(ctx)
    if found.is_exposed:
        hc.printer.note("注意：这个地址没有加密（不是 https），令牌会在网络上明文传送。")
    worker = hc.connect(found).get("/me")
    path = keep(found)
    hc.printer.done(worker, f"您好，{worker['name']}。登录信息保存在 {path}")


def whoami(ctx: typer.Context) -> None:
    """我是谁，有哪些角色。"""
    hc = session(ctx)
    hc.printer.card(hc.client.get("/me"), WORKER)
