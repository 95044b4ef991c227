"""How long points are good once they were given, by the calendar of Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from core import clock
from points.rules.data import Data


class ExpiryMode(StrEnum):
    NONE = "none"
    DAYS = "days"
    QUARTER_END = "quarter_end"
    YEAR_END = "year_end"


class Expiry(Data):
    """`days` counts from the day after the grant; `grace_days` from the end of the quarter or year."""

    mode: ExpiryMode = ExpiryMode.NONE
    days: Annotated[int, Field(ge=1, le=3660)] | None = None
    grace_days: Annotated[int, Field(ge=0, le=366)] = 0

    @model_validator(mode="after")
    def _sensible(self) -> Expiry:
        if (self.mode is ExpiryMode.DAYS) != (self.days is not None):
            raise ValueError("days goes with the mode days")
        if self.grace_days and self.mode in (ExpiryMode.NONE, ExpiryMode.DAYS):
            raise ValueError("grace_days goes with quarter_end and year_end")
        return self

    def ends(self, granted_at: datetime) -> datetime | None:
        """The first moment at which they can no longer be spent: always a midnight in Shanghai."""
        day = clock.local(granted_at).date()
        match self.mode:
            case ExpiryMode.NONE:
                return None
            case ExpiryMode.DAYS:
                return _midnight(day, 1 + (self.days or 0))
            case ExpiryMode.QUARTER_END:
                first = 3 * ((day.month - 1) // 3) + 4
                return _midnight(date(day.year + first // 13, (first - 1) % 12 + 1, 1), self.grace_days)
            case ExpiryMode.YEAR_END:
                return _midnight(date(day.year + 1, 1, 1), self.grace_days)


def _midnight(day: date, days_later: int) -> datetime:
    return datetime.combine(day + timedelta(days=days_later), time(), clock.SHANGHAI).astimezone(UTC)
