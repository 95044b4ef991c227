"""Months, seasons, quarters and years: 11月份, 去年冬天, 月底, 三季度, 1998年."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

from nlp import dates, day_grammar
from nlp.alternatives import any_of
from nlp.late import Late
from nlp.moments import Found, midnight, value
from nlp.numerals import number

_MONTH: Final = "(?:一二|二三|三四|四五|五六|六七|七八|八九|九十|1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_PARTS: Final = {
    "初": (0, 10),
    "上旬": (0, 10),
    "中": (10, 20),
    "中旬": (10, 20),
    "下旬": (20, 31),
    "底": (24, 31),
    "末": (24, 31),
}
# The first month, and how many months it lasts.
_SEASONS: Final = {
    **dict.fromkeys(("春天", "春季", "春上", "开春", "春暖花开"), (3, 3)),
    **dict.fromkeys(("夏天", "夏季", "夏日", "大夏天", "大热天", "入夏", "热天"), (6, 3)),
    **dict.fromkeys(("秋天", "秋季", "秋日", "入秋", "秋里"), (9, 3)),
    **dict.fromkeys(("冬天", "冬季", "冬日", "大冬天", "入冬", "冬里", "大冷天", "冷天"), (12, 3)),
    **dict.fromkeys(("暑假", "暑期"), (7, 2)),
    **dict.fromkeys(("三伏", "三伏天", "伏天"), (7, 2)),
    **dict.fromkeys(("寒假", "春运"), (1, 2)),
    **dict.fromkeys(("三九", "三九天", "数九", "数九天", "腊月", "腊月里"), (1, 1)),
    **dict.fromkeys(("正月", "正月里"), (2, 1)),
    **dict.fromkeys(("元月", "元月份", "年初", "开年"), (1, 1)),
    **dict.fromkeys(("汛期", "雨季", "梅雨天", "梅雨季", "梅雨季节", "黄梅天"), (6, 2)),
    **dict.fromkeys(("开学", "开学季"), (9, 1)),
    **dict.fromkeys(("采暖季", "供暖季", "采暖期", "供暖期"), (11, 5)),
    **dict.fromkeys(("年底", "年末", "年尾"), (12, 1)),
    **dict.fromkeys(("年中",), (6, 2)),
    **dict.fromkeys(("年前",), (1, 1)),
    **dict.fromkeys(("年后",), (2, 1)),
    **dict.fromkeys(("上半年",), (1, 6)),
    **dict.fromkeys(("下半年",), (7, 6)),
}
_OF_THIS_YEAR: Final = frozenset({"年底", "年末", "年尾", "年中", "年初", "上半年", "下半年"})
WORDS: Final = tuple(sorted(_SEASONS, key=len, reverse=True))
_SEASON: Final = any_of(WORDS)
_PERIOD: Final = Late(
    f"(?P<every>每年|每到|每逢|每个)?(?P<year>{day_grammar.YEAR})?的?(?:"
    f"(?P<season>{_SEASON})(?![饭捡装])"
    f"|(?<![0-9零一二三四五六七八九十个几俩仨半号])(?P<month>{_MONTH})月份?(?P<part>[上中下]旬|初|底|末|中(?![0-9]))?"
    "(?![饼球亮嫂经台季票卡租薪子牙半0-9])里?"
    "|(?P<quarter>[一二三四1-4])季度)?"
)
_THIS: Final = Late(
    "(?P<which>本|这个?|上上个?|上个?|下下个?|下个?)(?P<unit>月份?|季度|学期)(?P<part>[上中下]旬|初|底|末|中)?"
    "|(?<![0-9零一二三四五六七八九十岁个])月(?P<only>[上中下]旬|初|底|末|中(?![午间秋介心]))"
    "|(?P<decade>(?:上?世纪)?[五六七八九5-9][十0]年代)"
)
_THIS_BEGINS: Final = frozenset("本这上下月世五六七八九56789")
_EVERY: Final = Late(
    "(?P<every>每年|年年|每个?月|月月)(?:(?<=月)(?P<day>[0-9]{1,2}|[一二三四五六七八九十]{1,3})[号日])?"
)
_EVERY_BEGINS: Final = frozenset("每年月")


def period_at(text: str, position: int, now: datetime, *, forward: bool) -> Found | None:
    """The period of months or years that begins at this place."""
    found = _named(text, position, now.date(), forward=forward) or _this(text, position, now.date())
    every = _every(text, position, now.date(), forward=forward)
    return every if every is not None and (found is None or every.end > found.end) else found


def _named(text: str, position: int, today: date, *, forward: bool) -> Found | None:
    match = _PERIOD.compiled.match(text, position)
    if match is None or not (match["year"] or match["season"] or match["month"] or match["quarter"]):
        return None
    if match.group().startswith("的"):
        return None
    year = dates.year_of(match["year"], today) if match["year"] else None
    if not (match["season"] or match["month"] or match["quarter"]):
        end = match.end() - match.group().endswith("的")
        return _months(position, end, date(year or today.year, 1, 1), 12)
    month, length = _first_and_length(match)
    first, after = _part(date(year or today.year, month, 1), length, match["part"])
    if year is None and not match["quarter"] and match["season"] not in _OF_THIS_YEAR:
        first, after = _nearest(first, after, today, forward=forward)
    recurs = "year" if match["every"] else None
    return Found(position, match.end(), value(midnight(first), midnight(after), "month", recurs))


def _first_and_length(match: re.Match[str]) -> tuple[int, int]:
    if match["season"]:
        return _SEASONS[match["season"]]
    if match["quarter"]:
        return (number(match["quarter"]) or 1) * 3 - 2, 3
    if len(month := match["month"]) == 2 and month[0] in "一二三四五六七八九":
        return number(month[0]) or 1, 2
    return number(month) or 1, 1


def _part(first: date, months: int, part: str | None) -> tuple[date, date]:
    after = dates.add_months(first, months)
    if part is None:
        return first, after
    low, high = _PARTS[part]
    return first + timedelta(days=low), min(after, first + timedelta(days=high))


def _nearest(first: date, after: date, today: date, *, forward: bool) -> tuple[date, date]:
    """The same days of this year or of one beside it: the next that are not over, or the last that have begun."""
    years = [(_moved(first, more), _moved(after, more)) for more in (-1, 0, 1)]
    if forward:
        return next(one for one in years if one[1] > today)
    return [one for one in years if one[0] <= today][-1]


def _moved(day: date, years: int) -> date:
    return dates.add_months(day.replace(day=1), 12 * years) + timedelta(days=day.day - 1)


def _this(text: str, position: int, today: date) -> Found | None:
    match = _THIS.compiled.match(text, position) if text[position] in _THIS_BEGINS else None
    if match is None:
        return None
    if match["decade"]:
        year = 1900 + 10 * (number(match["decade"].removeprefix("上").removeprefix("世纪")[0]) or 0)
        return _months(position, match.end(), date(year, 1, 1), 120)
    shift = dates.shift(match["which"]) if match["which"] else 0
    length = {"季度": 3, "学期": 6}.get(match["unit"] or "", 1)
    month = today.replace(day=1, month=(today.month - 1) // length * length + 1)
    first, after = _part(dates.add_months(month, shift * length), length, match["part"] or match["only"])
    return Found(position, match.end(), value(midnight(first), midnight(after), "month"))


def _every(text: str, position: int, today: date, *, forward: bool) -> Found | None:
    match = _EVERY.compiled.match(text, position) if text[position] in _EVERY_BEGINS else None
    if match is None:
        return None
    if match["day"]:
        day = dates.day_of_month(number(match["day"]), today=today, forward=forward)
        if day is None:
            return None
        return Found(position, match.end(), value(midnight(day), midnight(day + timedelta(days=1)), "day", "month"))
    year = "年" in match["every"]
    first = today.replace(day=1, month=1 if year else today.month)
    after = dates.add_months(first, 12 if year else 1)
    recurs = "year" if year else "month"
    return Found(position, match.end(), value(midnight(first), midnight(after), "month", recurs))


def _months(start: int, end: int, first: date, months: int) -> Found:
    return Found(start, end, value(midnight(first), midnight(dates.add_months(first, months)), "month"))
