"""Scores on sentences that a model had not seen, by folds that depend on each sentence alone.

So a sentence is in the same fold whatever else is trained on, and two trainings are compared on equal terms.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

from nlp.benchmark import macro_f1
from nlp.corpus import Sentence
from nlp.hints import hints
from nlp.learning import CATEGORY, DANGER_ONLY, INTENT
from nlp.normalise import normalise
from nlp.training import Example, Plan, fit

FOLDS: Final = 3


@dataclass(frozen=True, slots=True)
class Scores:
    """Macro-F1 of intent and category."""

    intent: float
    category: float

    def to_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence as examples for the models that it can teach; `place` orders and divides the sentences."""

    place: int
    intent: Example | None
    category: Example | None


Kind: TypeAlias = Callable[[Read], Example | None]
_KINDS: Final[tuple[tuple[Kind, Plan], ...]] = ((lambda one: one.intent, INTENT), (lambda one: one.category, CATEGORY))


def read(sentences: Iterable[Sentence]) -> list[Read]:
    """Without those that teach danger alone."""
    return [_read(one) for one in sentences if DANGER_ONLY not in one.tags]


def _read(sentence: Sentence) -> Read:
    text = normalise(sentence.text).text
    seen = hints(text)
    intent = Example(text, sentence.intent, seen.intent) if len(sentence.intents) == 1 else None
    category = Example(text, sentence.categories[0], seen.category) if sentence.categories else None
    return Read(zlib.crc32(sentence.text.encode()), intent, category)


def fold(one: Read) -> int:
    return one.place % FOLDS


def scores(judged: Sequence[Read], taught: Sequence[Read] = ()) -> Scores:
    """Every sentence of `judged` read by models of the other folds; `taught` trains as well and judges nothing."""
    found = []
    for kind, plan in _KINDS:
        true: list[str] = []
        named: list[str] = []
        for number in range(FOLDS):
            train = [one for one in judged if fold(one) != number] + [one for one in taught if fold(one) != number]
            test = [one for one in judged if fold(one) == number]
            right, best = answers(train, test, kind, plan)
            true += right
            named += best
        found.append(macro_f1(true, named) if true else 1.0)
    return Scores(*found)


def on_rest(train: Sequence[Read], test: Sequence[Read]) -> Scores:
    """One training and its scores on the sentences of `test`."""
    found = []
    for kind, plan in _KINDS:
        true, named = answers(train, test, kind, plan)
        found.append(macro_f1(true, named) if true else 1.0)
    return Scores(*found)


def answers(train: Sequence[Read], test: Sequence[Read], kind: Kind, plan: Plan) -> tuple[list[str], list[str]]:
    """The right labels of `test`, and those that a model of `train` gives."""
    examples = [example for one in train if (example := kind(one)) is not None]
    asked = [example for one in test if (example := kind(one)) is not None]
    if not examples or not asked:
        return [], []
    model = fit(examples, plan)
    best = [model.labels[int(model.logits(one.text, one.points).argmax())] for one in asked]
    return [one.label for one in asked], best
