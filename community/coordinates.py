"""Coordinates between WGS-84, GCJ-02 and BD-09.

Phones and maps of this country give GCJ-02 (Baidu: BD-09), some 50 to 700 m off WGS-84, which is enough to pick the
wrong grid. Grids are kept in CGCS2000, which equals WGS-84 within decimetres and is treated as equal. The forward
shift is a published closed form; the way back iterates until it agrees within 1e-9 degrees. Places outside China
carry no shift.
"""

from __future__ import annotations

import math
from typing import Final

from core.errors import Invalid
from core.values import Crs, Point

SEMI_MAJOR_METRES: Final = 6378245.0
ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
EARTH_METRES: Final = 6371008.8
BAIDU_PI: Final = math.pi * 3000.0 / 180.0
BAIDU_LNG: Final = 0.0065
BAIDU_LAT: Final = 0.006
CLOSE_ENOUGH_DEGREES: Final = 1e-9
MAX_ROUNDS: Final = 30


class PlaceOutsideChina(Invalid):
    """No place that a community of ours could have: (0, 0), another country, not a number."""

    code = "place_outside_china"


def to_wgs84(point: Point) -> Point:
    """The same place in WGS-84. Raises PlaceOutsideChina."""
    if not point.is_in_china():
        raise PlaceOutsideChina(fields={"location": "outside China"})
    if point.crs is Crs.BD09:
        return _gcj02_to_wgs84(_bd09_to_gcj02(point))
    if point.crs is Crs.GCJ02:
        return _gcj02_to_wgs84(point)
    return Point(point.lng, point.lat, Crs.WGS84)


def distance_metres(one: Point, other: Point) -> float:
    """Great-circle distance of two points of the same system, good to half a percent."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half_lat, half_lng = (lat2 - lat1) / 2, math.radians(other.lng - one.lng) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lng) ** 2
    return 2 * EARTH_METRES * math.asin(min(1.0, math.sqrt(chord)))


def wgs84_to_gcj02(point: Point) -> Point:
    """As maps of this country draw a place; one outside China is not shifted."""
    if not point.is_in_china():
        return Point(point.lng, point.lat, Crs.GCJ02)
    east, north = _shift(point.lng, point.lat)
    return Point(point.lng + east, point.lat + north, Crs.GCJ02)


def _gcj02_to_wgs84(point: Point) -> Point:
    lng, lat = point.lng, point.lat
    for _ in range(MAX_ROUNDS):
        shifted = wgs84_to_gcj02(Point(lng, lat, Crs.WGS84))
        east, north = shifted.lng - point.lng, shifted.lat - point.lat
        lng, lat = lng - east, lat - north
        if abs(east) < CLOSE_ENOUGH_DEGREES and abs(north) < CLOSE_ENOUGH_DEGREES:
            break
    return Point(lng, lat, Crs.WGS84)


def gcj02_to_bd09(point: Point) -> Point:
    """As Baidu draws a place."""
    radius = math.hypot(point.lng, point.lat) + 0.00002 * math.sin(point.lat * BAIDU_PI)
    angle = math.atan2(point.lat, point.lng) + 0.000003 * math.cos(point.lng * BAIDU_PI)
    return Point(radius * math.cos(angle) + BAIDU_LNG, radius * math.sin(angle) + BAIDU_LAT, Crs.BD09)


def _bd09_to_gcj02(point: Point) -> Point:
    lng, lat = point.lng - BAIDU_LNG, point.lat - BAIDU_LAT
    for _ in range(MAX_ROUNDS):
        again = gcj02_to_bd09(Point(lng, lat, Crs.GCJ02))
        east, north = again.lng - point.lng, again.lat - point.lat
        lng, lat = lng - east, lat - north
        if abs(east) < CLOSE_ENOUGH_DEGREES and abs(north) < CLOSE_ENOUGH_DEGREES:
            break
    return Point(lng, lat, Crs.GCJ02)


def _shift(lng: float, lat: float) -> tuple[float, float]:
    """Degrees by which GCJ-02 lies east and north of WGS-84 at a place."""
    east_metres, north_metres = _offsets(lng - 105.0, lat - 35.0)
    radians = math.radians(lat)
    flattening = 1 - ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    meridian = SEMI_MAJOR_METRES * (1 - ECCENTRICITY_SQUARED) / (flattening * math.sqrt(flattening))
    parallel = SEMI_MAJOR_METRES / math.sqrt(flattening) * math.cos(radians)
    return math.degrees(east_metres / parallel), math.degrees(north_metres / meridian)


def _offsets(x: float, y: float) -> tuple[float, float]:
    """The published polynomial and waves, in metres, of degrees from 105° east and 35° north."""
    root = math.sqrt(abs(x))
    common = (20 * _sine(6 * x) + 20 * _sine(2 * x)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20 * _sine(x) + 40 * _sine(x / 3) + 150 * _sine(x / 12) + 300 * _sine(x / 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20 * _sine(y) + 40 * _sine(y / 3) + 160 * _sine(y / 12) + 320 * _sine(y / 30)) * 2 / 3
    return east, north


def _sine(half_turns: float) -> float:
    return math.sin(half_turns * math.pi)
