"""The development set: messages by a writer of their own, apart from the training sentences, judged as a whole.

The floors are what was reached; docs/understanding.md says what is aimed at.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nlp import evaluation
from tests.nlp.reading import read


@cache
def report() -> dict[str, Any]:
    return evaluation.evaluate(evaluation.read(Path(__file__).parent / "development.jsonl"), read)


@pytest.mark.parametrize(
    ("part", "figure", "floor"),
    [
        ("intent", "accuracy", 0.93),
        ("intent", "accuracy_answered", 0.965),
        ("intent", "coverage", 0.85),
        ("category", "lenient", 0.89),
        ("category", "strict", 0.84),
        ("category", "among_three", 0.94),
        ("danger", "caught", 1.0),
    ],
)
def test_enough_is_right(part: str, figure: str, floor: float) -> None:
    assert report()[part][figure] >= floor


@pytest.mark.parametrize(
    ("part", "figure", "ceiling"),
    [
        ("intent", "out_of_scope_accepted", 0.065),
        ("intent", "calibration_error", 0.05),
        ("danger", "false_alarms", 0.015),
    ],
)
def test_little_is_wrong(part: str, figure: str, ceiling: float) -> None:
    assert report()[part][figure] <= ceiling


@pytest.mark.parametrize("tag", ["dialect", "trad", "typo", "homophone", "pinyin", "negation", "multi"])
def test_no_way_of_writing_is_left_behind(tag: str) -> None:
    assert report()["slices"][tag]["right"] >= 0.8
