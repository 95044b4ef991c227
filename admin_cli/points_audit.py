"""`hc points audit`: the whole check, answer after answer, and the auditor's own note of the newest seal.

The note stays on the auditor's machine: if the server's database is ever an old copy, or another one, the next audit
sees it, whatever the server says of itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from admin_cli import login
from admin_cli.client import Client, Exit, Failure
from admin_cli.session import session

NOTES: Final = "ledger-anchors.jsonl"
FINDING: Final = (("检查", "check"), ("对象", "ref"), ("应为", "expected"), ("实为", "found"), ("建议", "proposal"))
NOT_BY_POSTING: Final = "cannot be mended by posting"

Json = dict[str, Any]


def register(app: typer.Typer) -> None:
    app.command()(audit)


def audit(
    ctx: typer.Context,
    anchor: Annotated[
        Path | None,
        typer.Option("--anchor", dir_okay=False, help="用这个文件里记下的封条核对；不写就用本机上次核对时记下的"),
    ] = None,
) -> None:
    """核对全部账目和封条；有不符时以 1 结束。只提出改正的建议，不改账。"""
    hc = session(ctx)
    known = _noted(_own(), _server()) if anchor is None else _given(anchor)
    answer = _whole(hc.client, known)
    if answer["ok"]:
        if answer["newest"] is not None:
            _note(answer["newest"])
        against = f"，与第 {known['seq']} 号封条的记录一致" if known else ""
        hc.printer.done(answer, f"账目相符{against}。")
        return
    hc.printer.rows(answer, "findings", FINDING)
    raise Failure(Exit.REFUSED, f"有 {len(answer['findings'])} 处不符。")


def _whole(client: Client, known: Json | None) -> Json:
    """All answers as one, with what the note contradicts."""
    seal = known["seq"] if known else None
    answer = client.get("/points/audit", seal=seal)
    findings, following = list(answer["findings"]), answer["next"]
    while following is not None:
        page = client.get("/points/audit", cursor=following)
        findings += page["findings"]
        following = page["next"]
    if known and (answer["asked"] or {}).get("root") != known["root"]:
        findings.append(_contradicted(known, answer))
    return {"ok": not findings, "findings": findings, "newest": answer["newest"], "known": known}


def _contradicted(known: Json, answer: Json) -> Json:
    newest = answer["newest"]["seq"] if answer["newest"] else 0
    return {
        "check": "older_than_anchor" if newest < known["seq"] else "not_as_anchored",
        "ref": f"seal {known['seq']}",
        "expected": known["root"],
        "found": (answer["asked"] or {}).get("root", "none"),
        "proposal": NOT_BY_POSTING,
    }


def _own() -> Path:
    return login.stored_at().parent / NOTES


def _server() -> str:
    found = login.current()
    return found.server if found else ""


def _note(newest: Json) -> None:
    """Add the newest seal of this server, unless it stands there already."""
    path = _own()
    if (_noted(path, _server()) or {}).get("seq") == newest["seq"]:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"server": _server(), "seq": newest["seq"], "root": newest["root"]}) + "\n")


def _given(path: Path) -> Json:
    """The newest seal of a file that a server or an auditor wrote. Raises Failure when it holds none."""
    if (found := _newest(path, None)) is None:
        raise Failure(Exit.USAGE, f"文件里没有封条的记录：{path}")
    return found


def _noted(path: Path, server: str) -> Json | None:
    return _newest(path, server) if path.exists() else None


def _newest(path: Path, server: str | None) -> Json | None:
    """Of one server, or of any; lines that cannot be read are passed over."""
    newest: Json | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        said = _read(line)
        if said is not None and server in (None, said.get("server")) and said["seq"] >= (newest or said)["seq"]:
            newest = said
    return newest


def _read(line: str) -> Json | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    is_one = isinstance(said, dict) and isinstance(said.get("seq"), int) and isinstance(said.get("root"), str)
    return said if is_one else None
