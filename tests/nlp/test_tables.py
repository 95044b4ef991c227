"""The packaged tables hold what the code expects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nlp import INTENTS, tables
from nlp.notation import alternatives, bounded, needed

KINDS = {
    "fire",
    "gas",
    "electric",
    "medical",
    "trapped",
    "falling",
    "crime",
    "violence",
    "missing",
    "suicide",
    "minor",
}


def test_every_rule_names_a_known_label() -> None:
    assert {row["label"] for row in tables.rows("intents")} == set(INTENTS)
    assert len({row["label"] for row in tables.rows("categories")}) == 30
    assert {row["label"] for row in tables.rows("emergencies")} == KINDS
    assert {row["label"] for row in tables.rows("hazards")} == {"2", "3"}


@pytest.mark.parametrize("name", ["intents", "categories", "emergencies", "hazards"])
def test_no_pattern_may_run_away(name: str) -> None:
    """No star or plus over a group or a class that another repeats: the only repetitions are bounded."""
    for row in tables.rows(name):
        for pattern in (row["pattern"], row["unless"]):
            assert not re.search(r"[*+]", pattern)
            re.compile(bounded(pattern))


@pytest.mark.parametrize("name", ["lookalikes", "confidentiality"])
def test_every_pattern_needs_a_word_that_tells_whether_to_try_it(name: str) -> None:
    assert all(needed(one) for row in tables.rows(name) for one in alternatives(row["pattern"]))


def test_a_broken_table_names_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken.csv").write_text("a,b\n1,2\n3\n", encoding="utf-8")
    monkeypatch.setattr(tables, "_DATA", tmp_path)
    with pytest.raises(tables.BrokenTable, match=r"broken\.csv:3: 2 fields expected, 1 found"):
        tables.rows("broken")
