"""The words that an explanation names, weighed by the n-grams within them."""

from __future__ import annotations

import pytest

from nlp.explaining import by_word, explain
from nlp.models import shipped

WEIGHTS = {"路": 0.25, "灯": 0.5, "路灯": 1.0, "灯坏": 8.0, "坏": -0.5}


def test_a_word_has_the_weight_of_what_is_within_it() -> None:
    found = dict(by_word("路灯坏了", WEIGHTS))
    assert found == pytest.approx({"路灯": 1.75, "坏": -0.5, "了": 0.0})


def test_the_strongest_word_comes_first_and_signs_are_no_words() -> None:
    assert [word for word, _ in by_word("坏了，路灯！", WEIGHTS)] == ["路灯", "坏", "了"]


def test_a_word_that_is_said_twice_counts_once() -> None:
    assert by_word("路灯，路灯", WEIGHTS) == [("路灯", 1.75)]


def test_each_model_names_its_words() -> None:
    lines = [line for line in explain("小区的路灯坏了", shipped()) if "by word:" in line]
    assert len(lines) == 2
    assert all("路灯 +" in line for line in lines)


def test_nothing_has_no_words() -> None:
    assert [line.split()[-1] for line in explain("。", shipped()) if "by word:" in line] == ["none", "none"]
