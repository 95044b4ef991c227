"""Days: 大后天, 下周三, 12月3号 or 国庆节 as dates in Shanghai; the next one where the speaker looks forward."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from nlp import lunar, tables
from nlp.day_grammar import OTHER_YEARS
from nlp.numerals import number, spoken_digits

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
    "夜": -1,
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


def resolve(found: re.Match[str], *, today: date, forward: bool) -> Days | None:
    """The days that `found`, a match of `DAY`, means; None for a date that does not exist."""
    if (near := _seen_from_today(found, today)) is not None:
        return near
    if found["weekday"]:
        return _weekday(found, today=today, forward=forward)
    if found["month_shift"]:
        return _shifted_month(found, today)
    if found["half_moons"] and (day := _next_half_moon(today)):
        return Days.one(day, recurs="month")
    if found["nth"]:
        return _nth_weekday(found, today=today, forward=forward)
    day = _calendar_day(found, today=today, forward=forward)
    return None if day is None else _around(day, found)


def _seen_from_today(found: re.Match[str], today: date) -> Days | None:
    if found["relative"]:
        return Days.one(today + timedelta(days=_RELATIVE[found["relative"].rstrip("天日朝个儿")]))
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


def _weekday(found: re.Match[str], *, today: date, forward: bool) -> Days:
    weekday = _WEEKDAYS[found["weekday"]]
    length = 2 if found["weekday"] == "末" else 1
    day = today - timedelta(days=today.weekday()) + timedelta(days=weekday)
    if found["shift"]:
        day += timedelta(weeks=shift(found["shift"]))
    elif (forward or found["recurs"]) and day + timedelta(days=length) <= today:
        day += timedelta(weeks=1)
    elif not forward and not found["recurs"] and day > today:
        day -= timedelta(weeks=1)
    days = Days(day, day + timedelta(days=length), "day", "week" if found["recurs"] else None)
    return _with_more(days, found["weekdays"]) if found["weekdays"] else days


def _with_more(first: Days, weekdays: str) -> Days:
    """周四五 are two days on end, 周一三五 days that come again."""
    all_days = [first.first.weekday(), *(_WEEKDAYS[name] for name in weekdays if name in _WEEKDAYS)]
    if all_days == list(range(all_days[0], all_days[0] + len(all_days))):
        return Days(first.first, first.first + timedelta(days=len(all_days)), "day", first.recurs)
    return Days.one(first.first, recurs="week")


def _nth_weekday(found: re.Match[str], *, today: date, forward: bool) -> Days | None:
    """每月第二个周六, 本月最后一个周五; of every month the next, or the last for who looks back."""
    weekday = _WEEKDAYS[found["nth_day"]]
    every = found["nth_month"].startswith("每")
    months = ((0, 1, 2) if forward else (0, -1, -2)) if every else (shift(found["nth_month"].removesuffix("月")),)
    for more in months:
        first = add_months(today.replace(day=1), more)
        day = first + timedelta(days=(weekday - first.weekday()) % 7)
        if found["nth"].startswith("最后"):
            day += timedelta(weeks=(add_months(first, 1) - day - timedelta(days=1)).days // 7)
        else:
            day += timedelta(weeks=(number(found["nth"].removeprefix("第").replace("头", "")) or 1) - 1)
        if day.month == first.month and (not every or (day >= today if forward else day <= today)):
            length = timedelta(days=2 if found["nth_day"] == "末" else 1)
            return Days(day, day + length, "day", "month" if every else None)
    return None


def _next_half_moon(today: date) -> date | None:
    """The next first or fifteenth day of a lunar month."""
    moons = [
        lunar.lunar_day(year, month, day)
        for year in (today.year - 1, today.year)
        for month in range(1, 13)
        for day in (1, 15)
    ]
    return min((day for day in moons if day is not None and day >= today), default=None)


def _around(day: date, found: re.Match[str]) -> Days:
    """The days that hang on one: 国庆假期, 中秋前后, 11月28、29号."""
    if around := found["around"]:
        if around == "前后":
            return Days(day - timedelta(days=3), day + timedelta(days=4), "day")
        length = 7 if found["holiday"].startswith(("国庆", "十一", "春节", "过年")) else 3
        return Days(day, day + timedelta(days=length), "day")
    last = _valid(day.year, day.month, number(found["last_day"])) if found["last_day"] else None
    return Days(day, max(day, last or day) + timedelta(days=1), "day")


def _shifted_month(found: re.Match[str], today: date) -> Days | None:
    first = add_months(today.replace(day=1), shift(found["month_shift"]))
    if not found["shifted_day"]:
        return Days(first, add_months(first, 1), "month")
    day = _valid(first.year, first.month, number(found["shifted_day"]))
    return None if day is None else Days.one(day)


def _calendar_day(found: re.Match[str], *, today: date, forward: bool) -> date | None:
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


def _in_years(found: re.Match[str], years: list[int]) -> list[date | None]:
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
    if word in OTHER_YEARS:
        return today.year + OTHER_YEARS[word]
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
