"""The words for refusals and for values: from codes to plain Chinese."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from core import clock
from core.errors import AppError
from handlers import texts

_FILE: Final = Path(__file__).with_name("refusals.toml")
_WEEKDAYS: Final = "一二三四五六日"


@lru_cache(maxsize=1)
def _refusals() -> dict[str, str]:
    return {str(code): str(text) for code, text in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()}


def refusal(error: AppError) -> str:
    """One polite sentence for an error; a code without words gets the general one."""
    words = _refusals().get(error.code) or _refusals()[f"status_{error.status}"]
    return words.format_map(_Facts(error.facts))


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


def state(name: str) -> str:
    return texts.ISSUE_STATES.get(name, name)
