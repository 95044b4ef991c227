"""Areas are taken in whole or not at all, keep their history, and points are found in real borders."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from community import areas
from community.areas import AreasInvalid, Level
from core import clock
from core.db import Database
from core.values import Crs, Point
from tests.community.places import in_system


def _square(west: float, south: float, size: float = 0.01) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _feature(
    code: str, level: str, parent: str | None, geometry: dict[str, Any] | None, **facts: str
) -> dict[str, Any]:
    properties = {"code": code, "name": f"测试{level}{code[-3:]}", "level": level, "parent": parent, **facts}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.fixture
def features() -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            _feature("110101", "district", None, None),
            _feature("110101001", "street", "110101", None),
            _feature("110101001001", "community", "110101001", _square(116.40, 39.90, 0.02), name="和平里社区"),
            _feature("110101001001001", "grid", "110101001001", _square(116.40, 39.90)),
            _feature("110101001001002", "grid", "110101001001", _square(116.41, 39.90), name="东门网格"),
        ],
    }


async def _import(database: Database, features: dict[str, Any], **options: Any) -> areas.Imported:
    async with database.write() as db:
        return await areas.import_areas(db, features, **options)


async def test_a_point_is_found_in_its_grid_whatever_system_it_is_in(
    database: Database, features: dict[str, Any]
) -> None:
    await _import(database, features, valid_from=date(2026, 1, 1))
    place = Point(116.4005, 39.905, Crs.WGS84)
    for crs in Crs:
        async with database.read() as db:
            located = await areas.locate(db, in_system(place, crs), at=clock.now())
        assert located == areas.Located("110101001001001", "110101001001")


async def test_a_point_in_no_grid_is_in_its_community_and_one_outside_nowhere(
    database: Database, features: dict[str, Any]
) -> None:
    await _import(database, features, valid_from=date(2026, 1, 1))
    async with database.read() as db:
        beside = await areas.locate(db, Point(116.405, 39.915, Crs.WGS84), at=clock.now())
        outside = await areas.locate(db, Point(117.0, 39.9, Crs.WGS84), at=clock.now())
        border = await areas.locate(db, Point(116.41, 39.905, Crs.WGS84), at=clock.now())
    assert beside == areas.Located(None, "110101001001")
    assert outside is None
    assert border is not None
    assert border.grid_code == "110101001001001"


async def test_old_reports_are_found_in_the_grid_of_their_time(database: Database, features: dict[str, Any]) -> None:
    await _import(database, features, valid_from=date(2026, 1, 1))
    later = copy.deepcopy(features)
    later["features"][3]["geometry"], later["features"][4]["geometry"] = (
        features["features"][4]["geometry"],
        features["features"][3]["geometry"],
    )
    changed = await _import(database, later, valid_from=date(2026, 6, 1))
    assert changed == areas.Imported((), ("110101001001001", "110101001001002"), ())
    place = Point(116.4005, 39.905, Crs.WGS84)
    async with database.read() as db:
        before = await areas.locate(db, place, at=clock.parse("2026-05-31T23:00"))
        after = await areas.locate(db, place, at=clock.parse("2026-06-01T01:00"))
    assert before is not None
    assert after is not None
    assert (before.grid_code, after.grid_code) == ("110101001001001", "110101001001002")


async def test_what_was_exported_is_taken_in_again_without_a_change(
    database: Database, features: dict[str, Any]
) -> None:
    assert len((await _import(database, features)).added) == 5
    async with database.read() as db:
        exported = await areas.export_areas(db)
    assert await _import(database, exported) == areas.Imported((), (), ())


async def test_a_dry_run_says_what_would_happen_and_does_nothing(database: Database, features: dict[str, Any]) -> None:
    assert len((await _import(database, features, dry_run=True)).added) == 5
    async with database.read() as db:
        assert await areas.listing(db) == []


async def test_areas_that_are_no_longer_named_end_on_request(database: Database, features: dict[str, Any]) -> None:
    await _import(database, features, valid_from=date(2026, 1, 1))
    fewer = features | {"features": features["features"][:-1]}
    assert (await _import(database, fewer)).closed == ()
    assert (await _import(database, fewer, close_missing=True)).closed == ("110101001001002",)
    async with database.read() as db:
        assert [a.code for a in await areas.children(db, parent_code="110101001001")] == ["110101001001001"]


def _bow_tie() -> dict[str, Any]:
    ring = [[116.4, 39.9], [116.41, 39.91], [116.41, 39.9], [116.4, 39.91], [116.4, 39.9]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.parametrize(
    ("number", "changed"),
    [
        (3, {"geometry": _bow_tie()}),
        (3, {"geometry": None}),
        (3, {"geometry": {"type": "Point", "coordinates": [116.4, 39.9]}}),
        (3, {"geometry": {"type": "Polygon", "coordinates": "nonsense"}}),
        (3, {"geometry": _square(39.9, 116.4)}),
        (3, {"geometry": _square(116.405, 39.9)}),
        (3, {"properties": {"code": "1" * 21, "name": "太长", "level": "grid", "parent": "110101001001"}}),
        (3, {"properties": {"code": "x1", "name": "没有上级", "level": "grid", "parent": "nowhere"}}),
        (3, {"properties": {"code": "x1", "name": "越级", "level": "grid", "parent": "110101"}}),
        (3, {"properties": {"code": "x1", "name": "哪一级", "level": "village", "parent": "110101"}}),
        (3, {"properties": {"code": "110101001001002", "name": "重号", "level": "grid", "parent": "110101001001"}}),
        (3, {"properties": None}),
    ],
)
async def test_a_faulty_file_is_refused_whole(
    database: Database, features: dict[str, Any], number: int, changed: dict[str, Any]
) -> None:
    features["features"][number] |= changed
    with pytest.raises(AreasInvalid):
        await _import(database, features)
    async with database.read() as db:
        assert await areas.listing(db) == []


@pytest.mark.parametrize("file", [{}, {"type": "FeatureCollection", "features": []}, {"type": "Feature"}])
async def test_what_is_no_collection_is_refused(database: Database, file: dict[str, Any]) -> None:
    with pytest.raises(AreasInvalid):
        await _import(database, file)


async def test_communities_are_found_by_name_scene_and_level(database: Database, features: dict[str, Any]) -> None:
    await _import(database, features)
    async with database.read() as db:
        assert [a.code for a in await areas.search(db, name="和平里")] == ["110101001001"]
        assert [a.code for a in await areas.search(db, name="东门")] == ["110101001001"]
        assert await areas.search(db, name=" % ") == []
        assert [a.code for a in await areas.communities(db, within="110101")] == ["110101001001"]
        assert await areas.default_area(db) == "110101"
        scene = areas.scene_of("110101001001002")
        found = await areas.by_scene(db, scene=scene, at=clock.now())
        assert found is not None
        assert (found.grid_code, found.community_code) == ("110101001001002", "110101001001")
        assert await areas.by_scene(db, scene="110101001001002", at=clock.now()) is None
        assert await areas.by_scene(db, scene="grid-unknown", at=clock.now()) is None
        assert (await areas.get(db, code="110101001001")).level == Level.COMMUNITY.value
        with pytest.raises(areas.AreaNotFound) as unknown:
            await areas.get(db, code="nowhere")
        assert unknown.value.code == "area_not_found"
