"""Sentences of our own in `sentences.csv`, as residents write them, and what they mean. Nothing comes from a corpus.

Sets: `intents`, `categories` and `emergencies` with a label; `hazards`, `lookalikes`, `doubtful`, and `in_a_hurry`
(danger of any kind; only that it is seen counts).
"""

from __future__ import annotations

import csv
from pathlib import Path

with (Path(__file__).parent / "sentences.csv").open(encoding="utf-8", newline="") as _file:
    _ROWS = list(csv.DictReader(_file))


def labelled(name: str) -> list[tuple[str, str]]:
    """The label and text of each sentence of a set."""
    return [(row["label"], row["text"]) for row in _ROWS if row["set"] == name]


def unlabelled(name: str) -> list[str]:
    return [row["text"] for row in _ROWS if row["set"] == name]
