"""Places as phones and maps give them."""

from __future__ import annotations

from community import coordinates
from core.values import Crs, Point


def in_system(place: Point, crs: Crs) -> Point:
    """A WGS-84 point in another system."""
    if crs in (Crs.WGS84, Crs.CGCS2000):
        return Point(place.lng, place.lat, crs)
    shifted = coordinates.wgs84_to_gcj02(place)
    return shifted if crs is Crs.GCJ02 else coordinates.gcj02_to_bd09(shifted)
