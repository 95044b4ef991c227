"""`hc audit`: who did what, and whether the log is whole."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.client import Exit, Failure
from admin_cli.options import Cursor, Limit
from admin_cli.session import session

app = typer.Typer(help="审计日志", no_args_is_help=True)

LINE: Final = (
    ("序号", "seq"),
    ("时间", "at"),
    ("谁", "worker_id"),
    ("动作", "action"),
    ("对象", "subject"),
    ("区域", "area_code"),
    ("结果", "outcome"),
)


@app.command("list")
def listing(
    ctx: typer.Context,
    worker: Annotated[str | None, typer.Option("--worker", help="只看这位工作人员")] = None,
    action: Annotated[str | None, typer.Option("--action", help="只看这种动作，例如 issues.show")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出记录，新的在前。"""
    hc = session(ctx)
    answer = hc.client.get("/audit", worker=worker, action=action, limit=limit, cursor=cursor)
    hc.printer.listing(answer, LINE)


@app.command()
def verify(ctx: typer.Context) -> None:
    """核对整条哈希链；有断裂时以 1 结束。"""
    hc = session(ctx)
    answer = hc.client.get("/audit/verify")
    hc.printer.done(answer, f"已核对 {answer['checked']} 条。")
    if not answer["ok"]:
        raise Failure(Exit.REFUSED, f"审计日志不完整：{answer['fault']}")
