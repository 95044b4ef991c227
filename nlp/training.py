"""Fits the linear model: a support vector machine for each label by L-BFGS, in numpy alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.linear import LinearModel, quantised
from nlp.vocabulary import Floats, Rows, Vectors, Vocabulary

Points = Mapping[str, float]
Weights = tuple[Floats, Floats, Floats]
ENOUGH: Final = 100.0
_PRIOR: Final = 0.5
_MEMORY: Final = 8
_FLAT: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit. `strength` weighs errors against the size of the weights.

    `balance` 1 weighs every label alike, 0 every example. `point_strength` scales what the rules gave. `evidence` lets
    the weight of an n-gram grow the more freely, the more its share in a label differs from that in the others.
    """

    strength: float = 1.0
    balance: float = 1.0
    point_strength: float = 0.02
    evidence: float = 0.0
    rounds: int = 60


@dataclass(frozen=True, slots=True)
class Example:
    """A normalised text, its label, and the rules' points for it by name."""

    text: str
    label: str
    points: Points


def fit(
    examples: Sequence[Example],
    plan: Plan = Plan(),
    *,
    labels: Sequence[str] = (),
    vocabulary: Vocabulary | None = None,
) -> LinearModel:
    """A model of these examples, not yet calibrated. `labels` fixes their order; else they are sorted.

    With a `vocabulary` of more texts the model can share it with others; what is not in the examples weighs nothing.
    """
    names = tuple(labels) or tuple(sorted({one.label for one in examples}))
    texts = tuple(one.text for one in examples)
    known = vocabulary or Vocabulary.of(texts)
    matrix = _Matrix.of(known.vectors(texts))
    point_names = tuple(sorted({name for one in examples for name in one.points}))
    points = np.zeros((len(examples), len(point_names)), dtype=np.float32)
    for row, one in enumerate(examples):
        for name, value in one.points.items():
            points[row, point_names.index(name)] = value * plan.point_strength
    target = np.array([names.index(one.label) for one in examples])
    signs = (2.0 * np.eye(len(names))[target] - 1.0).astype(np.float32)
    importance = _importance(target, len(names), plan.balance)
    trust = _trust(matrix, target, len(names), plan.evidence)
    weights, extra, bias = _solve(_Problem(matrix, points, signs, importance, trust), plan)
    spread = np.zeros((len(known), len(names)), dtype=np.float32)
    spread[matrix.used] = weights
    whole, scales = quantised(spread)
    return LinearModel(
        labels=names,
        vocabulary=known,
        weights=whole,
        scales=scales,
        points=extra * np.float32(plan.point_strength),
        point_names=point_names,
        bias=bias,
        temperature=1.0,
    )


def _importance(target: NDArray[np.intp], count: int, balance: float) -> Floats:
    """Examples by labels: what speaks for a rare label counts more."""
    sizes = np.maximum(np.bincount(target, minlength=count), 1)
    weights = np.ones((len(target), count), dtype=np.float32)
    weights[np.arange(len(target)), target] = ((len(target) / (count * sizes)) ** balance)[target]
    return weights


@dataclass(frozen=True, slots=True)
class _Matrix:
    """Messages by n-grams, kept by rows and by columns, each with sorted borders for sums over slices."""

    columns: Rows
    values: Floats
    row_starts: NDArray[np.intp]
    rows_by_column: Rows
    values_by_column: Floats
    column_starts: NDArray[np.intp]
    used: Rows

    @classmethod
    def of(cls, seen: Vectors) -> _Matrix:
        """`used` are the rows of the vocabulary that occur, in the order of the columns here."""
        used, at = np.unique(seen.rows, return_inverse=True)
        whose = np.repeat(np.arange(len(seen.starts)), np.diff(seen.starts, append=len(seen.rows)))
        order = np.argsort(at, kind="stable")
        borders = np.searchsorted(at[order], np.arange(len(used)))
        return cls(at, seen.values, seen.starts, whose[order], seen.values[order], borders, used)

    def times(self, weights: Floats) -> Floats:
        """Messages by labels. Every message has an n-gram, so no slice is empty."""
        found: Floats = np.add.reduceat(weights[self.columns] * self.values[:, None], self.row_starts, axis=0)
        return found

    def transposed_times(self, errors: Floats) -> Floats:
        """N-grams by labels. Every n-gram is in a message."""
        found: Floats = np.add.reduceat(
            errors[self.rows_by_column] * self.values_by_column[:, None], self.column_starts, axis=0
        )
        return found


def _trust(matrix: _Matrix, target: NDArray[np.intp], count: int, evidence: float) -> Floats:
    """N-grams by labels, 1 in the mean: the log-count ratios of naive Bayes (Wang and Manning 2012) as a prior.

    A label of ENOUGH examples is trusted half as much as one of very many.
    """
    own = np.eye(count, dtype=np.float32)[target]
    inside = np.add.reduceat(own[matrix.rows_by_column], matrix.column_starts, axis=0)
    outside = inside.sum(axis=1, keepdims=True) - inside
    inside, outside = inside + _PRIOR, outside + _PRIOR
    ratios = np.abs(np.log(inside / inside.sum(axis=0)) - np.log(outside / outside.sum(axis=0)))
    sizes = own.sum(axis=0)
    trust: Floats = 1.0 + evidence * sizes / (sizes + ENOUGH) * (ratios / ratios.mean() - 1.0)
    return trust.astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Problem:
    """Messages by n-grams and points; right labels as 1, others as -1; what each of these, and each weight, counts."""

    matrix: _Matrix
    points: Floats
    signs: Floats
    importance: Floats
    trust: Floats


def _solve(problem: _Problem, plan: Plan) -> Weights:
    """Weights of n-grams and of points, and biases: each label against all others, the hinge squared."""
    matrix, points, signs, trust = problem.matrix, problem.points, problem.signs, problem.trust
    size, extra, count = len(matrix.column_starts), points.shape[1], signs.shape[1]
    strength = plan.strength

    def loss(flat: Floats) -> tuple[float, Floats]:
        all_weights = flat.reshape(size + extra + 1, count)
        weights, more, bias = all_weights[:size], all_weights[size : size + extra], all_weights[-1]
        scores = matrix.times(weights * trust) + points @ more + bias
        short = np.maximum(0.0, 1.0 - signs * scores).astype(np.float32)
        errors = np.float32(-2.0 * strength) * problem.importance * short * signs
        gradient = all_weights.copy()
        gradient[-1] = 0.0
        gradient[:size] += trust * matrix.transposed_times(errors)
        gradient[size : size + extra] += points.T @ errors
        gradient[-1] += errors.sum(axis=0)
        value = 0.5 * float((all_weights[:-1] ** 2).sum()) + strength * float((problem.importance * short**2).sum())
        return value, gradient.ravel()

    start = np.zeros((size + extra + 1) * count, dtype=np.float32)
    best = minimise(loss, start, rounds=plan.rounds).reshape(size + extra + 1, count)
    return best[:size] * trust, best[size : size + extra], best[-1]


def minimise(loss: Callable[[Floats], tuple[float, Floats]], start: Floats, *, rounds: int) -> Floats:
    """L-BFGS with a backtracking line search; `loss` gives value and gradient."""
    here, (value, gradient) = start, loss(start)
    steps: list[tuple[Floats, Floats, float]] = []
    for _ in range(rounds):
        direction = -_curved(gradient, steps)
        slope = float(gradient @ direction)
        if slope > -_FLAT * 1e-4:
            break
        width = 1.0 if steps else 1.0 / max(float(np.abs(gradient).sum()), 1e-9)
        while True:
            there = here + np.float32(width) * direction
            new_value, new_gradient = loss(there)
            if new_value <= value + _FLAT * width * slope or width < 1e-8:
                break
            width /= 2.0
        moved, turned = there - here, new_gradient - gradient
        bend = float(moved @ turned)
        if bend > 1e-12:
            steps = [*steps[-_MEMORY + 1 :], (moved, turned, bend)]
        here, value, gradient = there, new_value, new_gradient
    return here


def _curved(gradient: Floats, steps: Sequence[tuple[Floats, Floats, float]]) -> Floats:
    """The gradient times the inverse curvature that the last steps showed."""
    result = gradient.copy()
    shares = []
    for moved, turned, bend in reversed(steps):
        share = float(moved @ result) / bend
        shares.append(share)
        result -= np.float32(share) * turned
    if steps:
        moved, turned, bend = steps[-1]
        result *= np.float32(bend / float(turned @ turned))
    for (moved, turned, bend), share in zip(steps, reversed(shares), strict=True):
        result += np.float32(share - float(turned @ result) / bend) * moved
    return result
