"""The resident API's message body: strict, with faults named by field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters import web
from core.errors import Invalid
from core.messages import Inbound, InboundKind
from core.settings import Account
from core.values import Crs, Platform, Point

ACCOUNT = Account(name="web", platform=Platform.WEB)


def received(**body: Any) -> Inbound:
    return web.to_inbound(web.parse(json.dumps({"id": "m1", **body}).encode()), ACCOUNT, "visitor-1")


def faults(**body: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        received(**body)
    return caught.value.fields


def test_each_type() -> None:
    assert received(type="text", text="你好").text == "你好"
    assert received(type="choice", choice="menu.report").choice == "menu.report"
    photo = received(type="image", media_id="ab" * 16)
    assert photo.media is not None
    assert (photo.kind, photo.media.media_id, photo.media.is_stored) == (InboundKind.IMAGE, "ab" * 16, True)
    assert received(type="voice", text="楼道灯坏了").kind is InboundKind.VOICE
    place = received(type="location", lng=116.4, lat=39, crs="wgs84", label="家")
    assert (place.point, place.label) == (Point(116.4, 39.0, Crs.WGS84), "家")


def test_the_sender_is_the_sessions() -> None:
    assert received(type="text", text="a").sender == "visitor-1"
    assert faults(type="text", text="a", sender="somebody") == {"sender": "extra_forbidden"}


def test_the_same_id_of_the_same_sender_is_the_same_message() -> None:
    message = web.parse(b'{"id": "m1", "type": "text", "text": "a"}')
    keys = [web.to_inbound(message, ACCOUNT, who).dedupe_key for who in ("v1", "v1", "v2")]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "text"}, "text"),
        ({"type": "choice"}, "choice"),
        ({"type": "image"}, "media_id"),
        ({"type": "image", "media_id": "../../x"}, "media_id"),
        ({"type": "video"}, "type"),
        ({}, "type"),
        ({"type": "text", "text": "字" * 10_001}, "text"),
        ({"type": "text", "text": 7}, "text"),
        ({"type": "location", "lng": 1.0, "lat": 2.0}, "crs"),
        ({"type": "location", "lng": 1.0, "lat": 2.0, "crs": "mars"}, "crs"),
        ({"type": "location", "lat": 2.0, "crs": "wgs84"}, "lng"),
        ({"type": "location", "lng": "1.0", "lat": 2.0, "crs": "wgs84"}, "lng"),
        ({"type": "location", "lng": True, "lat": 2.0, "crs": "wgs84"}, "lng"),
        ({"type": "location", "lng": float("nan"), "lat": 2.0, "crs": "wgs84"}, "lng"),
        ({"type": "location", "lng": float("inf"), "lat": 2.0, "crs": "wgs84"}, "lng"),
        ({"id": "", "type": "text", "text": "a"}, "id"),
        ({"id": "x" * 65, "type": "text", "text": "a"}, "id"),
        ({"id": 1, "type": "text", "text": "a"}, "id"),
    ],
)
def test_a_fault_names_its_field_and_not_its_value(body: dict[str, Any], field: str) -> None:
    found = faults(**body)
    assert field in found
    assert "字" not in str(found)


def test_ten_thousand_characters_are_taken() -> None:
    assert len(received(type="text", text="😀" * 10_000).text) == 10_000


def test_control_characters_are_gone() -> None:
    assert received(type="text", text="a\x00b\x1b").text == "ab"


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 5000])
def test_what_is_no_object_is_invalid(body: bytes) -> None:
    with pytest.raises(Invalid):
        web.parse(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        web.parse(body)
