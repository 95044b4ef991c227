"""`hc outbox`: what is stuck on its way out."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.client import at
from admin_cli.options import Cursor, Limit
from admin_cli.session import session
from admin_cli.words import state

app = typer.Typer(help="待发队列：推送、通知、告警", no_args_is_help=True)

LINE: Final = (
    ("编号", "id"),
    ("种类", "kind"),
    ("状态", "state"),
    ("次数", "attempts"),
    ("错误", "last_error"),
    ("写入", "created_at"),
    ("下次", "next_at"),
)
CARD: Final = (*LINE, ("键", "key"), ("紧急", "urgent"), ("到期", "expires_at"), ("了结", "settled_at"))

Id = Annotated[int, typer.Argument(metavar="ID", help="编号")]


@app.command("list")
def listing(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option("--state", help="pending、leased、done、held、dead 或 expired")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出队列，新的在前。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/outbox", state=state, limit=limit, cursor=cursor), LINE)


@app.command()
def show(ctx: typer.Context, row_id: Id) -> None:
    """一行的情况；内容不显示。"""
    hc = session(ctx)
    hc.printer.card(hc.client.get(at("outbox", str(row_id))), CARD)


@app.command()
def retry(ctx: typer.Context, row_id: Id) -> None:
    """重新发送停下的一行。"""
    hc = session(ctx)
    answer = hc.client.post(at("outbox", str(row_id), "retry"))
    hc.printer.done(answer, f"{answer['id']} 现在是 {state(answer['state'])}。")
