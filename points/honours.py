"""Tiers of volunteers, by certified minutes and, where a place wants both, by points ever earned.

What was reached is written down once, with the version of the table and the moment, and stays: neither spending nor a
later version takes it away.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import dialect_insert, table_of
from core.errors import ConfigError
from points.honour_models import Honour
from points.models import Account, AccountKind, Unit

TIERS_FILE: Final = Path(__file__).with_name("tiers.toml")
DEFAULT: Final = "default"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tier(_Data):
    """`title` is what residents read; both `minutes` and `points` must be there."""

    id: Name
    title: Annotated[str, Field(min_length=1, max_length=12)]
    minutes: Annotated[int, Field(gt=0, strict=True)]
    points: Annotated[int, Field(ge=0, strict=True)] = 0

    def is_reached(self, minutes: int, points: int) -> bool:
        return minutes >= self.minutes and points >= self.points


class Table(_Data):
    """One version of a table of tiers, the lowest first; each asks for more than the one before."""

    name: Name
    version: Annotated[int, Field(gt=0, strict=True)]
    effective_from: Annotated[date, Field(alias="from")]
    tiers: Annotated[tuple[Tier, ...], Field(alias="tier", min_length=1)]

    @model_validator(mode="after")
    def _rising(self) -> Table:
        for lower, higher in pairwise(self.tiers):
            if higher.minutes <= lower.minutes or higher.points < lower.points:
                raise ValueError(f"{higher.id} must ask for more than {lower.id}")
        if len({tier.id for tier in self.tiers}) != len(self.tiers):
            raise ValueError("a tier stands twice")
        return self


class Tables(_Data):
    """All tables in all versions."""

    tables: Annotated[tuple[Table, ...], Field(alias="table")]

    @model_validator(mode="after")
    def _apart(self) -> Tables:
        names = {(tier.id, table.name) for table in self.tables for tier in table.tiers}
        if len({tier_id for tier_id, _ in names}) != len(names):
            raise ValueError("an id stands in two tables")
        if len({(table.name, table.version) for table in self.tables}) != len(self.tables):
            raise ValueError("a version stands twice")
        ordered = sorted(self.tables, key=lambda table: (table.name, table.version))
        for earlier, later in pairwise(ordered):
            if earlier.name == later.name and later.effective_from <= earlier.effective_from:
                raise ValueError(f"version {later.version} of {later.name} begins too early")
        return self

    def at(self, name: str, moment: datetime) -> Table:
        """The version of a table that holds at a moment; the default one where there is none of this name."""
        day = clock.local(moment).date()
        held = [table for table in self.tables if table.name == name and table.effective_from <= day]
        if held:
            return max(held, key=lambda table: table.version)
        if name == DEFAULT:
            raise ConfigError(f"{TIERS_FILE.name}: no table {DEFAULT} holds on {day}")
        return self.at(DEFAULT, moment)

    def tier(self, tier_id: str, version: int) -> Tier | None:
        """A tier as the version has it under which it was reached."""
        found = (tier for table in self.tables if table.version == version for tier in table.tiers)
        return next((tier for tier in found if tier.id == tier_id), None)


@dataclass(frozen=True, slots=True)
class Reached:
    """A tier that somebody has, since when, and under which version."""

    tier: Tier
    version: int
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a volunteer stands: the highest tier so far, and what is missing to `following`; None at either end."""

    minutes: int
    points: int
    tier: Tier | None
    following: Tier | None
    missing_minutes: int
    missing_points: int
    reached: tuple[Reached, ...]


def load(path: Path) -> Tables:
    """Read and validate a file of tiers. Raises ConfigError, which names file, key and reason."""
    try:
        return Tables.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path.name}: {where}: {first['msg']}") from None


@lru_cache(maxsize=1)
def shipped() -> Tables:
    """The tables that ship with the service."""
    return load(TIERS_FILE)


async def earned(db: AsyncSession, *, area_code: str, resident_id: str, unit: Unit = Unit.POINT) -> int:
    """What grants ever brought a resident in a community, less what was reversed; spending changes nothing."""
    mine = select(Account.earned).where(
        Account.area_code == area_code,
        Account.unit == unit.value,
        Account.kind == AccountKind.RESIDENT.value,
        Account.owner_id == resident_id,
    )
    return int((await db.execute(mine)).scalar_one_or_none() or 0)


async def award(
    db: AsyncSession, *, area_code: str, resident_id: str, table: Table, minutes: int, points: int
) -> tuple[Tier, ...]:
    """Write down the tiers that these figures reach; those that are new, the lowest first."""
    reached = [tier for tier in table.tiers if tier.is_reached(minutes, points)]
    if not reached:
        return ()
    rows = [
        {
            "area_code": area_code,
            "resident_id": resident_id,
            "tier": tier.id,
            "version": table.version,
            "minutes": minutes,
            "points": points,
            "reached_at": clock.now(),
        }
        for tier in reached
    ]
    insert = dialect_insert(db, table_of(Honour)).on_conflict_do_nothing().returning(Honour.tier)
    new = {row[0] for row in await db.execute(insert, rows)}
    return tuple(tier for tier in reached if tier.id in new)


async def standing(
    db: AsyncSession, *, area_code: str, resident_id: str, table: Table, minutes: int, points: int
) -> Standing:
    """Where these figures put a resident, with what they reached before."""
    rows = await db.execute(
        select(Honour)
        .where(Honour.area_code == area_code, Honour.resident_id == resident_id)
        .order_by(Honour.reached_at, Honour.minutes, Honour.tier)
    )
    found = [(row, shipped().tier(row.tier, row.version)) for row in rows.scalars()]
    held = tuple(Reached(tier, row.version, row.reached_at) for row, tier in found if tier is not None)
    following = _following(table, {one.tier.id for one in held}, minutes, points)
    return Standing(
        minutes=minutes,
        points=points,
        tier=_highest([*(one.tier for one in held), *(t for t in table.tiers if t.is_reached(minutes, points))]),
        following=following,
        missing_minutes=max(0, following.minutes - minutes) if following else 0,
        missing_points=max(0, following.points - points) if following else 0,
        reached=held,
    )


def _highest(tiers: Iterable[Tier]) -> Tier | None:
    return max(tiers, key=lambda tier: (tier.minutes, tier.points), default=None)


def _following(table: Table, held: set[str], minutes: int, points: int) -> Tier | None:
    """The tier above the highest one that is held or reached."""
    open_tiers: list[Tier] = []
    for tier in reversed(table.tiers):
        if tier.id in held or tier.is_reached(minutes, points):
            break
        open_tiers.append(tier)
    return open_tiers[-1] if open_tiers else None
