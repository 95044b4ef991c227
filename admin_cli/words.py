"""How codes of the API read for people: states in Chinese beside their code, roles and places on one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

STATES: Final[Mapping[str, str]] = {
    "submitted": "已提交",
    "verified": "已核实",
    "filed": "已立案",
    "offlist_review": "准入审批",
    "dispatched": "已派遣",
    "in_progress": "处置中",
    "returned": "已退回",
    "suspended": "挂账",
    "handled": "已处置",
    "closed": "已办结",
    "not_accepted": "不予受理",
    "merged": "已合并",
    "withdrawn": "已撤回",
    "void": "已作废",
    "placed": "已下单",
    "accepted": "已接单",
    "assigned": "已派单",
    "served": "已服务",
    "rated": "已评价",
    "cancelled": "已取消",
    "draft": "草稿",
    "published": "报名中",
    "certified": "已认定",
    "seated": "已报名",
    "attended": "到场",
    "absent": "缺席",
    "approved": "已接收",
    "revoked": "已撤销",
    "held": "保留中",
    "expired": "已过期",
    "waiting": "等候中",
    "open": "进行中",
    "pending": "待发",
    "leased": "发送中",
    "done": "已发",
    "dead": "失败",
}
"""A word for each code; where nouns share a code the word fits them all."""


def state(code: str) -> str:
    """`已核实 verified`: the word to read, the code for `--state`."""
    return f"{STATES[code]} {code}" if code in STATES else code


def roles(held: list[dict[str, str]]) -> str:
    """`desk:110101001`, as `--role` takes it; a role without an area holds everywhere."""
    return " ".join(":".join(filter(None, (one["role"], one["area_code"]))) for one in held)


def place(found: Mapping[str, Any]) -> str:
    """`116.4377,39.9586 (wgs84)`."""
    return f"{found['lng']},{found['lat']} ({found['crs']})"


FORMATS: Final[Mapping[str, Callable[[Any], str]]] = {"state": state, "to": state, "roles": roles, "location": place}
"""By the name of the field."""
