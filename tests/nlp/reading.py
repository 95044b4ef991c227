"""Read a message at a fixed moment: Saturday 21 November 2026, ten in the morning."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from nlp import Gazetteer, Understanding, understand

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def read(text: str, *places: str) -> Understanding:
    return understand(text, now=NOW, gazetteer=Gazetteer(frozenset(places)))


def texts(text: str, slot_type: str, *places: str) -> list[str]:
    return [slot.text for slot in read(text, *places).all(slot_type)]


def values(text: str, slot_type: str) -> list[object]:
    return [slot.value for slot in read(text).all(slot_type)]
