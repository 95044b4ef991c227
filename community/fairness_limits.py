"""What is too much, as data: `data/fairness.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

THRESHOLDS: Final = Path(__file__).with_name("data") / "fairness.toml"

Count = Annotated[int, Field(ge=1, strict=True)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Burst(_Data):
    per_hour: Count
    per_day: Count


class Duplicate(_Data):
    days: Count
    metres: Count


class Trivial(_Data):
    characters: Count


class Collusion(_Data):
    days: Count
    reports: Count
    share: Annotated[float, Field(gt=0, le=1)]
    times_usual: Annotated[float, Field(ge=1)]


class Appealing(_Data):
    clawback_days: Count


class Thresholds(_Data):
    burst: Burst
    duplicate: Duplicate
    trivial: Trivial
    collusion: Collusion
    appeal: Appealing


@cache
def thresholds() -> Thresholds:
    """The table, read once."""
    return Thresholds.model_validate(tomllib.loads(THRESHOLDS.read_text(encoding="utf-8")))
