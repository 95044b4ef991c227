"""`hc nlp corrections`: examples for the models."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from admin_cli import spreadsheets
from admin_cli.client import Exit, Failure, at
from admin_cli.options import Area, Cursor, Limit
from admin_cli.session import Session, session
from admin_cli.words import state as worded

app = typer.Typer(help="例句：机器没把握的、工作人员改过的，标好后教给它")

COLUMNS: Final = ("text", "intent", "category", "danger", "source")
REQUIRED: Final = COLUMNS[:2]
LINE: Final = (
    ("编号", "id"),
    ("状态", "state"),
    ("来源", "source"),
    ("例句", "text"),
    ("机器认为", "predicted.intent"),
    ("把握", "predicted.confidence"),
    ("意图", "intent"),
    ("类别", "category"),
)
CARD: Final = (
    *LINE[:5],
    ("机器的类别", "predicted.category"),
    *LINE[5:],
    ("险情", "danger"),
    ("只用来检验", "held_out"),
    ("区域", "area_code"),
    ("时间", "created_at"),
    ("处理人", "decided_by"),
    ("处理时间", "decided_at"),
)

Id = Annotated[str, typer.Argument(metavar="ID", help="例句编号")]
Category = Annotated[str, typer.Option("--category", help="上报的类别，例如 路灯照明")]
Danger = Annotated[str, typer.Option("--danger", help="险情：fire 等种类，hazard，或 doubt:fire（不是真的）")]


@app.callback(invoke_without_command=True)
def corrections(ctx: typer.Context) -> None:
    """Without a verb: what waits for a look."""
    if ctx.invoked_subcommand is None:
        _list(session(ctx), state="open")


@app.command("list")
def listing(
    ctx: typer.Context,
    *,
    state: Annotated[str | None, typer.Option("--state", help="open、taken 或 dismissed")] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="correction 改类别，uncertain 没把握，shadow 两版不同，manual 人工")
    ] = None,
    area: Area = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出例句，新的在前。"""
    _list(session(ctx), state=state, source=source, area=area, limit=limit, cursor=cursor)


def _list(hc: Session, **query: Any) -> None:
    hc.printer.listing(hc.client.get("/nlp/corrections", **query), LINE)


@app.command()
def show(ctx: typer.Context, candidate_id: Id) -> None:
    """一条例句的情况。"""
    hc = session(ctx)
    hc.printer.card(hc.client.get(at("nlp", "corrections", candidate_id)), CARD)


@app.command()
def take(
    ctx: typer.Context,
    candidate_id: Id,
    *,
    intent: Annotated[
        str | None, typer.Option("--intent", help="意图，例如 issue_report；不写就按例句上已有的")
    ] = None,
    category: Category = "",
    danger: Danger = "",
    text: Annotated[str | None, typer.Option("--text", help="改写后的例句")] = None,
) -> None:
    """采用一条例句：标好意图和类别，下次训练就用它。"""
    hc = session(ctx)
    body = {"intent": intent, "category": category, "danger": danger, "text": text}
    _done(hc, hc.client.post(at("nlp", "corrections", candidate_id, "take"), body))


@app.command()
def dismiss(ctx: typer.Context, candidate_id: Id) -> None:
    """不采用；原话随即删除。"""
    hc = session(ctx)
    _done(hc, hc.client.post(at("nlp", "corrections", candidate_id, "dismiss")))


@app.command()
def add(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="例句，不带个人信息")],
    *,
    intent: Annotated[str, typer.Option("--intent", help="意图，例如 volunteer_signup")],
    category: Category = "",
    danger: Danger = "",
    area: Area = None,
) -> None:
    """自己写一条例句。"""
    hc = session(ctx)
    body = {"text": text, "intent": intent, "category": category, "danger": danger, "area": area}
    _done(hc, hc.client.post("/nlp/corrections", body))


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, readable=True,
            help="CSV 或 xlsx，列名 text,intent,category,source，可以再加 danger",
        ),
    ],
    area: Area = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不保存")] = False,
) -> None:  # fmt: skip
    """导入一张例句表；要么全部成功，要么什么都不改。"""
    hc = session(ctx)
    body = {"name": file.name, "lines": _lines(file), "area": area or "", "dry_run": dry_run}
    with hc.progress("导入") as moved:
        answer = hc.client.upload("/nlp/corrections/import", body, moved)
    said = "检查通过，没有保存" if dry_run else "已导入"
    hc.printer.done(answer, f"{said}：新增 {answer['added']}，已有 {answer['known']}。")


def _lines(file: Path) -> list[dict[str, Any]]:
    """The lines of a table by the names of its columns. Raises Failure."""
    found = spreadsheets.rows(file)
    names = found[0][1] if found else []
    if not set(REQUIRED) <= set(names) or not set(names) <= set(COLUMNS):
        number = found[0][0] if found else 1
        raise Failure(Exit.USAGE, f"{file.name}:{number}：列名应当是 {','.join(COLUMNS)}，至少要有前两列。")
    for number, cells in found[1:]:
        if len(cells) > len(names):
            raise Failure(Exit.USAGE, f"{file.name}:{number}：有 {len(cells)} 格，表头只有 {len(names)} 格。")
    lines = [{"line": number} | dict(zip(names, cells, strict=False)) for number, cells in found[1:]]
    if not lines:
        raise Failure(Exit.USAGE, f"{file.name}：没有例句。")
    return [{"text": "", "intent": ""} | line for line in lines]


@app.command()
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="写到这个 CSV 文件")],
) -> None:
    """把采用的例句导出成 CSV；可以改了再导入。"""
    hc = session(ctx)
    with hc.progress("导出") as moved:
        answer = hc.client.download("/nlp/corrections/export", moved)
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.DictWriter(target, COLUMNS)
        writer.writeheader()
        writer.writerows(answer["items"])
    hc.printer.done(answer, f"{len(answer['items'])} 条例句，已写到 {file}。")


def _done(hc: Session, answer: dict[str, Any]) -> None:
    hc.printer.done(answer, f"{answer['id']} 现在是 {worded(answer['state'])}。")
