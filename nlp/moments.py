"""What a time found in a text is: half-open spans in Shanghai, as the dialogues read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Found:
    """A time expression at `start:end` of the normalised text."""

    start: int
    end: int
    value: dict[str, Any]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def value(
    first: datetime, after: datetime, grain: str, recurs: str | None = None, kind: str | None = None
) -> dict[str, Any]:
    """The value of a time slot: `recurs` where it comes again, `kind` is `duration` where no point was named."""
    found: dict[str, Any] = {
        "start": first.isoformat(timespec="seconds"),
        "end": after.isoformat(timespec="seconds"),
        "grain": grain,
    }
    if recurs:
        found["recurs"] = recurs
    if kind:
        found["kind"] = kind
    return found
