"""Updates from outside: what is read, what is refused, and that nothing is guessed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grid.updates import UnreadableUpdate, peek, read_update

UPDATE: dict[str, Any] = {
    "update_id": "u-1", "event_no": "HC20261121000001", "status": "handled",
    "occurred_at": "2026-11-21T16:00:00+08:00", "text": "已更换灯泡", "photos": ["https://grid.example/1.jpg"],
    "handler": {"org": "路灯管理所", "name": "工号0001"}, "round": 1, "added_later": {"x": 1},
}  # fmt: skip


def raw(**changes: Any) -> bytes:
    return json.dumps(UPDATE | changes).encode()


def test_a_whole_update_is_read() -> None:
    update = read_update(raw())
    assert update.occurred_at == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert update.handler is not None
    assert update.handler.org == "路灯管理所"


def test_numbers_where_they_use_numbers() -> None:
    update = read_update(raw(status=3, external_no=77))
    assert (update.status, update.external_no) == ("3", "77")


@pytest.mark.parametrize(
    ("field", "value"),
    [("update_id", ""), ("update_id", None), ("update_id", 7), ("status", None), ("status", True),
     ("occurred_at", "2026-11-21T16:00:00"), ("occurred_at", 1700000000), ("occurred_at", "yesterday"),
     ("occurred_at", "0001-01-01T00:00:00+14:00"), ("deadline_at", "9999-12-31T23:59:59-12:00"),
     ("deadline_at", "2026-11-30"), ("deadline_at", 1700000000), ("deadline_at", "2026-11-30T18:00:00"),
     ("round", 0), ("round", "1"), ("round", 1.5), ("photos", ["javascript:alert(1)"]), ("photos", ["x"] * 21),
     ("text", "a\x00b"), ("text", "长" * 5001), ("handler", "路灯管理所"), ("event_no", ["HC1"])],
)  # fmt: skip
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    with pytest.raises(UnreadableUpdate) as caught:
        read_update(raw(**{field: value}))
    assert any(name.startswith(field) for name in caught.value.fields)


def test_an_update_names_an_event() -> None:
    with pytest.raises(UnreadableUpdate):
        read_update(raw(event_no=None))


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 60_000, b'"' + b"a" * 70_000 + b'"'])
def test_what_is_no_update_is_unreadable(body: bytes) -> None:
    assert peek(body).update_id is None
    with pytest.raises(UnreadableUpdate):
        read_update(body)


@given(st.binary(max_size=200))
def test_peeking_never_fails(body: bytes) -> None:
    assert len(peek(body).body_hash) == 64


def test_peeking_finds_the_keys_of_a_body_that_is_otherwise_wrong() -> None:
    peeked = peek(raw(status=None, occurred_at="?"))
    assert (peeked.update_id, peeked.event_no) == ("u-1", "HC20261121000001")


def test_the_same_key_with_another_body_shows_in_the_hash() -> None:
    assert peek(raw()).body_hash == peek(raw()).body_hash != peek(raw(text="别的")).body_hash
