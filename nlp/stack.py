"""Several linear models as one: what each says of a message and of its clauses, from one look at the weights.

Numbers of so few labels are quicker in plain Python than in numpy, which only sums what the n-grams weigh.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from math import exp, sqrt
from typing import TypeAlias

import numpy as np

from nlp.linear import LinearModel
from nlp.lookup import Lookup
from nlp.vocabulary import Vocabulary

Sums: TypeAlias = list[float]
"""What the n-grams of one text weigh for all labels of a stack, cooled; a `Head` reads those of one model."""


class Stack:
    """Models in the order given; those beside one another that share a vocabulary are read together."""

    def __init__(self, *models: LinearModel) -> None:
        groups: list[list[LinearModel]] = []
        for model in models:
            if groups and _are_same(groups[-1][0].vocabulary, model.vocabulary):
                groups[-1].append(model)
            else:
                groups.append([model])
        self._blocks = [_Block(group) for group in groups]
        self.heads = tuple(self._heads(groups))

    def _heads(self, groups: Sequence[Sequence[LinearModel]]) -> Iterator[Head]:
        begin = 0
        for group in groups:
            ends = list(accumulate((len(model.labels) for model in group), initial=begin))
            yield from (Head(model, start, ends[-1]) for model, start in zip(group, ends, strict=False))
            begin = ends[-1] + 1

    def sums(self, text: str, clauses: Sequence[tuple[int, int]]) -> list[Sums]:
        """For a normalised text, then for each of the spans of its clauses."""
        first, *others = [block.sums(text, clauses) for block in self._blocks]
        for more in others:
            first = [one + other for one, other in zip(first, more, strict=True)]
        return first


class _Block:
    """Models of one vocabulary: what each n-gram weighs for their labels, and last the square of its rarity.

    Below all n-grams stands one row of nothing, for those that no model knows.
    """

    def __init__(self, models: Sequence[LinearModel]) -> None:
        vocabulary = models[0].vocabulary
        self._lookup = Lookup(vocabulary.keys)
        rarity = vocabulary.rarity[:, np.newaxis]
        weights = [model.weights * (rarity * (model.scales / np.float32(model.temperature))) for model in models]
        known = np.concatenate([*weights, rarity * rarity], axis=1)
        self._weights = np.concatenate([known, np.zeros_like(known[:1])])

    def sums(self, text: str, clauses: Sequence[tuple[int, int]]) -> list[Sums]:
        rows, starts = self._lookup.rows(text, clauses)
        sums: list[Sums] = np.add.reduceat(self._weights.take(rows, axis=0), starts).tolist()
        return sums


class Head:
    """One model of a stack: its labels, and how it weighs what the rules found."""

    def __init__(self, model: LinearModel, begin: int, length: int) -> None:
        """`begin` is the place of its first label in the sums, `length` that of the squared length of the text."""
        self.labels = model.labels
        self._part = slice(begin, begin + len(model.labels))
        self._length = length
        self._bias: list[float] = (model.bias / model.temperature).tolist()
        points: list[list[float]] = (model.points / model.temperature).tolist()
        self._points = dict(zip(model.point_names, points, strict=True))

    def shares(self, sums: Sums, given: Mapping[str, float]) -> list[float]:
        """The probability of each label, by the sums of one text and the rules' points by name."""
        raised = self._raised(sums, given)
        total = sum(raised)
        return [one / total for one in raised]

    def best(self, sums: Sums, given: Mapping[str, float]) -> tuple[str, float]:
        """The likeliest label and its probability."""
        raised = self._raised(sums, given)
        most = max(raised)
        return self.labels[raised.index(most)], most / sum(raised)

    def _raised(self, sums: Sums, given: Mapping[str, float]) -> list[float]:
        """Probabilities up to a factor, which leaves the greatest at one."""
        width = 1 / sqrt(sums[self._length])
        logits = [one * width + bias for one, bias in zip(sums[self._part], self._bias, strict=False)]
        for name, value in given.items():
            if weights := self._points.get(name):
                logits = [one + value * weight for one, weight in zip(logits, weights, strict=False)]
        most = max(logits)
        return [exp(one - most) for one in logits]


def _are_same(one: Vocabulary, other: Vocabulary) -> bool:
    return one is other or (np.array_equal(one.keys, other.keys) and np.array_equal(one.rarity, other.rarity))
