"""What may be wrong with borders: no polygon, a broken one, one outside the country, siblings that overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from core.values import Crs, Point

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

OVERLAP_SHARE: Final = 0.001
"""How much of the smaller of two siblings may lie in the other: drawing is never exact."""

Bordered = tuple[str, str | None, dict[str, Any] | None]
"""Code, parent code and GeoJSON geometry."""


def border_faults(areas: Sequence[Bordered]) -> list[tuple[str, str]]:
    """Pairs of code and fault, broken polygons before overlaps."""
    shapes: dict[str, BaseGeometry] = {}
    faults: list[tuple[str, str]] = []
    siblings: dict[str | None, list[str]] = defaultdict(list)
    for code, parent_code, polygon in areas:
        if polygon is None:
            continue
        try:
            shapes[code] = read_polygon(polygon)
        except ValueError as error:
            faults.append((code, str(error)))
            continue
        siblings[parent_code].append(code)
    for codes in siblings.values():
        faults += [
            (one, f"overlaps {other}") for one, other in combinations(codes, 2) if _overlap(shapes[one], shapes[other])
        ]
    return faults


def read_polygon(geometry: dict[str, Any]) -> BaseGeometry:
    """A polygon or several, valid and within China. Raises ValueError that says what is wrong."""
    from shapely.errors import ShapelyError  # noqa: PLC0415  loaded where borders are read
    from shapely.geometry import shape  # noqa: PLC0415
    from shapely.validation import explain_validity  # noqa: PLC0415

    try:
        read = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"geometry: not readable ({type(error).__name__})") from None
    if read.geom_type not in ("Polygon", "MultiPolygon") or read.is_empty:
        raise ValueError("geometry: a Polygon or MultiPolygon is expected")
    if not read.is_valid:
        raise ValueError(f"geometry: {explain_validity(read)}")
    west, south, east, north = read.bounds
    if not (Point(west, south, Crs.CGCS2000).is_in_china() and Point(east, north, Crs.CGCS2000).is_in_china()):
        raise ValueError("geometry: outside China; longitude stands first")
    return read


def _overlap(one: BaseGeometry, other: BaseGeometry) -> bool:
    if not one.intersects(other):
        return False
    return float(one.intersection(other).area) > OVERLAP_SHARE * min(one.area, other.area)
