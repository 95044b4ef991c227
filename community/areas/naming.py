"""Finding areas by code, name, parent, or the scene of a QR code."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from community.areas.models import Area, Level
from core import clock
from core.errors import NotFound

SCENE_PREFIX: Final = "grid-"
SHOWN: Final = 20
_LARGEST_FIRST: Final = {level.value: rank for rank, level in enumerate(Level)}


class AreaNotFound(NotFound):
    code = "area_not_found"


def valid(day: date) -> ColumnElement[bool]:
    """Versions that hold on this day."""
    return (Area.valid_from <= day) & or_(Area.valid_until.is_(None), Area.valid_until > day)


async def get(db: AsyncSession, *, code: str, at: date | None = None) -> Area:
    """The version of an area that holds on a day, today by default. Raises AreaNotFound."""
    found = (await db.execute(select(Area).where(Area.code == code, valid(at or clock.today())))).scalar_one_or_none()
    if found is None:
        raise AreaNotFound(area_code=code)
    return found


async def is_known(db: AsyncSession, *, code: str, level: Level | None = None) -> bool:
    """Whether an area of any day has this code, of a level if that is given, else also whether one lies below it.

    Where no areas were ever imported every code is.
    """
    alike = Area.code.startswith(code, autoescape=True) if level is None else Area.code == code
    matching = select(Area.code).where(alike, true() if level is None else Area.level == level.value)
    if (await db.scalars(matching.limit(1))).first() is not None:
        return True
    return (await db.scalars(select(Area.code).limit(1))).first() is None


async def listing(db: AsyncSession, *, within: str = "", level: Level | None = None) -> list[Area]:
    """All areas of today whose code begins with `within`, by level and code."""
    rules = [valid(clock.today()), Area.code.startswith(within, autoescape=True)]
    if level is not None:
        rules.append(Area.level == level.value)
    rows = await db.execute(select(Area).where(*rules))
    return sorted(rows.scalars(), key=lambda area: (_LARGEST_FIRST[area.level], area.code))


async def names(db: AsyncSession) -> set[str]:
    """What the areas of today are called; their borders are left where they are."""
    return set(await db.scalars(select(Area.name).where(valid(clock.today()))))


async def communities(db: AsyncSession, *, within: str) -> list[Area]:
    """The communities of today whose code begins with `within`."""
    return await listing(db, within=within, level=Level.COMMUNITY)


async def children(db: AsyncSession, *, parent_code: str) -> list[Area]:
    rows = await db.execute(
        select(Area).where(Area.parent_code == parent_code, valid(clock.today())).order_by(Area.code)
    )
    return list(rows.scalars())


async def search(db: AsyncSession, *, name: str, within: str = "") -> list[Area]:
    """Communities of today with these words in their name or in that of a grid of theirs, closest first."""
    wanted = name.strip()
    if not wanted:
        return []
    named = Area.name.contains(wanted, autoescape=True)
    grids = select(Area.parent_code).where(valid(clock.today()), Area.level == Level.GRID.value, named)
    rows = await db.execute(
        select(Area).where(
            valid(clock.today()),
            Area.level == Level.COMMUNITY.value,
            or_(named, Area.code.in_(grids)),
            Area.code.startswith(within, autoescape=True),
        )
    )
    return sorted(rows.scalars(), key=lambda area: (wanted not in area.name, len(area.name), area.code))[:SHOWN]


async def default_area(db: AsyncSession) -> str:
    """The code for a report of which no place is known: the largest area there is, or nothing."""
    known = await listing(db)
    return known[0].code if known else ""


def scene_of(code: str) -> str:
    """What a grid's QR code carries."""
    return SCENE_PREFIX + code
