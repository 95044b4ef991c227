"""What one version of a rule says: which deed earns how much, within which limits, for how long."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from points.caps import Period
from points.models import Unit
from points.postings import MAX_POINTS
from points.rules.data import Data, parse
from points.rules.errors import RuleForbidden, RuleInvalid
from points.rules.lifetimes import Expiry


class Purpose(StrEnum):
    """What of a deed is paid; there is nothing else that earns."""

    REPORT = "report"
    PHOTO = "photo"
    MINUTES = "minutes"
    ORDER = "order"
    SERVICE = "service"
    AWARD = "award"


_FORBIDDEN: Final[Mapping[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("forbidden.toml").read_text(encoding="utf-8")
)
NEVER: Final = frozenset(_FORBIDDEN["purposes"])
"""Purposes that platforms or decency forbid: they are told apart from words that are only misspelt."""

NEVER_IN_TITLES: Final = tuple(_FORBIDDEN["words"])

ASKED: Final[Mapping[str, tuple[Purpose, Unit]]] = {
    "report_verified": (Purpose.REPORT, Unit.POINT),
    "report_followed": (Purpose.REPORT, Unit.POINT),
    "report_photo": (Purpose.PHOTO, Unit.POINT),
    "volunteer_time": (Purpose.MINUTES, Unit.POINT),
    "volunteer_minutes": (Purpose.MINUTES, Unit.MINUTE),
    "order_helped": (Purpose.ORDER, Unit.POINT),
    "party_service": (Purpose.SERVICE, Unit.POINT),
}
"""The rules that the service asks for by name with each deed; rules of manual awards have names of their own."""

Amount = Annotated[int, Field(gt=0, le=MAX_POINTS)]
Minutes = Annotated[int, Field(gt=0, le=24 * 60)]
Stars = Annotated[int, Field(ge=1, le=5)]
Percent = Annotated[int, Field(ge=0, le=500)]


@dataclass(frozen=True, slots=True)
class Facts:
    """Codes and numbers that an amount may depend on; never a person.

    `position` is 1 for who reported first, 2 for the next. `stars` is the quality as somebody rated it.
    """

    minutes: int | None = None
    category: str | None = None
    position: int | None = None
    stars: int | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None, minutes: int | None = None) -> Facts:
        """From what a request or transfer keeps."""
        if not stored:
            return cls(minutes)
        given = {name: value for name, value in stored.items() if name in _FACTS}
        return cls(**({"minutes": minutes} | given))

    def stored(self) -> dict[str, Any]:
        return {name: value for name in _FACTS if (value := getattr(self, name)) is not None}


_FACTS: Final = tuple(field.name for field in fields(Facts))


class RuleBody(Data):
    """`title` is what residents read. `points` is for one deed, or for every `per_minutes` of it, parts in proportion.

    `by_category` replaces `points` for reports of these categories; `by_stars` is a factor in percent, and a deed
    without stars counts in full. `last_position` is the last reporter of one matter who still earns. `caps` limit one
    person, `total_caps` everybody together, by period. Amounts are in `unit`.
    """

    title: Annotated[str, Field(min_length=1, max_length=20)]
    purpose: Purpose
    unit: Unit = Unit.POINT
    points: Amount
    by_category: dict[Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,20}$")], Amount] = Field(default_factory=dict)
    by_stars: dict[Stars, Percent] = Field(default_factory=dict)
    last_position: Annotated[int, Field(ge=2, le=1000)] | None = None
    per_minutes: Minutes | None = None
    most_minutes: Minutes | None = None
    caps: dict[Period, Amount] = Field(default_factory=dict)
    total_caps: dict[Period, Amount] = Field(default_factory=dict)
    expiry: Expiry | None = None

    @model_validator(mode="after")
    def _sensible(self) -> RuleBody:
        if self.most_minutes is not None and self.per_minutes is None:
            raise ValueError("most_minutes needs per_minutes")
        if (self.by_category or self.last_position) and self.purpose is not Purpose.REPORT:
            raise ValueError("by_category and last_position are for reports")
        if self.unit is Unit.MINUTE and (self.purpose is not Purpose.MINUTES or self.per_minutes is None):
            raise ValueError("minutes are earned by certified time")
        return self

    def amount(self, facts: Facts) -> int:
        """What one deed earns, in the rule's unit, rounded down once."""
        if self.last_position is not None and (facts.position or 1) > self.last_position:
            return 0
        due = self.by_category.get(facts.category or "", self.points)
        due *= self.by_stars.get(facts.stars or 0, 100)
        if self.per_minutes is None:
            return due // 100
        counted = min(facts.minutes or 0, self.most_minutes or facts.minutes or 0)
        return max(0, due * counted // (100 * self.per_minutes))

    @property
    def is_limited(self) -> bool:
        """Whether one person cannot earn without end."""
        return bool(self.caps)


def read_body(rule_id: str, raw: Mapping[str, Any]) -> RuleBody:
    """A drafted body. Raises RuleForbidden for what may never earn or would take, else RuleInvalid."""
    _refuse_forbidden(rule_id, raw)
    body = parse(RuleBody, raw)
    purpose, unit = ASKED.get(rule_id, (Purpose.AWARD, Unit.POINT))
    if (body.purpose, body.unit) != (purpose, unit):
        said = f"{rule_id} pays {purpose} in {unit}; rules with other names are for {Purpose.AWARD}"
        raise RuleInvalid(fields={"purpose": said})
    return body


def _refuse_forbidden(rule_id: str, raw: Mapping[str, Any]) -> None:
    purpose, title = str(raw.get("purpose", "")).casefold(), str(raw.get("title", ""))
    if purpose in NEVER or not NEVER.isdisjoint(rule_id.split("_")):
        raise RuleForbidden(what=purpose if purpose in NEVER else rule_id)
    for word in NEVER_IN_TITLES:
        if word in title:
            raise RuleForbidden(what=word)
    amounts = [raw.get("points"), *_values(raw.get("by_category")), *_values(raw.get("by_stars"))]
    if any(isinstance(one, int | float) and one < 0 for one in amounts):
        raise RuleForbidden(what="negative")


def _values(table: object) -> list[Any]:
    return list(table.values()) if isinstance(table, Mapping) else []
