"""Times in a message: points, parts of a day, ranges, recurrences and distances, as half-open spans in Shanghai."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from nlp import clocks, dates
from nlp.numerals import number

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_N: Final = "(?:[0-9]{1,2}|[零一二两三四五六七八九十]{1,3})"
_NOT_A_CLOCK: Final = "(?!儿|点(?!钟)|建议|意见|要求|问题|看法|原因|想法|东西|菜|餐|名|击|赞|吃|什么|[0-9])"
_MOMENT: Final = re.compile(
    f"(?P<date>{dates.DAY})?的?(?P<part>{clocks.PART}|(?<=[今明昨每])[早晚晨夜]|(?<=天)[早晚]|[早晚](?=[0-9一二三四五六七八九十]{{1,3}}[点:]))?"
    f"(?:差(?P<before>{_N}分钟?|一刻钟?)(?P<before_hour>{_N})点"
    f"|(?P<hour>{_N})点(?:(?P<half>半)|(?P<quarter>[一三])刻|过?(?P<minute>{_N})分|过(?P<past>{_N})"
    f"|(?P<spoken>[0-5][0-9]|[零一二三四五]?十?[一二三四五六七八九零十](?!个|位|名))|整|钟)?{_NOT_A_CLOCK}"
    "|(?<![0-9:.])(?P<clock>[01]?[0-9]|2[0-4])[:](?P<clock_minute>[0-5][0-9])(?![0-9]))?"
)
_DISTANCE: Final = re.compile(
    f"(?:再?过)?(?P<amount>{_N}|半|几)(?P<and_half>个半)?个?(?P<unit>小时|钟头|分钟|刻钟|天|周|星期|礼拜|月|年)"
    "(?P<way>[以之]?[后前]|之?内)(?!天)|(?:再)?过(?P<days>[两三四五二2-5])天"
)
_RANGE: Final = re.compile("(?:到|至|-{1,2}|~)")
_AFTER: Final = re.compile("(?:以后|之后|后(?!面|门|边|来|院|天)|以前|之前|前(?!面|门|边|台|后))")


@dataclass(frozen=True, slots=True)
class Found:
    """A time expression at `start:end` of the normalised text."""

    start: int
    end: int
    value: dict[str, Any]


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
    position = 0
    while position < len(text):
        found = _distance_at(text, position, local) or _span_at(text, position, local, forward=forward)
        if found is None:
            position += 1
        else:
            yield found
            position = found.end


def _distance_at(text: str, position: int, now: datetime) -> Found | None:
    match = _DISTANCE.match(text, position)
    if match is None:
        return None
    if match["days"]:
        day = _midnight(now.date() + timedelta(days=number(match["days"]) or 2))
        return Found(position, match.end(), _value(day, day + timedelta(days=1), "day"))
    amount = {"半": 0.5, "几": 3.0}.get(match["amount"]) or float(number(match["amount"]) or 0)
    amount += 0.5 if match["and_half"] else 0.0
    unit = match["unit"]
    hours = {"小时": 1.0, "钟头": 1.0, "分钟": 1 / 60, "刻钟": 0.25}.get(unit)
    if hours is None:
        days = {"天": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365}[unit]
        distance, grain = timedelta(days=round(amount * days)), "day"
    else:
        distance, grain = timedelta(hours=amount * hours), "minute"
    return Found(position, match.end(), _from_distance(match["way"], now, distance, grain))


def _from_distance(way: str, now: datetime, distance: timedelta, grain: str) -> dict[str, Any]:
    if way.endswith("内"):
        return _value(now, now + distance, grain)
    moment = now - distance if way.endswith("前") else now + distance
    if grain == "day":
        day = _midnight(moment.date())
        return _value(day, day + timedelta(days=1), grain)
    moment = moment.replace(second=0, microsecond=0)
    return _value(moment, moment + timedelta(minutes=1), grain)


def _span_at(text: str, position: int, now: datetime, *, forward: bool) -> Found | None:
    first = _moment_at(text, position, now, forward=forward, since=None)
    if first is None:
        return None
    link = _RANGE.match(text, first.end)
    last = link and _moment_at(text, link.end(), now, forward=forward, since=first)
    if last:
        after = last.first if last.grain in {"hour", "minute"} else last.after
        return Found(position, last.end, _value(first.first, after, first.grain, first.recurs))
    bound = _AFTER.match(text, first.end)
    if bound is None:
        return Found(position, first.end, _value(first.first, first.after, first.grain, first.recurs))
    start, after = first.first, first.after
    if "前" in bound.group():
        start, after = min(now, start), start
    elif first.grain in {"hour", "minute", "part"}:
        after = _midnight(start.date() + timedelta(days=1))
    return Found(position, bound.end(), _value(start, after, first.grain, first.recurs))


def _moment_at(text: str, position: int, now: datetime, *, forward: bool, since: _Moment | None) -> _Moment | None:
    """The moment that begins at this place; `since` is the beginning of a range whose end is read."""
    match = _MOMENT.match(text, position)
    if match is None or not (match["date"] or match["part"] or match["hour"] or match["clock"] or match["before"]):
        return None
    if match.group().startswith("的"):
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
        start, after, grain = _midnight(day) + clock.offset, _midnight(day) + clock.offset + clock.length, clock.grain
    else:
        low, high = hours or (0, 24)
        start, after, grain = _midnight(day) + timedelta(hours=low), _midnight(day) + timedelta(hours=high), "part"
    past = start if clock is not None else after
    earliest = since.first if since else now if forward else past
    later = timedelta(days=1 if days is None and past < earliest else 0)
    return _Moment(start + later, after + later, grain, days.recurs if days else None, part, _end(match))


def _end(match: re.Match[str]) -> int:
    """The end without the 的 of 周六的植树."""
    return match.end() - match.group().endswith("的")


def _whole_days(days: dates.Days, end: int, since: _Moment | None) -> _Moment:
    first, after = _midnight(days.first), _midnight(days.after)
    later = timedelta(weeks=1 if since and first < since.first else 0)
    return _Moment(first + later, after + later, days.grain, days.recurs, None, end)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _value(first: datetime, after: datetime, grain: str, recurs: str | None = None) -> dict[str, Any]:
    value: dict[str, Any] = {
        "start": first.isoformat(timespec="seconds"),
        "end": after.isoformat(timespec="seconds"),
        "grain": grain,
    }
    if recurs:
        value["recurs"] = recurs
    return value
