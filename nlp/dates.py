"""Days: 大后天, 下周三, 12月3号 or 国庆节 as dates in Shanghai; the next one where the speaker looks forward."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from nlp import lunar, tables
from nlp.alternatives import any_of
from nlp.numerals import number, spoken_digits

_N: Final = "(?:[0-9]{1,2}|[零一二两三四五六七八九十]{1,3})"
_NOT_A_DAY: Final = "(?![楼院栋门线店桥路棚厂库车房室口馆坑井机厅位座台窗梯摊坡电家户桌柜0-9])"
_SHIFTS: Final = {"下下": 2, "下": 1, "上上": -2, "上": -1, "这": 0, "本": 0}
_RELATIVE: Final = {
    "大前": -3,
    "前": -2,
    "昨": -1,
    "今": 0,
    "明": 1,
    "后": 2,
    "大后": 3,
    "寻": -1,
    "琴": -1,
    "夜儿": -1,
    "听": 1,
    "次": 1,
    "当": 0,
}
_WEEKDAYS: Final = {
    **dict(zip("一二三四五六日", range(7), strict=True)),
    **{str(day + 1): day for day in range(7)},
    "天": 6,
    "末": 5,
}

_OTHER_YEARS: Final = {"大前年": -3, "前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "来年": 1, "后年": 2}
_YEAR_WORDS: Final = any_of(_OTHER_YEARS)
YEAR: Final = (
    f"(?:{_YEAR_WORDS}|(?:19|20)[0-9]{{2}}年|(?!一二|二三|五六|六七|七八|八九)(?:[一二][零〇九])?[零〇一二五六七八九][零〇一二三四五六七八九]年"
    "|[09][0-9]年)(?![级以之]|前(?!后)|后(?!半))"
)
"""A year by its number or seen from now; the number of a year is never that of years gone by (八六年, 三十年)."""
_LUNAR_DAY: Final = "初[一二三四五六七八九十]|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?"
_FEAST: Final = any_of(
    name if name != "十一" else "十一(?=假期|长假|黄金周|期间|放假|国庆)"
    for name in sorted((row["name"] for row in tables.rows("holidays")), key=len, reverse=True)
)

DAY: Final = (
    "(?P<two_days>今明两?天|明后两?天|今明(?=[两二])|双休日?|礼拜六礼拜天|星期六星期天|周六周日|周六日)|"
    "(?P<relative>大前天|大后天|大[前后]日|[前昨今明后]天|[前昨今明后次](?<!以前|之前|之后|以后|然后)日(?!报|历|用|常|志|份|语|子)|[寻琴听当]日|今朝"
    "|夜儿个?|[昨今明]个|[昨今明当](?=[早晚晨夜]|[上中下晌]午|[前后下头]晌)|(?<![以之然午饭])[前后](?=晚(?![上点])))"
    "|(?P<recurs>每天|天天|每日|每到?(?=[早晚])|每逢(?=周|星期|礼拜)|每个?(?=周|星期|礼拜))?"
    "(?P<shift>下下个?|上上个?|下个?|上个?|这个?|本)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末]|[1-7](?![0-9]))"
    "|(?P<daily>每天|天天|每日|每(?=[早晚])|工作日)"
    "|(?P<week>下下个?|上上个?|下个?|上个?|这个?|本)(?:周|星期|礼拜)"
    f"|(?P<year>{YEAR})?(?:的?(?:(?:农历|阴历)?(?P<lunar_month>[正腊冬])月(?P<lunar_day>{_LUNAR_DAY})"
    f"|(?:农历|阴历)(?P<old_month>[一二三四五六七八九十]{{1,2}})月(?P<old_day>{_LUNAR_DAY})"
    f"|(?P<spoken_month>闰?[二三四五六七八九十]{{1,2}})月(?P<first_days>初[一二三四五六七八九十]))"
    f"|的?(?P<month>{_N})月(?P<day>{_N})[日号]?"
    f"|的?(?<![0-9零一二三四五六七八九十百千])(?P<holiday>大年初[一二三四五六七]|{_FEAST})(?![0-9路巷街号弄村楼点月个度斤块套碗轻千百十])(?:那[几一]?天)?)"
    "|(?<![0-9零一二三四五六七八九十月])(?P<bare_lunar>初[四五六七八九十])(?![0-9中级班个])"
    f"|(?P<month_shift>下下个?|下个?|上个?|这个?|本)月(?:(?P<shifted_day>{_N})[日号])?"
    "|(?<![0-9.:/-])(?P<iso_year>20[0-9]{2})[-/.](?P<iso_month>[0-9]{1,2})[-/.](?P<iso_day>[0-9]{1,2})(?![0-9])"
    "|(?<![0-9.:/-])(?P<dot_month>1[0-2]|0?[1-9])[./](?P<dot_day>[0-3][0-9])"
    "(?![0-9.:/%元块米度万折分公千斤个级点栋单号幢-])"
    f"|(?<![0-9月路街巷弄道院村线里园苑庄区同胡甲乙丙丁第-])(?P<bare_day>{_N})号{_NOT_A_DAY}"
    f"|(?<![0-9月第年])(?P<bare_date>{_N})日(?![报历用常志语子之以内前后光])"
)


WORDS: Final = (*_OTHER_YEARS, "大年初", *(row["name"] for row in tables.rows("holidays")))


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
    if (near := _seen_from_today(found, today)) is not None:
        return near
    if found["weekday"]:
        return _weekday(found, today=today, forward=forward)
    if found["month_shift"]:
        return _shifted_month(found, today)
    day = _calendar_day(found, today=today, forward=forward)
    return None if day is None else Days.one(day)


def _seen_from_today(found: dict[str, str], today: date) -> Days | None:
    if found["relative"]:
        return Days.one(today + timedelta(days=_RELATIVE[found["relative"].rstrip("天日朝个")]))
    if found["two_days"]:
        return _two_days(found["two_days"], today)
    if found["daily"]:
        return Days.one(today, recurs="day")
    if found["week"]:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift(found["week"]))
        return Days(monday, monday + timedelta(days=7), "week")
    return None


def _two_days(words: str, today: date) -> Days:
    """今明两天, 明后天 or the weekend that is not over."""
    first = {"今": 0, "明": 1}.get(words[0], 5 - today.weekday() if today.weekday() < 6 else -1)
    day = today + timedelta(days=first)
    return Days(day, day + timedelta(days=2), "day")


def shift(word: str) -> int:
    return _SHIFTS[word.removesuffix("个")]


def _weekday(found: dict[str, str], *, today: date, forward: bool) -> Days:
    weekday = _WEEKDAYS[found["weekday"]]
    length = 2 if found["weekday"] == "末" else 1
    day = today - timedelta(days=today.weekday()) + timedelta(days=weekday)
    if found["shift"]:
        day += timedelta(weeks=shift(found["shift"]))
    elif (forward or found["recurs"]) and day + timedelta(days=length) <= today:
        day += timedelta(weeks=1)
    elif not forward and not found["recurs"] and day > today:
        day -= timedelta(weeks=1)
    return Days(day, day + timedelta(days=length), "day", "week" if found["recurs"] else None)


def _shifted_month(found: dict[str, str], today: date) -> Days | None:
    first = add_months(today.replace(day=1), shift(found["month_shift"]))
    if not found["shifted_day"]:
        return Days(first, add_months(first, 1), "month")
    day = _valid(first.year, first.month, number(found["shifted_day"]))
    return None if day is None else Days.one(day)


def _calendar_day(found: dict[str, str], *, today: date, forward: bool) -> date | None:
    if found["iso_year"]:
        return _valid(int(found["iso_year"]), int(found["iso_month"]), int(found["iso_day"]))
    if said := found["bare_day"] or found["bare_date"]:
        return day_of_month(number(said), today=today, forward=forward)
    candidates = _in_years(found, [year_of(found["year"], today)] if found["year"] else _years_about(today))
    existing = [candidate for candidate in candidates if candidate is not None]
    if forward and not found["year"]:
        return next((candidate for candidate in existing if candidate >= today), None)
    return min(existing, key=lambda candidate: abs((candidate - today).days), default=None)


def _years_about(today: date) -> list[int]:
    return [today.year + more for more in (-1, 0, 1)]


def _in_years(found: dict[str, str], years: list[int]) -> list[date | None]:
    """The day of each of these years that a lunar date, a feast or month and day mean."""
    if said := found["lunar_day"] or found["old_day"] or found["first_days"]:
        name = found["lunar_month"] or found["old_month"] or found["spoken_month"].removeprefix("闰")
        lunar_month = {"正": 1, "冬": 11, "腊": 12}.get(name) or number(name) or 0
        return [lunar.lunar_day(year, lunar_month, _lunar_number(said)) for year in _lunar_years(years, lunar_month)]
    if found["bare_lunar"]:
        day = _lunar_number(found["bare_lunar"])
        return [lunar.lunar_day(year, month, day) for year in _lunar_years(years, 12) for month in range(1, 13)]
    if found["holiday"]:
        return [feast(found["holiday"], year) for year in years]
    month = number(found["month"] or found["dot_month"]) or 0
    return [_valid(year, month, number(found["day"] or found["dot_day"])) for year in years]


def _lunar_years(years: list[int], month: int) -> list[int]:
    """The twelfth lunar month falls in the civil year after its own: all that may be meant, earliest first."""
    return [years[0] - 1, *years] if month >= 11 and len(years) > 1 else years


def _lunar_number(said: str) -> int:
    return number(said.removeprefix("初").replace("廿", "二十")) or 0


def feast(name: str, year: int) -> date | None:
    """The day of a feast or solar term in a civil year; 腊八 and 小年 stand for the winter that begins in it."""
    if name.startswith("大年初"):
        return lunar.lunar_day(year, 1, _lunar_number(name.removeprefix("大年")))
    row = _holidays()[name]
    month, day = int(row["month"]), int(row["day"])
    match row["calendar"]:
        case "lunar":
            return lunar.lunar_day(year, month, day)
        case "term":
            return lunar.solar_term(year, month)
        case _:
            return _valid(year, month, day)


def year_of(word: str, today: date) -> int:
    """The number of a year: 去年, 2020年, 86年, 八六年."""
    if word in _OTHER_YEARS:
        return today.year + _OTHER_YEARS[word]
    year = int(spoken_digits(word.removesuffix("年")) or 0)
    return year if year >= 100 else year + (2000 if year <= today.year % 100 + 2 else 1900)


def day_of_month(day: int | None, *, today: date, forward: bool) -> date | None:
    """The next day with this number, or the last one."""
    first = today.replace(day=1)
    months = (0, 1, 2) if forward else (0, -1, -2)
    for more in months:
        month = add_months(first, more)
        found = _valid(month.year, month.month, day)
        if found is not None and (found >= today if forward else found <= today):
            return found
    return None


def add_months(first: date, months: int) -> date:
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
def _holidays() -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in tables.rows("holidays")}
