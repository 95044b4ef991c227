"""Many words as one expression find what the words side by side find, only sooner."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import tables
from nlp.alternatives import any_of, searched

WORDS = ["ab", "a", "b(?!c)", "[a-c]d", "(?<!x)ca", "(?<=[xy])c", "ba?"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, unique=True), st.text("abcdxy", max_size=12))
def test_the_same_is_found_as_by_the_words_side_by_side(words: list[str], text: str) -> None:
    plain = [match.span() for match in re.finditer("|".join(words), text)]
    assert [match.span() for match in re.finditer(any_of(words), text)] == plain
    assert [match.span() for match in searched(words).finditer(text)] == plain


@pytest.mark.parametrize("row", tables.rows("places"), ids=lambda row: row["kind"])
def test_every_word_for_places_is_found(row: dict[str, str]) -> None:
    words = row["words"].split("|")
    pattern = searched(sorted(words, key=len, reverse=True))
    assert all(pattern.fullmatch(word) for word in words if not re.search(r"[\[(?]", word))


@pytest.mark.parametrize("word", ["a?b", "[ab]*c", "(a|b)", "[^a]", ".b", "(?=a)b", ""])
def test_a_word_whose_first_character_is_not_certain_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="first character"):
        any_of([word])
