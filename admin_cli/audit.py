"""`hc audit`: who did what, whether the log is whole, and letting go of what is old."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.client import Exit, Failure
from admin_cli.options import Area, Cursor, Limit, moment
from admin_cli.session import session

app = typer.Typer(help="审计日志", no_args_is_help=True)

LINE: Final = (
    ("序号", "id"),
    ("时间", "at"),
    ("谁", "worker_id"),
    ("动作", "action"),
    ("对象", "subject"),
    ("区域", "area_code"),
)
FINDING: Final = (("问题", "kind"), ("在哪里", "where"))


@app.command("list")
def listing(
    ctx: typer.Context,
    *,
    worker: Annotated[str | None, typer.Option("--worker", help="只看这位工作人员的编号")] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="只看这个工单号、订单号或编号")] = None,
    area: Area = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出记录，新的在前。"""
    hc = session(ctx)
    answer = hc.client.get("/audit", worker=worker, subject=subject, area=area, limit=limit, cursor=cursor)
    hc.printer.listing(answer, LINE)


@app.command()
def verify(ctx: typer.Context) -> None:
    """核对整条封存链；有缺损时以 1 结束。"""
    hc = session(ctx)
    answer = hc.client.get("/audit/verify")
    if answer["ok"]:
        hc.printer.done(answer, "审计日志完整。")
        return
    hc.printer.rows(answer, "findings", FINDING)
    raise Failure(Exit.REFUSED, f"审计日志有 {len(answer['findings'])} 处不对。")


@app.command()
def purge(
    ctx: typer.Context,
    before: Annotated[str, typer.Option("--before", help="删除这个时间以前的记录，例如 2026-01-01；至少是 180 天以前")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只数一数，不删除")] = False,
) -> None:
    """删除过了保存期的记录（会先询问）；留下签名的检查点，封存链仍可核对。"""
    hc = session(ctx)
    until = moment(before)
    if not dry_run:
        hc.confirm(f"删除 {before} 以前的审计记录？删除后不能恢复。")
    answer = hc.client.post("/audit/purge", {"before": until, "dry_run": dry_run})
    said = "可以删除" if dry_run else "已删除"
    hc.printer.done(answer, f"{said} {answer['purged']} 条。")
