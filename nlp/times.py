"""Times in a message: points, parts of a day, ranges, recurrences and distances, as half-open spans in Shanghai."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from nlp import dates
from nlp.numerals import number

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_N: Final = "(?:[0-9]{1,2}|[零一二两三四五六七八九十]{1,3})"
_PART: Final = (
    "凌晨|清晨|清早|大清早|早晨|早上|一早|上午|中午|正午|午后|下午|傍晚|黄昏|晚上|晚间|夜里|夜间|大半夜|半夜|深夜"
)
_NOT_A_CLOCK: Final = "(?!儿|点(?!钟)|建议|意见|要求|问题|看法|原因|想法|东西|菜|餐|名|击|赞|吃|什么|[0-9])"
_MOMENT: Final = re.compile(
    f"(?P<date>{dates.DAY})?的?(?P<part>{_PART}|(?<=[今明昨每])[早晚晨夜]|(?<=天)[早晚]|[早晚](?=[0-9一二三四五六七八九十]{{1,3}}[点:]))?"
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
_HOURS: Final = {
    "凌晨": (0, 6),
    "清晨": (5, 8),
    "清早": (5, 8),
    "大清早": (5, 8),
    "早晨": (6, 9),
    "早上": (6, 9),
    "早": (6, 9),
    "晨": (5, 8),
    "一早": (6, 9),
    "上午": (8, 12),
    "中午": (11, 13),
    "正午": (12, 13),
    "午后": (13, 17),
    "下午": (13, 18),
    "傍晚": (17, 19),
    "黄昏": (17, 19),
    "晚上": (18, 23),
    "晚间": (18, 23),
    "晚": (18, 23),
    "夜": (20, 24),
}
_NIGHT: Final = (22, 30)
_MORNING: Final = frozenset({"凌晨", "清晨", "清早", "大清早", "早晨", "早上", "早", "晨", "一早", "上午"})


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
    has_day: bool
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
    first = _moment_at(text, position, now, forward=forward)
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


def _moment_at(
    text: str, position: int, now: datetime, *, forward: bool, since: _Moment | None = None
) -> _Moment | None:
    """The moment that begins at this place; `since` is the beginning of a range whose end is read."""
    match = _MOMENT.match(text, position)
    if match is None or match.end() == position or not match.group().strip("的"):
        return None
    if match["date"] is None and match.group().startswith("的"):
        return None
    days = dates.resolve(match, today=now.date(), forward=forward) if match["date"] else None
    if match["date"] and days is None:
        return None
    part = match["part"]
    clock = _clock(match, part or (since.part if since else None), since)
    day = days.first if days else since.first.date() if since else now.date()
    recurs = days.recurs if days else None
    if clock is not None:
        return _at_clock(
            match, day, clock, part, days is not None, recurs, now if forward and not since else None, since
        )
    if part is not None:
        low, high = _HOURS.get(part, _NIGHT)
        moment = _midnight(day)
        start, after = moment + timedelta(hours=low), moment + timedelta(hours=high)
        if days is None and since is None and forward and after <= now:
            start, after = start + timedelta(days=1), after + timedelta(days=1)
        return _Moment(start, after, "part", recurs, part, days is not None, match.end())
    if days is None:
        return None
    if since and days.first < since.first.date():
        days = dates.Days(days.first + timedelta(weeks=1), days.after + timedelta(weeks=1), days.grain, recurs)
    return _Moment(_midnight(days.first), _midnight(days.after), days.grain, recurs, None, True, match.end())


def _at_clock(
    match: re.Match[str],
    day: date,
    clock: tuple[int, int, str],
    part: str | None,
    has_day: bool,
    recurs: str | None,
    now: datetime | None,
    since: _Moment | None,
) -> _Moment:
    hour, minute, grain = clock
    start = _midnight(day) + timedelta(hours=hour, minutes=minute)
    if not has_day and now is not None and start < now:
        start += timedelta(days=1)
    if since is not None and start <= since.first and not has_day:
        start += timedelta(days=1)
    length = timedelta(hours=1) if grain == "hour" else timedelta(minutes=1)
    return _Moment(start, start + length, grain, recurs, part or (since.part if since else None), has_day, match.end())


def _clock(match: re.Match[str], part: str | None, since: _Moment | None) -> tuple[int, int, str] | None:
    """Hour (24 and more: the next day), minute and grain, or None when no clock was read or there is no such hour."""
    spoken = match["hour"] or match["clock"] or match["before_hour"]
    hour = number(spoken) if spoken else None
    if hour is None or spoken is None or hour > 24:
        return None
    minute, grain = _minute(match)
    hour = _in_part(hour, part, written=spoken.startswith("0") or match["clock"] is not None)
    if since is not None and hour < 12 and match["part"] is None and hour <= since.first.hour:
        hour += 12
    if match["before"]:
        minute = -minute
    return hour, minute, grain


def _minute(match: re.Match[str]) -> tuple[int, str]:
    if match["half"]:
        return 30, "minute"
    if match["quarter"]:
        return 15 * (number(match["quarter"]) or 1), "minute"
    if match["before"]:
        return (15 if "刻" in match["before"] else number(match["before"].rstrip("钟").rstrip("分")) or 0), "minute"
    said = match["minute"] or match["past"] or match["spoken"] or match["clock_minute"]
    return (number(said) or 0, "minute") if said else (0, "hour")


def _in_part(hour: int, part: str | None, *, written: bool) -> int:
    """The hour on a 24-hour clock: 下午三点 is 15, a bare 三点 is taken for the afternoon, 03:00 for what it says."""
    if part is None:
        return hour + 12 if 1 <= hour <= 6 and not written else hour
    if part in _MORNING or hour > 12:
        return hour % 24 if part == "凌晨" and hour == 12 else hour
    if part in {"中午", "正午"}:
        return hour + 12 if hour < 4 else hour
    if part in _HOURS and part != "夜":
        return 24 if hour == 12 and part.startswith("晚") else hour + 12 if hour < 12 else hour
    return 24 if hour == 12 else hour + 24 if hour < 6 else hour + 12


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
