"""The category model's architecture on a corpus of any labels: trained, measured, thrown away."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp.evaluation import BrokenData
from nlp.examples import PLANS
from nlp.hints import category_hints
from nlp.linear import LinearModel
from nlp.normalise import normalise
from nlp.training import Example, fit


def read(path: Path) -> list[tuple[str, str]]:
    """Pairs of text and label from a CSV with these two columns. Raises BrokenData."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"text", "label"} <= set(reader.fieldnames or ()):
            raise BrokenData(f"{path.name}:1: the columns text and label are needed")
        found = [(row["text"] or "", row["label"] or "") for row in reader]
    if not found:
        raise BrokenData(f"{path.name}: no line but the header")
    return found


def benchmark(train: Sequence[tuple[str, str]], test: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """`macro_f1`, `accuracy`, `ms_per_message` (normalising and rules included), `model_bytes`, `train_seconds`."""
    began = time.process_time()
    model = fit([_example(text, label) for text, label in train], PLANS["category"])
    trained = time.process_time() - began
    began = time.process_time()
    read_as = [_best(model, text) for text, _ in test]
    spent = time.process_time() - began
    true = [label for _, label in test]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        model.save(path)
        size = path.stat().st_size
    return {
        "macro_f1": round(macro_f1(true, read_as), 4),
        "accuracy": round(sum(a == b for a, b in zip(true, read_as, strict=True)) / len(true), 4),
        "ms_per_message": round(spent / len(test) * 1000, 3),
        "model_bytes": size,
        "train_seconds": round(trained, 1),
    }


def _example(text: str, label: str = "") -> Example:
    plain = normalise(text).text
    return Example(plain, label, category_hints(plain))


def _best(model: LinearModel, text: str) -> str:
    one = _example(text)
    return model.best(one.text, one.points)


def macro_f1(true: Sequence[str], read_as: Sequence[str]) -> float:
    """The mean of F1 over the labels that occur in `true`."""
    scores = []
    for label in set(true):
        both = sum(a == b == label for a, b in zip(true, read_as, strict=True))
        named = sum(a == label for a in true) + sum(b == label for b in read_as)
        scores.append(2 * both / named)
    return sum(scores) / len(scores)
