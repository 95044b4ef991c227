"""`hc members`: registrations of in-service party members (双报到), and what they did."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from admin_cli.client import Json, at
from admin_cli.options import Cursor, Limit, Reason, Target
from admin_cli.output import clean
from admin_cli.session import session
from admin_cli.words import state
from core.values import PartyServiceKind, RegistrationState

app = typer.Typer(help="在职党员报到：审核、撤销、服务、导出", no_args_is_help=True)

LINE: Final = (
    ("编号", "id"),
    ("状态", "state"),
    ("社区", "area_code"),
    ("网格", "grid_code"),
    ("报到", "created_at"),
    ("更新", "updated_at"),
)
CARD: Final = (
    *LINE,
    ("姓名", "name"),
    ("电话", "phone"),
    ("住址", "residence"),
    ("单位", "employer"),
    ("党支部", "branch"),
    ("特长", "speciality"),
    ("可服务时间", "available"),
)
SERVICE: Final = (("哪天", "on"), ("种类", "kind"), ("分钟", "minutes"), ("登记人", "certified_by"))
HISTORY: Final = (("时间", "at"), ("经手", "by"), ("到", "to"), ("原因", "reason"))
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Id = Annotated[str, typer.Argument(metavar="ID", help="报到编号")]


@app.command("list")
def listing(
    ctx: typer.Context,
    state: Annotated[RegistrationState | None, typer.Option("--state", help="状态")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出报到，新的在前。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/members", state=state and state.value, limit=limit, cursor=cursor), LINE)


@app.command()
def show(ctx: typer.Context, registration_id: Id) -> None:
    """一份报到。"""
    hc = session(ctx)
    answer = hc.client.get(at("members", registration_id))
    hc.printer.card(answer, CARD)
    hc.printer.lines("经过", answer["history"], HISTORY)


@app.command()
def approve(
    ctx: typer.Context,
    registration_id: Id,
    grid: Annotated[str | None, typer.Option("--grid", help="分到哪个网格")] = None,
) -> None:
    """接收，可同时分到网格。"""
    _step(ctx, registration_id, "approve", grid_code=grid)


@app.command("return")
def return_(ctx: typer.Context, registration_id: Id, reason: Reason) -> None:
    """退回，请本人更正。"""
    _step(ctx, registration_id, "return", reason=reason)


@app.command()
def revoke(ctx: typer.Context, registration_id: Id, reason: Reason) -> None:
    """撤销已接收的报到（会先询问）。"""
    session(ctx).confirm(f"撤销报到 {registration_id}？")
    _step(ctx, registration_id, "revoke", reason=reason)


@app.command()
def serve(
    ctx: typer.Context,
    registration_id: Id,
    kind: Annotated[PartyServiceKind, typer.Option("--kind", help="做了哪类服务")],
    on: Annotated[str | None, typer.Option("--on", help="哪一天，例如 2026-11-20；不给就是今天")] = None,
    minutes: Annotated[int | None, typer.Option("--minutes", min=1, max=1440, help="多少分钟")] = None,
) -> None:
    """登记已报到党员做的服务，按规则得积分；同一天同一类只登记一次。"""
    hc = session(ctx)
    body = {"kind": kind.value, "on": on, "minutes": minutes}
    answer = hc.client.post(at("members", registration_id, "serve"), body)
    hc.printer.done(answer, "已登记，已告诉本人。" if answer["created"] else "这一天的这类服务已经登记过。")


@app.command()
def services(ctx: typer.Context, registration_id: Id, limit: Limit = 50, cursor: Cursor = None) -> None:
    """一位已报到党员做过的服务，新的在前。"""
    hc = session(ctx)
    answer = hc.client.get(at("members", registration_id, "services"), limit=limit, cursor=cursor)
    hc.printer.listing(answer, SERVICE)


@app.command()
def export(ctx: typer.Context, output: Target = None) -> None:
    """导出已接收的在职党员名册（CSV，表格软件可直接打开）。"""
    hc = session(ctx)
    with hc.progress("导出") as moved:
        answer = hc.client.download("/members/export", moved)
    if hc.printer.as_json:
        hc.printer.done(answer, "")
        return
    text = table(answer["items"])
    if output is None:
        typer.echo(text, nl=False)
        return
    _write_private(output, text)
    hc.printer.note(f"{len(answer['items'])} 人，已写到 {output}。名册是敏感个人信息，请妥善保管，用后删除。")


def table(items: list[Json]) -> str:
    """CSV with a heading; cells that a spreadsheet would take for a formula are quoted as text."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([heading for heading, _ in CARD])
    for item in items:
        writer.writerow([_cell(str(item.get(name) or "")) for _, name in CARD])
    return written.getvalue()


def _cell(text: str) -> str:
    text = clean(text)
    return f"'{text}" if text.startswith(FORMULA) else text


def _write_private(path: Path, text: str) -> None:
    """For the owner only; with the mark by which spreadsheets know UTF-8."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8-sig", newline="")


def _step(ctx: typer.Context, registration_id: str, step: str, **body: Any) -> None:
    hc = session(ctx)
    answer = hc.client.post(at("members", registration_id, step), body)
    hc.printer.done(answer, f"{answer['id']} 现在是 {state(answer['state'])}。")
