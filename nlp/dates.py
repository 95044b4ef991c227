"""Days: 大后天, 下周三, 12月3号 or 国庆节 as dates in Shanghai; the next one where the speaker looks forward."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from nlp import tables
from nlp.numerals import number

_N: Final = "(?:[0-9]{1,2}|[零一二两三四五六七八九十]{1,3})"
_NOT_A_DAY: Final = "(?![楼院栋门线店桥路棚厂库车房室口馆坑井机厅位座台])"
_SHIFTS: Final = {"下下": 2, "下": 1, "上上": -2, "上": -1, "这": 0, "本": 0}
_RELATIVE: Final = {
    "大前": -3,
    "前": -2,
    "昨": -1,
    "今": 0,
    "明": 1,
    "后": 2,
    "大后": 3,
}
_WEEKDAYS: Final = {
    **dict(zip("一二三四五六日", range(7), strict=True)),
    **{str(day + 1): day for day in range(7)},
    "天": 6,
    "末": 5,
}

DAY: Final = (
    "(?P<relative>大前天|大后天|[前昨今明后]天|[昨今明](?=[早晚晨夜]))"
    "|(?P<recurs>每天|天天|每日|每到?(?=[早晚])|每逢(?=周|星期|礼拜)|每个?(?=周|星期|礼拜))?"
    "(?P<shift>下下个?|上上个?|下个?|上个?|这个?|本)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末]|[1-7](?![0-9]))"
    "|(?P<daily>每天|天天|每日|每(?=[早晚])|工作日)"
    "|(?P<week>下下个?|上上个?|下个?|上个?|这个?|本)(?:周|星期|礼拜)"
    f"|(?P<year>[0-9]{{4}}年|去年|今年|明年)?(?P<month>{_N})月(?P<day>{_N})[日号]?"
    f"|(?P<month_shift>下下个?|下个?|上个?|这个?|本)月(?:(?P<shifted_day>{_N})[日号])?"
    "|(?<![0-9.:/-])(?P<iso_year>20[0-9]{2})[-/.](?P<iso_month>[0-9]{1,2})[-/.](?P<iso_day>[0-9]{1,2})(?![0-9])"
    "|(?<![0-9.:/-])(?P<dot_month>1[0-2]|0?[1-9])[./](?P<dot_day>[0-3][0-9])"
    "(?![0-9.:/%元块米度万折分公千斤个级点栋单号幢-])"
    f"|(?<![0-9月路街巷弄道院村线-])(?P<bare_day>{_N})号{_NOT_A_DAY}"
    "|(?P<holiday>元旦|情人节|妇女节|三八节|植树节|清明节|劳动节|五一(?!路)|青年节|儿童节|六一(?!路)"
    "|建党节|建军节|教师节|国庆节?|十一(?=假期|长假|黄金周|期间|放假)|平安夜|圣诞节?)"
)


@dataclass(frozen=True, slots=True)
class Days:
    """The half-open range `first, after` of days that was named, with what it repeats by, if anything."""

    first: date
    after: date
    grain: str
    recurs: str | None = None

    @classmethod
    def one(cls, day: date, recurs: str | None = None) -> Days:
        return cls(day, day + timedelta(days=1), "day", recurs)


def resolve(match: re.Match[str], *, today: date, forward: bool) -> Days | None:
    """The days that a match of `DAY` means; None for a date that does not exist."""
    found = match.groupdict()
    if found["relative"]:
        return Days.one(today + timedelta(days=_RELATIVE[found["relative"].removesuffix("天")]))
    if found["daily"]:
        return Days.one(today, recurs="day")
    if found["weekday"]:
        return _weekday(found, today=today, forward=forward)
    if found["week"]:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=_shift(found["week"]))
        return Days(monday, monday + timedelta(days=7), "week")
    if found["month_shift"]:
        return _shifted_month(found, today)
    day = _calendar_day(found, today=today, forward=forward)
    return None if day is None else Days.one(day)


def _shift(word: str) -> int:
    return _SHIFTS[word.removesuffix("个")]


def _weekday(found: dict[str, str], *, today: date, forward: bool) -> Days:
    weekday = _WEEKDAYS[found["weekday"]]
    length = 2 if found["weekday"] == "末" else 1
    day = today - timedelta(days=today.weekday()) + timedelta(days=weekday)
    if found["shift"]:
        day += timedelta(weeks=_shift(found["shift"]))
    elif (forward or found["recurs"]) and day + timedelta(days=length) <= today:
        day += timedelta(weeks=1)
    elif not forward and not found["recurs"] and day > today:
        day -= timedelta(weeks=1)
    return Days(day, day + timedelta(days=length), "day", "week" if found["recurs"] else None)


def _shifted_month(found: dict[str, str], today: date) -> Days | None:
    first = _add_months(today.replace(day=1), _shift(found["month_shift"]))
    if not found["shifted_day"]:
        return Days(first, _add_months(first, 1), "month")
    day = _valid(first.year, first.month, number(found["shifted_day"]))
    return None if day is None else Days.one(day)


def _calendar_day(found: dict[str, str], *, today: date, forward: bool) -> date | None:
    if found["iso_year"]:
        return _valid(int(found["iso_year"]), int(found["iso_month"]), int(found["iso_day"]))
    if found["bare_day"]:
        return _day_of_month(number(found["bare_day"]), today=today, forward=forward)
    if found["holiday"]:
        month, day = _holidays()[found["holiday"]]
    else:
        month = number(found["month"] or found["dot_month"]) or 0
        day = number(found["day"] or found["dot_day"]) or 0
    if found["year"]:
        return _valid(_year(found["year"], today), month, day)
    candidates = [_valid(today.year + more, month, day) for more in (-1, 0, 1)]
    existing = [candidate for candidate in candidates if candidate is not None]
    if forward:
        return next((candidate for candidate in existing if candidate >= today), None)
    return min(existing, key=lambda candidate: abs((candidate - today).days), default=None)


def _year(word: str, today: date) -> int:
    relative = {"去年": -1, "今年": 0, "明年": 1}
    return today.year + relative[word] if word in relative else int(word.removesuffix("年"))


def _day_of_month(day: int | None, *, today: date, forward: bool) -> date | None:
    first = today.replace(day=1)
    months = (0, 1, 2) if forward else (0, -1, -2)
    for more in months:
        month = _add_months(first, more)
        found = _valid(month.year, month.month, day)
        if found is not None and (found >= today if forward else found <= today):
            return found
    return None


def _add_months(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _valid(year: int, month: int, day: int | None) -> date | None:
    if day is None or not 1900 <= year <= 2100:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _holidays() -> dict[str, tuple[int, int]]:
    return {row["name"]: (int(row["month"]), int(row["day"])) for row in tables.rows("holidays")}
