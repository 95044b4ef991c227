"""Times in a message: points, parts of a day, ranges, recurrences and distances, as half-open spans in Shanghai."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from nlp import clocks, dates, day_grammar, periods, spells
from nlp.beginnings import positions
from nlp.late import Late
from nlp.moments import SHANGHAI, Found, midnight, value

_N: Final = "(?:[0-9]{1,2}|[零一二两三四五六七八九十]{1,3})"
_NOT_A_CLOCK: Final = (
    "(?!儿|点(?!钟)|建议|意见|要求|问题|看法|原因|想法|东西|菜|餐|名|击|赞|吃|什么|[0-9]"
    "|[零一二三四五六七八九十]{1,3}[克公斤米度毫元块倍])"
)
_PART: Final = (
    f"(?:{clocks.PART})(?!好(?:[,，。!！呀啊吗]|$))|(?<=[今明昨每前后当])[早晚晨夜](?![饭会餐])|(?<=天)[早晚]"
    "|(?:(?<=[周期拜][一二三四五六日天])|(?<=[0-9一二三四五六七八九十][号日]))[早晚](?![饭餐会点上])"
    "|[早晚](?=[0-9一二三四五六七八九十]{1,3}[点:])"
)
_MOMENT: Final = Late(
    f"(?P<date>{day_grammar.DAY})?的?(?P<part>{_PART})?"
    f"(?:差(?P<before>{_N}分钟?|一刻钟?)(?P<before_hour>{_N})点"
    f"|(?P<hour>{_N})(?P<unit>点|时(?![间候刻段期代装事而常]))(?:(?P<half>半)|(?P<quarter>[一三])刻|过?(?P<minute>{_N})分|过(?P<past>{_N})|差(?P<lacking>{_N}分钟?|一刻钟?)"
    f"|(?P<spoken>[0-5][0-9]|[零一二三四五]?十?[一二三四五六七八九零十](?!个|位|名|克|公|斤|米|度|毫|元|块))|整|钟|[多来]钟?)?{_NOT_A_CLOCK}"
    "|(?<![0-9:.])(?P<clock>[01]?[0-9]|2[0-4])[:](?P<clock_minute>[0-5][0-9])(?![0-9]))?"
)
_JUST: Final = ("刚才", "刚刚", "方才")
_RANGE: Final = Late("(?:到|至|-{1,2}|~)")
_AFTER: Final = Late("(?:以来|以后|之后|后(?!面|门|边|来|院|天)|以前|之前|前(?!面|门|边|台|后))")


@dataclass(frozen=True, slots=True)
class _Moment:
    first: datetime
    after: datetime
    grain: str
    recurs: str | None
    part: str | None
    end: int


def find_times(text: str, *, now: datetime, forward: bool) -> Iterator[Found]:
    """Every time in a normalised text, left to right, none overlapping. `now` is aware."""
    local = now.astimezone(SHANGHAI)
    end = 0
    for position in positions(text):
        found = longest_at(text, position, local, forward=forward) if position >= end else None
        if found is not None:
            yield (found := _bounded(text, _until(text, found, local, forward=forward), local))
            end = found.end


def longest_at(text: str, position: int, now: datetime, *, forward: bool) -> Found | None:
    """What begins at this place: of several readings the longest, a point before a duration."""
    if position >= len(text):
        return None
    point = _span_at(text, position, now, forward=forward)
    if point is not None and "recurs" in point.value:
        length = spells.spell_at(text, point.end, now, forward=forward)
        if length is not None and length.value.get("kind") == "duration":
            return Found(position, length.end, point.value)
    if text.startswith(_JUST, position) and (clock := _span_at(text, position + 2, now, forward=False)):
        return Found(position, clock.end, clock.value)
    readings = (
        point,
        periods.period_at(text, position, now, forward=forward),
        spells.spell_at(text, position, now, forward=forward),
        spells.word_at(text, position, now),
    )
    return max((one for one in readings if one is not None), key=lambda one: one.end, default=None)


def _until(text: str, found: Found, now: datetime, *, forward: bool) -> Found:
    """The whole range where another period ends it (三月到五月, 去年冬天到今年春天)."""
    link = _RANGE.compiled.match(text, found.end)
    last = longest_at(text, link.end(), now, forward=forward) if link else None
    if last is None or "duration" in {found.value.get("kind"), last.value.get("kind")}:
        return found
    if last.value["grain"] == "minute" or last.value["end"] <= found.value["start"]:
        return found
    return Found(found.start, last.end, {**found.value, "end": last.value["end"]})


def _span_at(text: str, position: int, now: datetime, *, forward: bool) -> Found | None:
    first = _moment_at(text, position, now, forward=forward, since=None)
    if first is None:
        return None
    link = _RANGE.compiled.match(text, first.end)
    last = link and _moment_at(text, link.end(), now, forward=forward, since=first)
    if last:
        after = last.first if last.grain in {"hour", "minute"} else last.after
        return Found(position, last.end, value(first.first, after, first.grain, first.recurs))
    return Found(position, first.end, value(first.first, first.after, first.grain, first.recurs))


def _span(found: Found) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(found.value["start"]), datetime.fromisoformat(found.value["end"])


def _bounded(text: str, found: Found, now: datetime) -> Found:
    """The time before, after or since the one that was named: 端午前, 八点以后, 入冬以来."""
    bound = _AFTER.compiled.match(text, found.end)
    if bound is None:
        return found
    start, after = _span(found)
    if bound.group() == "以来":
        start, after = _span(longest_at(text, found.start, now, forward=False) or found)[0], now
    elif "kind" in found.value:
        return found
    elif "前" in bound.group():
        if start <= now:
            start, after = _span(longest_at(text, found.start, now, forward=True) or found)
        after = after if text[found.end - 1] in "底末" else start
        start = now if now < after else after - timedelta(days=1)
    elif found.value["grain"] in {"hour", "minute", "part"}:
        after = midnight(start.date() + timedelta(days=1))
    return Found(found.start, bound.end(), value(start, after, found.value["grain"], found.value.get("recurs")))


def _moment_at(text: str, position: int, now: datetime, *, forward: bool, since: _Moment | None) -> _Moment | None:
    """The moment that begins at this place; `since` is the beginning of a range whose end is read."""
    match = _MOMENT.compiled.match(text, position)
    if match is None or not (match["date"] or match["part"] or match["hour"] or match["clock"] or match["before"]):
        return None
    if match.group().startswith("的") or _only_some(match, text, position):
        return None
    days = dates.resolve(match, today=now.date(), forward=forward) if match["date"] else None
    if match["date"] and days is None:
        return None
    part = match["part"] or (since.part if since else None)
    clock = clocks.read(match, part, hour_before=since.first.hour if since else None)
    hours = clocks.hours_of(match["part"]) if match["part"] else None
    if clock is None and hours is None:
        return None if days is None else _whole_days(days, _end(match), since)
    day = days.first if days else since.first.date() if since else now.date()
    if clock is not None:
        start, after, grain = midnight(day) + clock.offset, midnight(day) + clock.offset + clock.length, clock.grain
    else:
        low, high = hours or (0, 24)
        start, after, grain = midnight(day) + timedelta(hours=low), midnight(day) + timedelta(hours=high), "part"
    past = start if clock is not None else after
    earliest = since.first if since else now if forward else past
    later = timedelta(days=1 if days is None and past < earliest else 0)
    return _Moment(start + later, after + later, grain, days.recurs if days else None, part, _end(match))


def _only_some(match: re.Match[str], text: str, position: int) -> bool:
    """Whether 一点 or 两点 is a little or two remarks: nothing else says that it is a clock."""
    if match["hour"] not in {"一", "两"} or match["date"] or match["part"]:
        return False
    return match.group().endswith(("点", "时")) and text[max(0, position - 1) : position] not in {
        "到",
        "至",
        "从",
        "是",
    }


def _end(match: re.Match[str]) -> int:
    """The end without the 的 of 周六的植树."""
    return match.end() - match.group().endswith("的")


def _whole_days(days: dates.Days, end: int, since: _Moment | None) -> _Moment:
    first, after = midnight(days.first), midnight(days.after)
    later = timedelta(weeks=1 if since and first < since.first else 0)
    return _Moment(first + later, after + later, days.grain, days.recurs, None, end)
