"""Days of the Chinese calendar: lunar dates and solar terms, by a library that is loaded when one is first said."""

from __future__ import annotations

from datetime import date
from functools import cache


@cache
def lunar_day(year: int, month: int, day: int) -> date | None:
    """The day of a lunar date, leap months left aside; None for one that does not exist or lies outside 1900 to 2100.

    Day 0 is the eve of the month, as 除夕 is that of the first, whether the month before has 29 or 30 days.
    """
    from borax.calendars.lunardate import InvalidLunarDateError, LunarDate  # noqa: PLC0415 - only who needs it loads it

    try:
        first: date = LunarDate(year, month, max(day, 1)).to_solar_date()
    except InvalidLunarDateError:
        return None
    return date.fromordinal(first.toordinal() - 1) if day == 0 else first


@cache
def solar_term(year: int, index: int) -> date | None:
    """The day of a solar term, counted from 小寒 as 0 in the civil year; None outside 1901 to 2100."""
    from borax.calendars.lunardate import TermUtils  # noqa: PLC0415 - only who needs it loads it

    if not 1901 <= year <= 2100:
        return None
    found: date = TermUtils.nth_term_day(year, term_index=index)
    return found
