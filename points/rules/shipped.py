"""The rules of what earns points, read from data: versions with effective days, none overlapping."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core import clock
from core.errors import ConfigError
from points.caps import Period
from points.errors import RuleUnknown
from points.postings import MAX_POINTS

RULES_FILE: Final = Path(__file__).with_name("rules.toml")

Points = Annotated[int, Field(gt=0, le=MAX_POINTS, strict=True)]
Minutes = Annotated[int, Field(gt=0, le=24 * 60, strict=True)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Data):
    """One version of a rule. A rule without a cap would pay without limit and is refused."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    version: Annotated[int, Field(gt=0, strict=True)]
    effective_from: Annotated[date, Field(alias="from")]
    effective_until: Annotated[date | None, Field(alias="until")] = None
    purpose: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")] | None = None
    points: Points
    per_minutes: Minutes | None = None
    most_minutes: Minutes | None = None
    caps: Annotated[dict[Period, Points], Field(min_length=1)]

    @model_validator(mode="after")
    def _sensible(self) -> Rule:
        if self.effective_until is not None and self.effective_until <= self.effective_from:
            raise ValueError("until must be after from")
        if self.most_minutes is not None and self.per_minutes is None:
            raise ValueError("most_minutes needs per_minutes")
        return self

    def holds_on(self, day: date) -> bool:
        ended = self.effective_until is not None and day >= self.effective_until
        return self.effective_from <= day and not ended

    def amount_points(self, minutes: int | None) -> int:
        """What one deed earns, in points; a rule by time pays nothing for a deed without minutes."""
        if self.per_minutes is None:
            return self.points
        counted = min(minutes or 0, self.most_minutes or minutes or 0)
        return max(0, self.points * counted // self.per_minutes)


class RuleBook(_Data):
    """All rules and the caps over all of them together."""

    caps: dict[Period, Points] = {}
    rules: Annotated[tuple[Rule, ...], Field(alias="rule")]

    @model_validator(mode="after")
    def _no_overlap(self) -> RuleBook:
        ordered = sorted(self.rules, key=lambda rule: (rule.id, rule.effective_from))
        for earlier, later in pairwise(ordered):
            if earlier.id != later.id:
                continue
            if earlier.effective_until is None or earlier.effective_until > later.effective_from:
                raise ValueError(f"versions of {earlier.id} overlap")
        if len({(rule.id, rule.version) for rule in self.rules}) != len(self.rules):
            raise ValueError("a version stands twice")
        return self

    def purpose_of(self, rule_id: str) -> str:
        """What of a deed the rule pays, as its newest version says; else the rule's own id. Raises RuleUnknown."""
        versions = [rule for rule in self.rules if rule.id == rule_id]
        if not versions:
            raise RuleUnknown(rule=rule_id)
        return max(versions, key=lambda rule: rule.version).purpose or rule_id

    def at(self, rule_id: str, moment: datetime) -> Rule | None:
        """The version that held on the Shanghai day of a moment."""
        day = clock.local(moment).date()
        return next((rule for rule in self.rules if rule.id == rule_id and rule.holds_on(day)), None)


def load(path: Path) -> RuleBook:
    """Read and validate a rule file. Raises ConfigError, which names file, key and reason."""
    try:
        return RuleBook.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path.name}: {where}: {first['msg']}") from None


@lru_cache(maxsize=1)
def default() -> RuleBook:
    """The rules that ship with the service."""
    return load(RULES_FILE)
