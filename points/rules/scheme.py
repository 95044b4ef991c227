"""A community's own settings, as the rule `scheme`: the same two persons, versions and moments as any rule."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import Field, model_validator

from core import clock
from points.caps import Period
from points.postings import MAX_POINTS
from points.reversal_plans import ClawBack
from points.rules.body import Amount
from points.rules.data import Data
from points.rules.lifetimes import Expiry

SCHEME: Final = "scheme"


class Window(Data):
    """Days on which points can be exchanged: of these months, from one day of the month to another, both included."""

    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(min_length=1)]
    first_day: Annotated[int, Field(ge=1, le=31)] = 1
    last_day: Annotated[int, Field(ge=1, le=31)] = 31

    @model_validator(mode="after")
    def _sensible(self) -> Window:
        if self.last_day < self.first_day:
            raise ValueError("last_day must not be before first_day")
        return self

    def holds(self, moment: datetime) -> bool:
        day = clock.local(moment).date()
        return day.month in self.months and self.first_day <= day.day <= self.last_day


class Scheme(Data):
    """How one community wants it.

    `expiry` is for rules that say nothing themselves. `claw_back` is what happens to points that were given for a
    false report and are spent. A correction above `adjust_limit` needs a second person. `caps` limit one person over
    all rules, `fund_caps` what the fund gives to everybody, in points by period. Without `windows` points can be
    exchanged on any day. `tiers` names the table of honours.
    """

    title: Annotated[str, Field(max_length=20)] = ""
    expiry: Expiry = Expiry()
    claw_back: ClawBack = ClawBack.CLAMP
    adjust_limit: Annotated[int, Field(ge=0, le=MAX_POINTS)] = 500
    caps: dict[Period, Amount] = Field(default_factory=dict)
    fund_caps: dict[Period, Amount] = Field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    tiers: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")] = "default"

    def exchanges(self, moment: datetime) -> bool:
        """Whether points can be exchanged at a moment."""
        return not self.windows or any(window.holds(moment) for window in self.windows)
