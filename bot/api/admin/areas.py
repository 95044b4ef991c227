"""Districts, streets, communities and grids: listed, and their borders taken in and given out as GeoJSON."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from bot.api import shapes
from bot.api.admin import answers
from bot.api.admin.endpoint import Call, Endpoint, InArea, Input, Json, Nothing
from bot.api.paging import sliced
from community import areas
from community.areas import Area, Level
from community.permissions import Permission

_PERMISSION: Final = Permission.AREAS
LARGEST_IMPORT: Final = 16 * 1024 * 1024


class AreaQuery(InArea):
    level: Level | None = None


class Import(Input):
    """`collection` is a GeoJSON FeatureCollection in WGS-84, longitude first. `close_missing` ends what it lacks."""

    collection: dict[str, Any]
    valid_from: date | None = None
    close_missing: bool = False
    dry_run: bool = False


async def listing(call: Call, query: AreaQuery) -> Json:
    found = [
        shown(area)
        for code in call.areas(query.area)
        for area in await areas.listing(call.db, within=code, level=query.level)
    ]
    return sliced(found, limit=query.limit, cursor=query.cursor, key="code")


async def import_(call: Call, said: Import) -> Json:
    """All or nothing. Raises AreasInvalid, NotYourTask for codes outside the worker's areas."""
    for code in _codes(said.collection):
        call.require(code)
    if said.close_missing:
        call.require("")
    done = await areas.import_areas(
        call.db,
        said.collection,
        valid_from=said.valid_from,
        close_missing=said.close_missing,
        dry_run=said.dry_run,
    )
    call.subject = "dry_run" if said.dry_run else "borders"
    return {
        "added": list(done.added),
        "changed": list(done.changed),
        "closed": list(done.closed),
        "dry_run": said.dry_run,
    }


async def export(call: Call, _: Nothing) -> Json:
    """The areas of today that lie in the worker's own."""
    held = call.areas()
    collection = await areas.export_areas(call.db)
    kept = [one for one in collection["features"] if str(one["properties"]["code"]).startswith(held)]
    return collection | {"features": kept}


def _codes(collection: Json) -> list[str]:
    """The codes that a file speaks of; features without one are refused when they are read."""
    listed = collection.get("features")
    facts = [one.get("properties") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [str(one.get("code", "")) for one in facts if isinstance(one, dict)]


def shown(area: Area) -> Json:
    """The JSON of an area without its border."""
    return {
        "code": area.code,
        "name": area.name,
        "level": area.level,
        "parent": area.parent_code,
        "phone": area.phone,
        "valid_from": area.valid_from.isoformat(),
        "valid_until": area.valid_until.isoformat() if area.valid_until else None,
    }


ENDPOINTS: Final = (
    Endpoint(
        "GET", "/areas", listing, _PERMISSION, AreaQuery, shapes.Page[answers.Area], "Areas of today", "areas list"
    ),
    Endpoint(
        "POST", "/areas/import", import_, _PERMISSION, Import, answers.AreasImported,
        "Take in borders, all or nothing", "areas import", largest_body=LARGEST_IMPORT,
    ),
    Endpoint(
        "GET", "/areas/export", export, _PERMISSION, Nothing, answers.AreaCollection,
        "Borders of today as GeoJSON", "areas export",
    ),
)  # fmt: skip
