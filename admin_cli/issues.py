"""`hc issues`: residents' reports, from 核实 to 结案."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from admin_cli.client import Json, at
from admin_cli.options import Area, Cursor, Limit, Reason, Text, moment
from admin_cli.session import session
from admin_cli.words import state
from core.values import IssueState

app = typer.Typer(help="随手拍上报：核实、立案、派遣、处置、核查、结案", no_args_is_help=True)

LINE: Final = (
    ("工单号", "number"),
    ("状态", "state"),
    ("标题", "title"),
    ("类别", "category.name"),
    ("紧急", "urgency"),
    ("险情", "emergency"),
    ("网格", "grid_code"),
    ("单位", "unit"),
    ("时限", "deadline_at"),
)
FOUND: Final = tuple(("摘要", "summary") if column == ("标题", "title") else column for column in LINE)
"""What is searched is the summary, of which a title may lack the end."""

CARD: Final = (
    ("工单号", "number"),
    ("轮次", "round"),
    ("状态", "state"),
    ("标题", "title"),
    ("描述", "description"),
    ("类别", "category.name"),
    ("类别代码", "category.code"),
    ("紧急程度", "urgency"),
    ("险情", "emergency"),
    ("地址", "address"),
    ("位置", "location"),
    ("区域", "area_code"),
    ("网格", "grid_code"),
    ("来源", "source"),
    ("保密", "confidential"),
    ("上报人", "reporter.ref"),
    ("姓名", "reporter.name"),
    ("电话", "reporter.phone"),
    ("单位", "unit"),
    ("上报时间", "created_at"),
    ("时限", "deadline_at"),
    ("合并到", "duplicate_of"),
    ("评分", "rating"),
    ("积分", "points_awarded"),
)
HISTORY: Final = (("时间", "at"), ("经手", "by"), ("动作", "action"), ("到", "to"), ("原因", "reason"))
DELIVERY: Final = (("接口", "connector"), ("状态", "state"), ("对方编号", "external_no"), ("错误", "last_error"))
PHOTO: Final = (("种类", "kind"), ("地址", "url"))

CATEGORY: Final = (
    ("代码", "code"),
    ("名称", "name"),
    ("紧急", "urgency"),
    ("国标代码", "national.code"),
    ("国标名称", "national.name"),
)

No = Annotated[str, typer.Argument(metavar="NO", help="工单号")]


@app.command("list")
def listing(
    ctx: typer.Context,
    *,
    state: Annotated[IssueState | None, typer.Option("--state", help="状态")] = None,
    area: Area = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只看超时的")] = False,
    mine: Annotated[bool, typer.Option("--mine", help="只看派给我的")] = False,
    emergency: Annotated[bool, typer.Option("--emergency", help="只看险情")] = False,
    query: Annotated[str | None, typer.Option("--query", "-q", help="摘要里的字")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出上报，新的在前。"""
    hc = session(ctx)
    answer = hc.client.get(
        "/issues",
        state=state.value if state else None,
        area=area,
        overdue=overdue,
        mine=mine,
        emergency=emergency,
        q=query,
        limit=limit,
        cursor=cursor,
    )
    hc.printer.listing(answer, FOUND if query else LINE)


@app.command()
def show(ctx: typer.Context, number: No) -> None:
    """一件上报的全部情况。"""
    hc = session(ctx)
    answer = hc.client.get(at("issues", number))
    hc.printer.card(answer, CARD)
    hc.printer.lines("经过", answer["history"], HISTORY)
    hc.printer.lines("推送", answer["deliveries"], DELIVERY)
    hc.printer.lines("照片", answer["photos"], PHOTO)


@app.command()
def verify(
    ctx: typer.Context,
    number: No,
    stars: Annotated[int | None, typer.Option("--stars", min=1, max=5, help="反映得好不好，一到五星")] = None,
) -> None:
    """核实：情况属实，归我们管。"""
    _step(ctx, number, "verify", stars=stars)


@app.command()
def reject(ctx: typer.Context, number: No, reason: Reason) -> None:
    """不予受理。"""
    _step(ctx, number, "reject", reason=reason)


@app.command()
def file(ctx: typer.Context, number: No) -> None:
    """立案；有网格系统的地方同时推送过去。"""
    _step(ctx, number, "file")


@app.command()
def dispatch(
    ctx: typer.Context,
    number: No,
    unit: Annotated[str, typer.Option("--unit", help="处置单位")],
    handler: Annotated[str | None, typer.Option("--handler", help="处置人编号；不写就是整个单位")] = None,
) -> None:
    """派遣给处置单位。"""
    _step(ctx, number, "dispatch", unit=unit, handler=handler)


@app.command("return")
def return_(ctx: typer.Context, number: No, reason: Reason) -> None:
    """处置单位退回。"""
    _step(ctx, number, "return", reason=reason)


@app.command()
def extend(
    ctx: typer.Context,
    number: No,
    until: Annotated[str, typer.Option("--until", help="新的时限，例如 2026-11-25 18:00")],
    reason: Reason,
) -> None:
    """延期。"""
    _step(ctx, number, "extend", until=moment(until), reason=reason)


@app.command()
def suspend(ctx: typer.Context, number: No, reason: Reason) -> None:
    """挂账。"""
    _step(ctx, number, "suspend", reason=reason)


@app.command()
def handle(
    ctx: typer.Context,
    number: No,
    text: Text,
    photo: Annotated[
        list[Path] | None,
        typer.Option("--photo", exists=True, dir_okay=False, readable=True, help="处置后的照片，可写多次"),
    ] = None,
) -> None:
    """处置完毕，写明做了什么。"""
    hc = session(ctx)
    _done(ctx, hc.client.post(at("issues", number, "handle"), {"text": text}, photo or ()))


@app.command()
def check(
    ctx: typer.Context,
    number: No,
    passed: Annotated[bool | None, typer.Option("--pass/--fail", help="通过，还是没处置好")] = None,
    reason: Annotated[str, typer.Option("--reason", help="没处置好的原因")] = "",
) -> None:
    """核查处置结果。"""
    if passed is None:
        raise typer.BadParameter("要写 --pass 或 --fail", param_hint="--pass/--fail")
    _step(ctx, number, "check", passed=passed, reason=reason)


@app.command()
def close(ctx: typer.Context, number: No) -> None:
    """结案。"""
    _step(ctx, number, "close")


@app.command()
def reopen(ctx: typer.Context, number: No, reason: Reason) -> None:
    """重新办理。"""
    _step(ctx, number, "reopen", reason=reason)


@app.command()
def merge(ctx: typer.Context, number: No, into: Annotated[str, typer.Option("--into", help="并到哪个工单号")]) -> None:
    """并到另一件：说的是同一件事。"""
    _step(ctx, number, "merge", into=into)


@app.command()
def note(ctx: typer.Context, number: No, text: Text) -> None:
    """写一条内部备注。"""
    _step(ctx, number, "note", text=text)


@app.command()
def category(
    ctx: typer.Context, number: No, code: Annotated[str, typer.Argument(metavar="CODE", help="类别代码")]
) -> None:
    """改正类别（推送之前）。"""
    _step(ctx, number, "category", code=code)


@app.command()
def categories(ctx: typer.Context) -> None:
    """有哪些类别和代码。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/categories"), CATEGORY)


def _step(ctx: typer.Context, number: str, step: str, **body: Any) -> None:
    _done(ctx, session(ctx).client.post(at("issues", number, step), body))


def _done(ctx: typer.Context, answer: Json) -> None:
    session(ctx).printer.done(answer, f"{answer['number']} 现在是 {state(answer['state'])}。")
