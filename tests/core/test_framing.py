from __future__ import annotations

import pytest

from core.framing import hash_fields


@pytest.mark.parametrize(
    "other", [("a|b", "c"), ("ab", "", "c"), ("abc",), ("", "ab", "c"), ("b", "a", "c"), ("a", "b")]
)
def test_where_a_field_ends_is_part_of_the_digest(other: tuple[str, ...]) -> None:
    assert hash_fields(other) != hash_fields(("a", "b", "c"))


def test_the_same_fields_have_the_same_digest() -> None:
    assert hash_fields(["幸福", ""]) == hash_fields(("幸福", ""))
