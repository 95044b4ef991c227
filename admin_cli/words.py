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
    "approved": "已通过",
    "asked": "等第二人批准",
    "declined": "没通过",
    "confirmed": "属实",
    "upheld": "已支持",
    "revoked": "已撤销",
    "held": "保留中",
    "handed_out": "已交付",
    "expired": "已过期",
    "waiting": "等候中",
    "open": "进行中",
    "pending": "待发",
    "leased": "发送中",
    "done": "完成",
    "dead": "失败",
    "taken": "已采用",
    "dismissed": "不采用",
    "queued": "排队",
    "running": "进行中",
    "failed": "失败",
    "trained": "已训练",
    "shadow": "试读中",
    "serving": "使用中",
    "retired": "停用",
    "refused": "没通过",
}
"""A word for each code; where nouns share a code the word fits them all."""


INTENTS: Final[Mapping[str, str]] = {
    "issue_report": "上报",
    "volunteer_signup": "志愿报名",
    "service_order": "订服务",
    "party_register": "党员报到",
    "points_query": "查积分",
    "redeem": "兑换",
    "progress_query": "查进度",
    "cancel": "取消",
    "human": "找人工",
    "greeting": "问候",
    "other": "其他",
}
SOURCES: Final[Mapping[str, str]] = {
    "correction": "改类别",
    "uncertain": "没把握",
    "shadow": "两版不同",
    "manual": "人工",
}
LEVELS: Final[Mapping[str, str]] = {"stable": "稳定", "changed": "有变化", "clearly_changed": "明显变化"}
REASONS: Final[Mapping[str, str]] = {
    "intent_worse": "意图变差超过两分",
    "category_worse": "类别变差超过两分",
    "emergency_missed": "会漏掉险情",
}
FLAGS: Final[Mapping[str, str]] = {
    "duplicate": "重复上报",
    "trivial": "内容太少",
    "false_report": "发了分又不属实",
    "self_verified": "自己核实自己",
    "collusion": "总是同一位核实",
    "burst": "短时间很多",
}
SECOND: Final[Mapping[str, str]] = {"adjustment": "调整", "reversal": "冲正", "award": "奖励", "gift": "捐助"}
TRANSFERS: Final[Mapping[str, str]] = {
    "allocation": "拨入",
    "grant": "发放",
    "redemption": "兑换",
    "adjustment": "调整",
    "reversal": "冲正",
    "move": "合并",
    "expiry": "到期",
    "settlement": "抵扣欠分",
    "donation": "捐赠",
    "pooling": "家庭共用",
    "gift": "捐助",
    "closure": "注销",
}
SERVICES: Final[Mapping[str, str]] = {
    "patrol": "安全巡查",
    "cleanup": "环境美化",
    "mediation": "矛盾调解",
    "companionship": "爱心陪护",
    "publicity": "政策宣传",
    "medical": "医疗",
    "education": "教育",
    "legal_aid": "法律援助",
    "culture": "文体",
    "wish": "微心愿",
    "other": "其他",
}
KINDS: Final[Mapping[str, str]] = {**FLAGS, **SECOND, **TRANSFERS, **SERVICES}
FACTS: Final[Mapping[str, str]] = {
    "earlier": "更早的一件",
    "characters": "字数",
    "state": "后来",
    "worker_id": "工作人员",
    "reports": "件数",
    "share_percent": "占这位居民的百分之",
    "usual_percent": "占别的居民的百分之",
    "in_an_hour": "一小时最多",
    "in_a_day": "一天",
    "issues": "都是",
}


def state(code: str) -> str:
    """`已核实 verified`: the word to read, the code for `--state`."""
    return f"{STATES[code]} {code}" if code in STATES else code


def redemption_state(code: str) -> str:
    """Of a redemption: a report is 核实, a code 核销."""
    return "已核销 verified" if code == "verified" else state(code)


def roles(held: list[dict[str, str]]) -> str:
    """`desk:110101001`, as `--role` takes it; a role without an area holds everywhere."""
    return " ".join(":".join(filter(None, (one["role"], one["area_code"]))) for one in held)


def place(found: Mapping[str, Any]) -> str:
    """`116.4377,39.9586 (wgs84)`."""
    return f"{found['lng']},{found['lat']} ({found['crs']})"


def intent(code: object) -> str:
    """`上报 issue_report`, as `--intent` takes it; a score of intents stays a number."""
    return f"{INTENTS[code]} {code}" if isinstance(code, str) and code in INTENTS else str(code)


def source(code: str) -> str:
    return f"{SOURCES[code]} {code}" if code in SOURCES else code


def level(code: str) -> str:
    return LEVELS.get(code, code)


def kind(code: str) -> str:
    """Of a flag, a transfer, a deed that needs a second person, a member's service; others read as they are."""
    return f"{KINDS[code]} {code}" if code in KINDS else code


def facts(found: Mapping[str, Any]) -> str:
    """Why a flag was raised: `更早的一件 R2606010011；字数 3`."""
    said = {name: " ".join(value) if isinstance(value, list) else value for name, value in found.items()}
    return "；".join(f"{FACTS.get(name, name)} {value}" for name, value in said.items())


def reasons(said: str) -> str:
    """Codes parted by spaces, or what somebody wrote."""
    codes = said.split()
    return "，".join(REASONS[code] for code in codes) if set(codes) <= REASONS.keys() else said


FORMATS: Final[Mapping[str, Callable[[Any], str]]] = {
    "state": state,
    "to": state,
    "redemption_state": redemption_state,
    "roles": roles,
    "location": place,
    "source": source,
    "understanding.shift_level": level,
    "reason": reasons,
    "kind": kind,
    "facts": facts,
    **dict.fromkeys(("intent", "predicted.intent", "before.intent", "after.intent"), intent),
}
"""By the name of the field."""
