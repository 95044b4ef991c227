"""The learning curve: what a quarter, a half and more of the sentences teach. A steep end asks for more sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from nlp import folds
from nlp.examples import Read

PERCENTS: Final = (25, 50, 75, 100)


def learning_curve(sentences: Sequence[Read], percents: Sequence[int] = PERCENTS) -> list[dict[str, Any]]:
    """`{percent, sentences, intent, category}`: macro-F1 on one fold of the sentences, taught by so much of the rest.

    A smaller part is within every larger one.
    """
    useful = [one for one in sentences if "intent" in one.taught or "category" in one.taught]
    test = [one for one in useful if folds.fold(one) == 0]
    rest = sorted((one for one in useful if folds.fold(one) != 0), key=lambda one: one.place)
    points = []
    for percent in percents:
        part = rest[: len(rest) * percent // 100]
        points.append({"percent": percent, "sentences": len(part), **folds.on_rest(part, test).to_json()})
    return points
