"""Scores on sentences that a model had not seen, by folds that depend on each sentence alone.

So a sentence is in the same fold whatever else is trained on, and two trainings are compared on equal terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

import numpy as np

from nlp.benchmark import macro_f1
from nlp.calibration import Unseen
from nlp.examples import Read
from nlp.learning import CATEGORY, INTENT
from nlp.training import Example, Plan, fit
from nlp.vocabulary import Floats

FOLDS: Final = 3


@dataclass(frozen=True, slots=True)
class Scores:
    """Macro-F1 of intent and category."""

    intent: float
    category: float

    def to_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class CrossRead:
    """Logits of sentences by models of the other folds."""

    intent: Unseen
    category: Unseen

    def scores(self) -> Scores:
        return Scores(_macro_f1(self.intent), _macro_f1(self.category))


Kind: TypeAlias = Callable[[Read], Example | None]
KINDS: Final[tuple[tuple[Kind, Plan], ...]] = ((lambda one: one.intent, INTENT), (lambda one: one.category, CATEGORY))


def fold(one: Read) -> int:
    return one.place % FOLDS


def examples(sentences: Iterable[Read], kind: Kind) -> list[Example]:
    return [example for one in sentences if (example := kind(one)) is not None]


def cross_read(judged: Sequence[Read], taught: Sequence[Read] = ()) -> CrossRead:
    """Every sentence of `judged` read by models of the other folds; `taught` trains as well and judges nothing."""
    return CrossRead(*(_cross_read(judged, taught, kind, plan) for kind, plan in KINDS))


def _cross_read(judged: Sequence[Read], taught: Sequence[Read], kind: Kind, plan: Plan) -> Unseen:
    names = tuple(sorted({one.label for one in examples([*judged, *taught], kind)}))
    logits: list[Floats] = []
    right: list[int] = []
    for number in range(FOLDS):
        train = [one for one in (*judged, *taught) if fold(one) != number]
        model = fit(examples(train, kind), plan, labels=names)
        for one in examples([one for one in judged if fold(one) == number], kind):
            logits.append(model.logits(one.text, one.points))
            right.append(names.index(one.label))
    return Unseen(names, np.array(logits, dtype=np.float32), np.array(right))


def _macro_f1(seen: Unseen) -> float:
    best = seen.logits.argmax(axis=1).tolist()
    return macro_f1([seen.labels[at] for at in seen.right.tolist()], [seen.labels[at] for at in best])


def on_rest(train: Sequence[Read], test: Sequence[Read]) -> Scores:
    """One training and its scores on the sentences of `test`."""
    return Scores(*(_score(train, test, kind, plan) for kind, plan in KINDS))


def _score(train: Sequence[Read], test: Sequence[Read], kind: Kind, plan: Plan) -> float:
    model = fit(examples(train, kind), plan)
    asked = examples(test, kind)
    best = [model.best(one.text, one.points) for one in asked]
    return macro_f1([one.label for one in asked], best)
