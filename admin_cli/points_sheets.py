"""Statements and fund reports as sheets of a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from admin_cli.workbooks import Sheet, Value

Json = dict[str, Any]

STATEMENT: Final = ("序号", "时间", "事由", "收入", "支出", "余额", "流水号")
FUND: Final = (
    ("社区", "area_code"),
    ("期初", "opening"),
    ("拨入", "allocated"),
    ("发放", "granted"),
    ("冲回", "returned"),
    ("其他", "other"),
    ("期末", "closing"),
    ("居民兑换", "redeemed"),
    ("居民过期", "expired"),
    ("居民捐出", "donated"),
    ("预算", "budgeted"),
    ("预算剩余", "left"),
)
DOCUMENT: Final = (("文件号", "document_no"), ("拨入", "amount"), ("预算", "budgeted"))
RULE: Final = (
    ("规则", "rule_id"),
    ("版本", "rule_version"),
    ("笔数", "grants"),
    ("发放", "amount"),
    ("冲回", "returned"),
)
UNITS: Final = {"POINT": "积分", "MINUTE": "服务分钟"}


def of_statement(answer: Json, entries: Sequence[Json]) -> Sheet:
    """A statement from the oldest entry on; a month begins and ends with its balances. `entries` are newest first."""
    title = f"{UNITS[answer['unit']]} {answer['month'] or '全部'}"
    return Sheet(title, STATEMENT, _statement(answer["sums"], entries))


def _statement(sums: Json | None, entries: Sequence[Json]) -> Iterator[Sequence[Value]]:
    if sums:
        yield (None, None, "期初", None, None, sums["opening"], None)
    for entry in reversed(entries):
        amount = entry["amount_points"]
        yield (
            entry["seq"],
            datetime.fromisoformat(entry["at"]),
            entry["why"],
            amount if amount > 0 else None,
            -amount if amount < 0 else None,
            entry["balance_after"],
            entry["transfer_id"],
        )
    if sums:
        yield (None, None, "期末", sums["received"], sums["spent"], sums["closing"], None)


def of_report(answer: Json) -> list[Sheet]:
    """The communities, and what came by document and went by rule in each."""
    return [
        Sheet("社区积分池", [heading for heading, _ in FUND], _values(answer["items"], FUND)),
        Sheet(
            "拨入", ["社区", *(heading for heading, _ in DOCUMENT)], _below(answer["items"], "by_document", DOCUMENT)
        ),
        Sheet("发放", ["社区", *(heading for heading, _ in RULE)], _below(answer["items"], "by_rule", RULE)),
    ]


def _values(items: Sequence[Json], columns: Sequence[tuple[str, str]]) -> Iterator[Sequence[Value]]:
    for item in items:
        yield [item[name] for _, name in columns]


def _below(items: Sequence[Json], field: str, columns: Sequence[tuple[str, str]]) -> Iterator[Sequence[Value]]:
    for item in items:
        for line in item[field]:
            yield [item["area_code"], *(line[name] for _, name in columns)]
