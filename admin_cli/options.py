"""Arguments and options that several commands share."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from admin_cli.client import Exit, Failure

SHANGHAI: Final = timezone(timedelta(hours=8))

Limit = Annotated[int, typer.Option("--limit", min=1, max=100, help="最多几条")]
Cursor = Annotated[str | None, typer.Option("--cursor", help="接着上一页：上一页给出的位置")]
Area = Annotated[str | None, typer.Option("--area", help="区域代码，包括它下面的")]
Reason = Annotated[str, typer.Option("--reason", help="原因")]
Text = Annotated[str, typer.Option("--text", help="内容")]
Source = Annotated[Path, typer.Option("--file", exists=True, dir_okay=False, readable=True, help="TOML 或 JSON 文件")]
Target = Annotated[Path | None, typer.Option("--output", "-o", dir_okay=False, help="写到这个文件；不给就打印出来")]


def moment(text: str) -> str:
    """`2026-11-25 18:00` → ISO 8601 with offset; a time without one is Shanghai time. Raises typer.BadParameter."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("时间请写成 2026-11-25 18:00") from None
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).isoformat()


def read_object(path: Path) -> dict[str, Any]:
    """An object from a TOML or JSON file; its dates become ISO 8601. Raises Failure."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:  # undecodable, or neither TOML nor JSON
        raise Failure(Exit.USAGE, f"{path.name} 读不懂：{error}") from None
    if not isinstance(data, dict):
        raise Failure(Exit.USAGE, f"{path.name} 里应当是一个对象。")
    return {name: _plain(value) for name, value in data.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value.isoformat())
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
