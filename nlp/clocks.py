"""Clocks and parts of a day: 下午三点, 十点一刻, 差五分八点, 9:30."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from nlp.alternatives import any_of
from nlp.numerals import number

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
    **dict.fromkeys(("一大早", "大早上", "大早晨", "一清早", "一大清早", "大清老早"), (5, 9)),
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
    "朝早": (6, 9),
    "朝头早": (6, 9),
    "天亮": (5, 7),
    "天一亮": (5, 7),
    "天不亮": (4, 6),
    "天没亮": (4, 6),
    "天麻麻亮": (5, 7),
    "天刚亮": (5, 7),
    "早高峰": (7, 9),
    "上半日": (8, 12),
    "上半天": (8, 12),
    "晌午": (11, 13),
    "大中午": (11, 13),
    "午休时间": (12, 14),
    "午饭点": (11, 13),
    "下半日": (13, 18),
    "下半天": (13, 18),
    "后晌": (13, 18),
    "下晌": (13, 18),
    "头晌": (8, 12),
    "前晌": (8, 12),
    "擦黑": (17, 19),
    "黑夜": (20, 24),
    "晏昼": (12, 17),
    "白天": (6, 18),
    "大白天": (6, 18),
    **dict.fromkeys(
        ("放学后", "放学以后", "放学前", "放学时", "放学那会儿", "放学的时候", "放学时间", "放学点"), (16, 18)
    ),
    **dict.fromkeys(
        ("下班后", "下班以后", "下班时", "下班回来", "下班的时候", "下班那会儿", "下班时间", "下班点"), (17, 20)
    ),
    **dict.fromkeys(
        ("早晚高峰", "上下班高峰", "上学的时候", "上学时", "上班高峰", "早饭后", "早饭点", "早饭时间"), (7, 9)
    ),
    **dict.fromkeys(("饭点", "午饭时间", "午饭时候", "中饭点", "大晌午", "晌午头"), (11, 13)),
    **dict.fromkeys(("午饭后", "午休时", "午休的时候"), (12, 14)),
    **dict.fromkeys(("午睡后",), (14, 16)),
    **dict.fromkeys(("晚饭时间", "晚饭时候", "天擦黑", "天快黑"), (17, 19)),
    **dict.fromkeys(("晚饭后", "吃完晚饭", "天刚黑"), (18, 20)),
    **dict.fromkeys(("天蒙蒙亮", "天快亮"), (4, 6)),
    "下班高峰": (17, 19),
    "晚高峰": (17, 19),
    "晚饭点": (17, 19),
    "傍黑": (17, 19),
    "天黑": (18, 20),
    "天一黑": (18, 20),
    "下晚": (18, 20),
    "入夜": (18, 22),
    "大晚上": (18, 23),
    "夜晚": (18, 23),
    "夜头": (18, 23),
    "下半夜": (24, 30),
    "后半夜": (24, 30),
    "上半夜": (20, 24),
    "前半夜": (20, 24),
}
_TWO_HOURS: Final = frozenset({"一两", "一二", "两三", "二三", "三四", "四五", "五六", "六七", "七八", "八九"})
_AFTER_MIDNIGHT: Final = frozenset({"下半夜", "后半夜"})
_NIGHT: Final = (22, 30)
_NIGHTS: Final = (
    "夜里",
    "夜间",
    "大半夜",
    "半夜",
    "深夜",
    "三更半夜",
    "深更半夜",
    "半夜三更",
    "午夜",
    "夜里头",
    "半夜里",
    "夜黑",
)
WORDS: Final = tuple(sorted((word for word in (*_HOURS, *_NIGHTS) if len(word) > 1), key=len, reverse=True))
PART: Final = any_of(WORDS)
_MORNING: Final = frozenset(
    {"凌晨", "清晨", "清早", "大清早", "早晨", "早上", "早", "晨", "一早", "上午", "朝早", "朝头早"}
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as distance from midnight (24 hours and more: the next day), how long it lasts, and its grain."""

    offset: timedelta
    length: timedelta
    grain: str


def hours_of(part: str) -> tuple[int, int]:
    """The hours from and to of a part of the day; a night ends after 24."""
    return _HOURS.get(part, _NIGHT)


def read(match: re.Match[str], part: str | None, *, hour_before: int | None) -> Clock | None:
    """The clock in a match of a moment, or None when none was read or there is no such hour.

    `part` is the part of the day that was said, `hour_before` the hour at which a range began that ends here.
    """
    spoken = match["hour"] or match["clock"] or match["before_hour"]
    to = match["before"] or match["lacking"]
    about = spoken in _TWO_HOURS
    hour = number(spoken[0] if about else spoken) if spoken else None
    if hour is None or spoken is None or hour > 24:
        return None
    minute, grain = _minute(match)
    hour = _in_part(hour, part, written=spoken.startswith("0") or match["clock"] is not None or match["unit"] == "时")
    if hour_before is not None and hour < 12 and match["part"] is None and hour <= hour_before:
        hour += 12
    length = timedelta(hours=1 + about) if grain == "hour" else timedelta(minutes=1)
    return Clock(timedelta(hours=hour, minutes=-minute if to else minute), length, grain)


def _minute(match: re.Match[str]) -> tuple[int, str]:
    if match["half"]:
        return 30, "minute"
    if match["quarter"]:
        return 15 * (number(match["quarter"]) or 1), "minute"
    if to := match["before"] or match["lacking"]:
        return (15 if "刻" in to else number(to.rstrip("钟").rstrip("分")) or 0), "minute"
    said = match["minute"] or match["past"] or match["spoken"] or match["clock_minute"]
    return (number(said) or 0, "minute") if said else (0, "hour")


def _in_part(hour: int, part: str | None, *, written: bool) -> int:
    """The hour on a 24-hour clock: 下午三点 is 15, a bare 三点 is taken for the afternoon, 03:00 for what it says."""
    if part is None:
        return hour + 12 if 1 <= hour <= 6 and not written else hour
    if part in _AFTER_MIDNIGHT:
        return 24 + hour % 12
    if part in _MORNING or hour > 12:
        return hour % 24 if part == "凌晨" and hour == 12 else hour
    if part in {"中午", "正午"}:
        return hour + 12 if hour < 4 else hour
    if part in _HOURS and part != "夜":
        return 24 if hour == 12 and part.startswith("晚") else hour + 12 if hour < 12 else hour
    return 24 if hour == 12 else hour + 24 if hour < 6 else hour + 12
