"""Places keep their spot through every change of coordinate system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import coordinates
from community.coordinates import PlaceOutsideChina
from core.values import Crs, Point
from tests.community.places import in_system

LNG = st.floats(min_value=74.0, max_value=135.0)
LAT = st.floats(min_value=4.0, max_value=53.0)


@given(lng=LNG, lat=LAT, crs=st.sampled_from(Crs))
def test_there_and_back_is_the_same_place(lng: float, lat: float, crs: Crs) -> None:
    back = coordinates.to_wgs84(in_system(Point(lng, lat, Crs.WGS84), crs))
    assert back.lng == pytest.approx(lng, abs=1e-8)
    assert back.lat == pytest.approx(lat, abs=1e-8)


@given(lng=LNG, lat=LAT)
def test_the_shift_is_of_the_known_size(lng: float, lat: float) -> None:
    place = Point(lng, lat, Crs.WGS84)
    assert 10 < coordinates.distance_metres(place, coordinates.wgs84_to_gcj02(place)) < 1500


def test_a_known_place_is_shifted_as_maps_do() -> None:
    shifted = coordinates.wgs84_to_gcj02(Point(116.3913, 39.9075, Crs.WGS84))
    assert (shifted.lng, shifted.lat) == pytest.approx((116.39754, 39.90890), abs=2e-5)


def test_cgcs2000_is_taken_as_it_is() -> None:
    assert coordinates.to_wgs84(Point(116.4, 39.9, Crs.CGCS2000)) == Point(116.4, 39.9, Crs.WGS84)


@pytest.mark.parametrize("crs", Crs)
@pytest.mark.parametrize(
    ("lng", "lat"),
    [(0.0, 0.0), (39.9, 116.4), (-74.0, 40.7), (float("nan"), 39.9), (116.4, float("inf")), (1e308, 1e308)],
)
def test_absurd_places_are_refused(lng: float, lat: float, crs: Crs) -> None:
    with pytest.raises(PlaceOutsideChina):
        coordinates.to_wgs84(Point(lng, lat, crs))


def test_places_outside_china_carry_no_shift() -> None:
    assert coordinates.wgs84_to_gcj02(Point(2.35, 48.85, Crs.WGS84)) == Point(2.35, 48.85, Crs.GCJ02)
