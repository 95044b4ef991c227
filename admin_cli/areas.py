"""`hc areas`: districts, streets, communities and grids with their borders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer

from admin_cli.client import Exit, Failure
from admin_cli.options import Area, Cursor, Limit, Target
from admin_cli.session import session

app = typer.Typer(help="区域与网格", no_args_is_help=True)

LINE: Final = (
    ("代码", "code"),
    ("名称", "name"),
    ("级别", "level"),
    ("上级", "parent"),
    ("从", "valid_from"),
    ("到", "valid_until"),
)


@app.command("list")
def listing(ctx: typer.Context, area: Area = None, limit: Limit = 100, cursor: Cursor = None) -> None:
    """列出现行的区域。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/areas", area=area, limit=limit, cursor=cursor), LINE)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="GeoJSON，WGS-84，经度在前"),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不保存")] = False,
    valid_from: Annotated[
        str | None, typer.Option("--from", help="从哪天起，例如 2026-12-01；不写就按文件或今天")
    ] = None,
    close_missing: Annotated[bool, typer.Option("--close-missing", help="文件里没有的区域停用（会先询问）")] = False,
) -> None:
    """导入区域边界；要么全部成功，要么什么都不改。"""
    hc = session(ctx)
    try:
        collection = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise Failure(Exit.USAGE, f"{file.name} 不是 JSON：{error}") from None
    if close_missing and not dry_run:
        hc.confirm("文件里没有的区域都会停用，继续吗？")
    body = {"collection": collection, "dry_run": dry_run, "close_missing": close_missing, "valid_from": valid_from}
    with hc.progress("导入") as moved:
        answer = hc.client.upload("/areas/import", body, moved)
    said = "检查通过，没有保存" if dry_run else "已导入"
    added, changed, closed = (len(answer[name]) for name in ("added", "changed", "closed"))
    hc.printer.done(answer, f"{said}：新增 {added}，更新 {changed}，停用 {closed}。")


@app.command()
def export(ctx: typer.Context, output: Target = None) -> None:
    """导出现行的区域边界（GeoJSON）。"""
    hc = session(ctx)
    with hc.progress("导出") as moved:
        answer = hc.client.download("/areas/export", moved)
    text = json.dumps(answer, ensure_ascii=False, indent=1)
    if output is None or hc.printer.as_json:
        typer.echo(text)
        return
    output.write_text(text + "\n", encoding="utf-8")
    hc.printer.note(f"{len(answer['features'])} 个区域，已写到 {output}。")
