"""Sentences judged by models that had not seen them, by folds that depend on each sentence alone.

So a sentence is in the same fold whatever else is trained on, and two trainings are compared on equal terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from nlp import examples
from nlp.benchmark import macro_f1
from nlp.calibration import Unseen
from nlp.examples import PLANS, Read
from nlp.training import fit
from nlp.vocabulary import Floats, Vocabulary

FOLDS: Final = 3


@dataclass(frozen=True, slots=True)
class Scores:
    """Macro-F1 of intent and category."""

    intent: float
    category: float

    def to_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def fold(one: Read) -> int:
    return one.place % FOLDS


def unseen(
    judged: Sequence[Read], name: str, taught: Sequence[Read] = (), *, vocabulary: Vocabulary | None = None
) -> Unseen:
    """Every example of `judged` for the model of that name, read by a model of the other folds.

    `taught` trains as well and judges nothing.
    """
    labels = tuple(sorted({one.label for one in examples.of([*judged, *taught], name)}))
    logits: list[Floats] = []
    right: list[int] = []
    for number in range(FOLDS):
        train = [one for one in (*judged, *taught) if fold(one) != number]
        model = fit(examples.of(train, name), PLANS[name], labels=labels, vocabulary=vocabulary)
        for one in examples.of([one for one in judged if fold(one) == number], name):
            logits.append(model.logits(one.text, one.points))
            right.append(labels.index(one.label))
    return Unseen(labels, np.array(logits, dtype=np.float32), np.array(right))


@dataclass(frozen=True, slots=True)
class CrossRead:
    """Logits of sentences by models of the other folds."""

    intent: Unseen
    category: Unseen

    def scores(self) -> Scores:
        return Scores(_macro_f1(self.intent), _macro_f1(self.category))


def cross_read(judged: Sequence[Read], taught: Sequence[Read] = ()) -> CrossRead:
    """Every sentence of `judged` read by models of the other folds; `taught` trains as well and judges nothing."""
    return CrossRead(*(unseen(judged, name, taught) for name in ("intent", "category")))


def _macro_f1(seen: Unseen) -> float:
    best = seen.logits.argmax(axis=1).tolist()
    return macro_f1([seen.labels[at] for at in seen.right.tolist()], [seen.labels[at] for at in best])


def on_rest(train: Sequence[Read], test: Sequence[Read]) -> Scores:
    """One training and its scores on the sentences of `test`."""
    return Scores(*(_score(train, test, name) for name in ("intent", "category")))


def _score(train: Sequence[Read], test: Sequence[Read], name: str) -> float:
    model = fit(examples.of(train, name), PLANS[name])
    asked = examples.of(test, name)
    return macro_f1([one.label for one in asked], [model.best(one.text, one.points) for one in asked])
