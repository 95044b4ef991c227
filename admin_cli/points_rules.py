"""`hc points rules`: what earns points, drafted by one and activated by another."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from admin_cli.client import Exit, Failure, at
from admin_cli.options import Area, Cursor, Limit, Source, moment, read_object
from admin_cli.session import session

app = typer.Typer(help="积分规则：起草、试算、启用、停用", no_args_is_help=True)

LINE: Final = (
    ("编号", "id"),
    ("名称", "title"),
    ("区域", "area_code"),
    ("奖励什么", "purpose"),
    ("单位", "unit"),
    ("状态", "status"),
    ("从", "from"),
    ("到", "until"),
    ("起草", "created_by"),
    ("启用", "approved_by"),
)
CARD: Final = (*LINE, ("内容", "body"))
DAY: Final = (
    ("日期", "day"),
    ("件数", "deeds"),
    ("会发", "paid"),
    ("会发多少", "amount"),
    ("超限", "capped"),
    ("超限多少", "capped_amount"),
    ("不发", "refused"),
    ("当时发了", "paid_then"),
)
TOTAL: Final = (
    ("规则", "id"),
    ("单位", "unit"),
    ("从", "since"),
    ("到", "until"),
    ("共会发", "amount"),
    ("当时发了", "paid_then"),
    ("超限不发", "capped_amount"),
    ("人数", "persons"),
    ("一人最多", "most_of_one_person"),
    ("积分池现有", "fund_balance"),
    ("不发的原因", "reasons"),
)
AWARD: Final = (
    ("流水号", "transfer_id"),
    ("规则", "rule_id"),
    ("版本", "rule_version"),
    ("依据", "inputs"),
    ("发了", "paid"),
    ("应发", "due"),
)
ABOUT: Final = {"id": "rule_id", "rule_id": "rule_id", "area": "area_code", "area_code": "area_code"}
WHEN: Final = ("from", "until")

Id = Annotated[str, typer.Argument(metavar="ID", help="规则编号，例如 report_verified.2")]


@app.command("list")
def listing(ctx: typer.Context, area: Area = None, limit: Limit = 50, cursor: Cursor = None) -> None:
    """列出规则和草稿，自带的在最后。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get("/points/rules", area=area, limit=limit, cursor=cursor), LINE)


@app.command()
def show(ctx: typer.Context, rule_id: Id) -> None:
    """一版规则的全部内容。"""
    hc = session(ctx)
    hc.printer.card(hc.client.get(at("points", "rules", rule_id)), CARD)


@app.command()
def draft(ctx: typer.Context, file: Source) -> None:
    """按文件起草一版；文件写 id、area、from、until，其余是规则内容。"""
    hc = session(ctx)
    made = hc.client.post("/points/rules", _draft(read_object(file)))
    hc.printer.done(made, f"已起草 {made['id']}（{made['title']}），请另一位同事启用。")


@app.command()
def test(ctx: typer.Context, rule_id: Id) -> None:
    """试算：这一版在过去一个月会发多少；什么都不保存。"""
    hc = session(ctx)
    tried = hc.client.get(at("points", "rules", rule_id, "test"))
    hc.printer.card(tried, TOTAL)
    hc.printer.lines("每天（日期、件数、会发、多少、超限、多少、不发、当时发了）", tried["days"], DAY)


@app.command()
def activate(ctx: typer.Context, rule_id: Id) -> None:
    """启用别人起草的一版（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"启用 {rule_id}？启用以后内容不能再改。")
    made = hc.client.post(at("points", "rules", rule_id, "activate"))
    hc.printer.done(made, f"{made['id']} 已启用，从 {made['from'][:16]} 起算。")


@app.command()
def retire(
    ctx: typer.Context,
    rule_id: Id,
    until: Annotated[str | None, typer.Option("--until", help="到什么时候为止；不给就是现在")] = None,
) -> None:
    """停用一版（会先询问）；以后按上一级区域的规则。"""
    hc = session(ctx)
    hc.confirm(f"停用 {rule_id}？")
    made = hc.client.post(at("points", "rules", rule_id, "retire"), {"until": until and moment(until)})
    hc.printer.done(made, f"{made['id']} 用到 {made['until'][:16]} 为止。")


@app.command()
def recompute(ctx: typer.Context, transfer: Annotated[str, typer.Argument(metavar="TX", help="流水号")]) -> None:
    """按规则和依据重算一笔奖励；不符时以 1 结束。"""
    hc = session(ctx)
    found = hc.client.get(at("transfers", transfer, "recomputed"))
    hc.printer.card(found, AWARD)
    if not found["agrees"]:
        raise Failure(Exit.REFUSED, "发的和应发的不符。")


def _draft(said: dict[str, Any]) -> dict[str, Any]:
    """Where and when apart from what: the file is flat, as the rules that ship are."""
    about = {ABOUT[name]: value for name, value in said.items() if name in ABOUT}
    when = {name: value for name, value in said.items() if name in WHEN}
    body = {name: value for name, value in said.items() if name not in ABOUT and name not in WHEN}
    return {"area_code": "", **about, **when, "body": body}
