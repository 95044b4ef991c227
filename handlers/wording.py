"""The words for refusals and for values: from codes to plain Chinese."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from core import clock
from core.errors import AppError
from handlers import tables, texts_report

_WEEKDAYS: Final = "一二三四五六日"


def refusal(error: AppError) -> str:
    """One polite sentence for an error; a code without words gets the general one."""
    table = tables.read("refusals")
    said = table.get(error.code) or table[f"status_{error.status}"]
    return fill(
        said, {name: moment(fact) if isinstance(fact, datetime) else fact for name, fact in error.facts.items()}
    )


class _Facts(dict[str, Any]):
    """Facts for a text; a missing one leaves a gap instead of an error."""

    def __missing__(self, key: str) -> str:
        return ""


def fill(text: str, facts: dict[str, Any]) -> str:
    """A text with its facts; a missing one leaves a gap."""
    return text.format_map(_Facts(facts))


def day(moment: datetime) -> str:
    """`今天`, `明天` or `11月28日周六`."""
    local = clock.local(moment)
    distance = (local.date() - clock.today()).days
    if distance in (0, 1, 2):
        return ("今天", "明天", "后天")[distance]
    return f"{local.month}月{local.day}日周{_WEEKDAYS[local.weekday()]}"


def moment(at: datetime) -> str:
    """`明天15:00`."""
    local = clock.local(at)
    return f"{day(at)}{local:%H:%M}"


def length(minutes: int) -> str:
    """`12小时30分`, `45分钟`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}分钟"
    return f"{hours}小时{rest}分" if rest else f"{hours}小时"


def brief(text: str, most: int) -> str:
    """A text on one line, cut after so many characters."""
    line = "，".join(part.strip() for part in text.splitlines() if part.strip())
    return line if len(line) <= most else f"{line[:most]}…"


def state(name: str) -> str:
    return texts_report.ISSUE_STATES.get(name, name)
