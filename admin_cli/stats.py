"""`hc stats`: the figures of a period."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.session import session

app = typer.Typer(help="统计", no_args_is_help=True)

CARD: Final = (
    ("从", "since"),
    ("上报", "issues.total"),
    ("超时未办", "issues.overdue"),
    ("险情", "issues.emergencies"),
    ("平均评分", "issues.average_rating"),
    ("服务订单", "orders"),
    ("志愿活动", "activities"),
    ("来信", "understanding.messages"),
    ("没把握而反问", "understanding.abstained"),
    ("反问的比例", "understanding.abstention_rate"),
    ("来信变化（PSI）", "understanding.shift"),
    ("变化程度", "understanding.shift_level"),
)
STATE: Final = (("状态", "state"), ("件数", "count"))


@app.command()
def summary(
    ctx: typer.Context, days: Annotated[int, typer.Option("--days", min=1, max=366, help="最近多少天")] = 30
) -> None:
    """汇总：最近多少件上报，各在什么状态。"""
    hc = session(ctx)
    answer = hc.client.get("/stats/summary", days=days)
    hc.printer.card(answer, CARD)
    states = [{"state": state, "count": count} for state, count in answer["issues"]["by_state"].items()]
    hc.printer.lines("各状态", states, STATE)
