"""In which grid a point lies, by real geometry.

The borders of a day are indexed once per process; a stamp that every import raises tells when they are out of date.
Shapely is loaded when the first point is looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community import coordinates
from community.areas.models import Area, AreaStamp, Level
from community.areas.naming import SCENE_PREFIX, valid
from core import clock
from core.values import Point

if TYPE_CHECKING:
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

STAMP_ID: Final = 1
DAYS_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Located:
    """The areas in which a place lies.

    `grid_code` is None where no grid is known; `community_code` is then perhaps the code of a larger area: the smallest
    one known.
    """

    grid_code: str | None
    community_code: str


@dataclass(frozen=True, slots=True)
class _Index:
    """The borders of one day: shapes and their codes in the same order, and every area's level and parent."""

    tree: STRtree
    shapes: tuple[BaseGeometry, ...]
    codes: tuple[str, ...]
    areas: dict[str, tuple[Level, str | None]]


_indexes: dict[tuple[int, str, date], _Index] = {}


async def locate(db: AsyncSession, point: Point, *, at: datetime) -> Located | None:
    """The smallest area around a point at a moment, and those that hold it. Raises PlaceOutsideChina.

    A point on a common border belongs to the grid with the lower code.
    """
    from shapely import Point as Spot  # noqa: PLC0415  30 MB that a process without points does not need

    place = coordinates.to_wgs84(point)
    index = await _index(db, clock.local(at).date())
    spot = Spot(place.lng, place.lat)
    around = [index.codes[n] for n in index.tree.query(spot) if index.shapes[n].covers(spot)]
    if not around:
        return None
    ranks = list(Level)
    smallest = max(sorted(around), key=lambda code: ranks.index(index.areas[code][0]))
    return _with_parents(index, smallest)


async def by_scene(db: AsyncSession, *, scene: str, at: datetime) -> Located | None:
    """The areas of a scanned QR code, or None when its scene is not one of ours."""
    code = scene.removeprefix(SCENE_PREFIX)
    index = await _index(db, clock.local(at).date())
    return _with_parents(index, code) if scene != code and code in index.areas else None


def _with_parents(index: _Index, code: str) -> Located:
    found: dict[Level, str] = {}
    here: str | None = code
    while here is not None and here in index.areas:
        level, parent = index.areas[here]
        if level in found:
            break
        found[level] = here
        here = parent
    larger = [code for level, code in found.items() if level is not Level.GRID]
    return Located(
        grid_code=found.get(Level.GRID),
        community_code=found.get(Level.COMMUNITY) or (larger[0] if larger else code),
    )


async def _index(db: AsyncSession, day: date) -> _Index:
    version = (await db.execute(select(AreaStamp.version).where(AreaStamp.id == STAMP_ID))).scalar_one_or_none() or 0
    key = (version, str(db.get_bind().engine.url), day)
    if key not in _indexes:
        if len(_indexes) >= DAYS_KEPT:
            _indexes.clear()
        _indexes[key] = await _build(db, day)
    return _indexes[key]


async def _build(db: AsyncSession, day: date) -> _Index:
    from shapely import STRtree  # noqa: PLC0415  see above
    from shapely.geometry import shape  # noqa: PLC0415

    rows = (await db.execute(select(Area).where(valid(day)).order_by(Area.code))).scalars().all()
    bordered = [(area.code, shape(area.polygon)) for area in rows if area.polygon]
    shapes = tuple(one for _, one in bordered)
    return _Index(
        tree=STRtree(shapes),
        shapes=shapes,
        codes=tuple(code for code, _ in bordered),
        areas={area.code: (Level(area.level), area.parent_code) for area in rows},
    )
