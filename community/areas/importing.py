"""Taking areas in from GeoJSON, and giving them out again.

A feature names code, level, name and parent; its polygon is in CGCS2000 (equal to WGS-84 here). Each import says from
which day it holds: what changed gets a new version, and what is no longer in the file, within the codes that the file
is about, is closed. Nothing is overwritten, so that an old report is still found in the grid of its time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community.areas.borders import border_faults
from community.areas.locating import STAMP_ID
from community.areas.models import Area, AreaStamp, Level
from community.areas.naming import valid
from core import clock
from core.db import dialect_insert
from core.errors import Invalid

CODE: Final = re.compile(r"[0-9A-Za-z]{1,20}")
PARENT_LEVEL: Final = {Level.STREET: Level.DISTRICT, Level.COMMUNITY: Level.STREET, Level.GRID: Level.COMMUNITY}
MAX_FAULTS: Final = 20


class AreasInvalid(Invalid):
    """The file was not taken in; `fields` names each feature with its fault."""

    code = "areas_invalid"


@dataclass(frozen=True, slots=True)
class Imported:
    """Codes that are new, that have a new version, and that ended."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    """One feature, read."""

    code: str
    level: Level
    name: str
    parent_code: str | None
    polygon: dict[str, Any] | None
    phone: str

    def is_same(self, area: Area) -> bool:
        mine = (self.level.value, self.name, self.parent_code, self.polygon, self.phone)
        return mine == (area.level, area.name, area.parent_code, area.polygon, area.phone)


async def import_areas(
    db: AsyncSession,
    features: dict[str, Any],
    *,
    valid_from: date | None = None,
    close_missing: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Take in a FeatureCollection, from today on unless its features or `valid_from` say otherwise.

    With `close_missing`, areas that the file does not name end. Raises AreasInvalid with every fault found.
    """
    given, own_day = _read(features)
    day = valid_from or await _first_day(db, own_day)
    rows = await db.execute(select(Area).where(valid(day)))
    present = {area.code: area for area in rows.scalars()}
    after = given if close_missing else {**_as_given(present), **given}
    if faults := (_parent_faults(after) or border_faults([(g.code, g.parent_code, g.polygon) for g in after.values()])):
        raise AreasInvalid(fields=dict(faults[:MAX_FAULTS]))
    result = Imported(
        added=tuple(sorted(given.keys() - present.keys())),
        changed=tuple(sorted(c for c in given.keys() & present.keys() if not given[c].is_same(present[c]))),
        closed=tuple(sorted(present.keys() - given.keys())) if close_missing else (),
    )
    await _check_later_versions(db, [*result.changed, *result.closed], day)
    if not dry_run:
        await _write(db, result, given, day)
    return result


async def _first_day(db: AsyncSession, own_day: date | None) -> date:
    """The day that the file names when it is later than all we know, or else today: history is not rewritten."""
    latest = (await db.execute(select(func.max(Area.valid_from)))).scalar_one_or_none()
    return own_day if own_day and (latest is None or own_day > latest) else clock.today()


async def _check_later_versions(db: AsyncSession, codes: list[str], day: date) -> None:
    rows = await db.execute(select(Area.code).where(Area.code.in_(codes), Area.valid_from > day))
    if later := sorted(rows.scalars()):
        raise AreasInvalid(fields=dict.fromkeys(later[:MAX_FAULTS], f"a version later than {day} is known"))


def _read(features: dict[str, Any]) -> tuple[dict[str, _Given], date | None]:
    """The features by code, and the day from which they say they hold. Raises AreasInvalid."""
    listed = features.get("features")
    if features.get("type") != "FeatureCollection" or not isinstance(listed, list) or not listed:
        raise AreasInvalid(fields={"file": "a GeoJSON FeatureCollection with features is expected"})
    given: dict[str, _Given] = {}
    faults: dict[str, str] = {}
    days: set[date] = set()
    for number, feature in enumerate(listed):
        try:
            one, day = _feature(feature)
        except (KeyError, TypeError, ValueError) as error:
            faults[f"features[{number}]"] = f"{type(error).__name__}: {error}"
            continue
        if one.code in given:
            faults[f"features[{number}]"] = f"the code {one.code} comes twice"
        given[one.code] = one
        days |= {day} if day else set()
    if faults:
        raise AreasInvalid(fields=dict(list(faults.items())[:MAX_FAULTS]))
    return given, max(days, default=None)


def _feature(feature: dict[str, Any]) -> tuple[_Given, date | None]:
    facts = feature["properties"]
    code, name, parent = str(facts["code"]), str(facts["name"]).strip(), facts.get("parent")
    if not CODE.fullmatch(code):
        raise ValueError("code: up to 20 letters and digits are expected")
    if not name or len(name) > 60:
        raise ValueError("name: 1 to 60 characters are expected")
    day = date.fromisoformat(facts["valid_from"]) if facts.get("valid_from") else None
    one = _Given(
        code=code,
        level=Level(facts["level"]),
        name=name,
        parent_code=str(parent) if parent else None,
        polygon=feature.get("geometry"),
        phone=str(facts.get("phone") or ""),
    )
    return one, day


def _as_given(present: dict[str, Area]) -> dict[str, _Given]:
    return {a.code: _Given(a.code, Level(a.level), a.name, a.parent_code, a.polygon, a.phone) for a in present.values()}


def _parent_faults(given: dict[str, _Given]) -> list[tuple[str, str]]:
    faults = []
    for one in given.values():
        parent = given.get(one.parent_code or "")
        wanted = PARENT_LEVEL.get(one.level)
        if wanted is None and one.parent_code is not None:
            faults.append((one.code, "a district has no parent"))
        if wanted is not None and (parent is None or parent.level is not wanted):
            faults.append((one.code, f"the parent of a {one.level} is a {wanted} of the same file or one present"))
        if one.level is Level.GRID and one.polygon is None:
            faults.append((one.code, "a grid has a polygon"))
    return faults


async def _write(db: AsyncSession, result: Imported, given: dict[str, _Given], day: date) -> None:
    """End what changed or is gone, and write the new versions; a version of the same day is replaced."""
    ended = [*result.changed, *result.closed]
    await db.execute(delete(Area).where(Area.code.in_(ended), Area.valid_from == day))
    await db.execute(
        update(Area)
        .where(Area.code.in_(ended), valid(day))
        .values(valid_until=day)
        .execution_options(synchronize_session=False)
    )
    rows = [
        {
            "code": one.code,
            "valid_from": day,
            "level": one.level.value,
            "name": one.name,
            "parent_code": one.parent_code,
            "polygon": one.polygon,
            "phone": one.phone,
        }
        for one in (given[code] for code in (*result.added, *result.changed))
    ]
    if rows:
        await db.execute(insert(Area), rows)
    await db.execute(
        dialect_insert(db, AreaStamp)
        .values(id=STAMP_ID, version=1)
        .on_conflict_do_update(index_elements=["id"], set_={"version": AreaStamp.version + 1})
    )


async def export_areas(db: AsyncSession, *, at: date | None = None) -> dict[str, Any]:
    """The FeatureCollection of a day, today by default, in the form that `import_areas` takes."""
    rows = await db.execute(select(Area).where(valid(at or clock.today())).order_by(Area.code))
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "code": area.code,
                    "name": area.name,
                    "level": area.level,
                    "parent": area.parent_code,
                    "valid_from": area.valid_from.isoformat(),
                    "phone": area.phone,
                },
                "geometry": area.polygon,
            }
            for area in rows.scalars()
        ],
    }
