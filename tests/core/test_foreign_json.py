"""JSON of others: what is none, and what goes too deep."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import foreign_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)
NONE = [b"", b"{", b"\xff\xfe", b"nothing", b"[" * 50_000, b'{"a":' * 5000 + b"1" + b"}" * 5000]


@given(VALUES)
def test_what_json_wrote_is_read(value: object) -> None:
    assert foreign_json.read(json.dumps(value).encode()) == value


def test_a_bom_is_no_part_of_it() -> None:
    assert foreign_json.read(b"\xef\xbb\xbf{}") == {}


def test_brackets_in_strings_do_not_count() -> None:
    assert foreign_json.read(json.dumps({"text": "[" * 5000 + '"{'})) == {"text": "[" * 5000 + '"{'}


def test_so_deep_and_no_deeper() -> None:
    deepest = foreign_json.DEEPEST
    assert foreign_json.read("[" * deepest + "]" * deepest)
    with pytest.raises(ValueError, match="deep"):
        foreign_json.read("[" * (deepest + 1) + "]" * (deepest + 1))


@pytest.mark.parametrize("body", NONE)
def test_what_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  json names its own reasons
        foreign_json.read(body)
