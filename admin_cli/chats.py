"""`hc chats`: answering residents who asked for a person."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, Text
from admin_cli.session import session

app = typer.Typer(help="人工对话", no_args_is_help=True)

LINE: Final = (
    ("编号", "id"),
    ("状态", "state"),
    ("居民", "ref"),
    ("渠道", "platform"),
    ("区域", "area_code"),
    ("开始", "opened_at"),
    ("答复", "answered_at"),
)
MESSAGE: Final = (("时间", "at"), ("谁", "by"), ("内容", "text"), ("照片", "photo_url"))

Id = Annotated[str, typer.Argument(metavar="ID", help="对话编号")]


@app.command("list")
def listing(ctx: typer.Context, area: Area = None, limit: Limit = 50, cursor: Cursor = None) -> None:
    """列出对话，新的在前。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/chats", area=area, limit=limit, cursor=cursor), LINE)


@app.command()
def show(ctx: typer.Context, chat_id: Id) -> None:
    """看最近说了什么。"""
    hc = session(ctx)
    answer = hc.client.get(at("chats", chat_id))
    hc.printer.card(answer, LINE)
    hc.printer.lines("对话", answer["messages"], MESSAGE)


@app.command()
def reply(ctx: typer.Context, chat_id: Id, text: Text) -> None:
    """答复居民；结束以前机器人不插话。"""
    hc = session(ctx)
    hc.printer.done(hc.client.post(at("chats", chat_id, "reply"), {"text": text}), "已发出。")


@app.command()
def close(ctx: typer.Context, chat_id: Id) -> None:
    """结束对话，交还机器人。"""
    hc = session(ctx)
    hc.printer.done(hc.client.post(at("chats", chat_id, "close")), "对话已结束。")
