"""Where and when things are handed out, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import texts_points as words
from points import sites

WEEKDAYS: Final = "一二三四五六日"


async def where(db: AsyncSession, *, site_id: str | None, pickup: str) -> tuple[str, str]:
    """The place, and its hours as a sentence (empty where none are known)."""
    if site_id is None:
        return pickup or words.NO_PLACE, ""
    site = await sites.find_site(db, site_id=site_id)
    place = words.PLACE.format(name=site.name, address=site.address) if site.address else site.name
    return place, hours(site.hours)


def hours(by_day: Mapping[str, Sequence[str]]) -> str:
    """`{"1": ["09:00-12:00"], "2": ["09:00-12:00"]}` → `周一至周二09:00-12:00。`"""
    open_days = [(day, tuple(by_day.get(str(day), ()))) for day in range(1, 8)]
    parts = [
        words.HOURS.format(days=_days([day for day, _ in group]), spans="、".join(spans))
        for spans, group in groupby(open_days, key=lambda one: one[1])
        if spans
    ]
    return "，".join(parts) + "。" if parts else ""


def _days(days: Sequence[int]) -> str:
    if len(days) == len(WEEKDAYS):
        return words.EVERY_DAY
    first, last = (WEEKDAYS[day - 1] for day in (days[0], days[-1]))
    return words.DAY.format(day=first) if first == last else words.DAYS.format(first=first, last=last)
