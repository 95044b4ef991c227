"""Recurring spans in which something is open, such as the last seven days of each quarter, by the clock of Shanghai."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from core import clock
from core.errors import Invalid

MOST_WINDOWS: Final = 20
LOOK_AHEAD: Final = timedelta(days=2 * 366)


class Every(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


Day = Annotated[int, Field(ge=-366, le=366, strict=True)]


class Window(BaseModel):
    """Days `from_day` to `to_day` of every such period, both included, counted from 1, or from its end as -1.

    `opens` and `closes` are times of each of these days; without them the whole day counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: Every
    from_day: Day
    to_day: Day
    opens: time = time.min
    closes: time | None = None

    @model_validator(mode="after")
    def _sensible(self) -> Window:
        if 0 in (self.from_day, self.to_day) or (self.from_day > self.to_day > 0) or (0 > self.from_day > self.to_day):
            raise ValueError("from_day to to_day is no span")
        if self.opens.tzinfo or (self.closes and (self.closes.tzinfo or self.closes <= self.opens)):
            raise ValueError("closes must be after opens, both without a zone")
        return self

    def holds_on(self, day: date) -> bool:
        first, last = _period(self.every, day)
        return _nth(self.from_day, first, last) <= day <= _nth(self.to_day, first, last)

    def is_open(self, moment: datetime) -> bool:
        here = clock.local(moment)
        in_time = self.opens <= here.time() and (self.closes is None or here.time() < self.closes)
        return in_time and self.holds_on(here.date())

    def opens_after(self, moment: datetime) -> datetime | None:
        """When it opens next, later than this moment; None within the years that are looked at."""
        day = clock.local(moment).date()
        for n in range(LOOK_AHEAD.days):
            start = datetime.combine(day + timedelta(days=n), self.opens, tzinfo=clock.SHANGHAI)
            if start > moment and self.holds_on(start.date()):
                return start.astimezone(UTC)
        return None


_WINDOWS: Final = TypeAdapter(Annotated[list[Window], Field(max_length=MOST_WINDOWS)])


def read(given: Sequence[Mapping[str, Any]] | None) -> list[Window]:
    """Windows from data; none means always open. Raises Invalid."""
    try:
        return _WINDOWS.validate_python(list(given or ()))
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(fields={"windows": ".".join(str(part) for part in first["loc"]) or "invalid"}) from None


def written(windows: Sequence[Window]) -> list[dict[str, Any]]:
    """As they are stored."""
    return [window.model_dump(mode="json", exclude_defaults=True) for window in windows]


def is_open(windows: Sequence[Window], moment: datetime) -> bool:
    """Whether one of them is open; without any it always is."""
    return not windows or any(window.is_open(moment) for window in windows)


def opens_after(windows: Sequence[Window], moment: datetime) -> datetime | None:
    """When the next of them opens."""
    return min((at for window in windows if (at := window.opens_after(moment))), default=None)


def _period(every: Every, day: date) -> tuple[date, date]:
    """The first and the last day of the period that holds a day; a week begins on Monday."""
    match every:
        case Every.WEEK:
            first = day - timedelta(days=day.weekday())
            return first, first + timedelta(days=6)
        case Every.MONTH:
            return _months(day.year, day.month, 1)
        case Every.QUARTER:
            return _months(day.year, (day.month - 1) // 3 * 3 + 1, 3)
        case Every.YEAR:
            return _months(day.year, 1, 12)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    last = month + count - 1
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])


def _nth(number: int, first: date, last: date) -> date:
    """Day `number` of a period; one that it does not have lies outside of it, as the 31st of a short month."""
    return first + timedelta(days=number - 1) if number > 0 else last + timedelta(days=number + 1)
