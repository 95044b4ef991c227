"""Temperatures and thresholds, from logits of sentences that the model scoring them had not been trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.linear import softmax
from nlp.vocabulary import Floats

_TEMPERATURES: Final = np.geomspace(0.15, 4.0, 60)
_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Unseen:
    """Logits (sentences by labels) for each example from a model of the other folds, and the right columns."""

    labels: tuple[str, ...]
    logits: Floats
    right: NDArray[np.intp]

    def probabilities(self, temperature: float) -> Floats:
        return softmax(self.logits / np.float32(temperature))

    def accuracy(self) -> float:
        return float((self.logits.argmax(axis=1) == self.right).mean())


def temperature(unseen: Unseen) -> float:
    """What the logits must be divided by for the likeliest probabilities of the right labels."""

    def surprise(value: float) -> float:
        shares = unseen.probabilities(value)
        return float(-np.log(np.maximum(shares[np.arange(len(shares)), unseen.right], 1e-9)).mean())

    return float(min(_TEMPERATURES, key=surprise))


def calibration_error(confidences: Floats, is_right: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width: 0 where 0.8 is right four times in five."""
    error = 0.0
    for low in np.arange(_BINS) / _BINS:
        inside = (confidences > low) & (confidences <= low + 1 / _BINS)
        if inside.any():
            error += float(inside.mean()) * abs(float(confidences[inside].mean()) - float(is_right[inside].mean()))
    return error


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold gives: the share of messages answered, and the share of those that is right."""

    threshold: float
    coverage: float
    accuracy: float
    accepted_out_of_scope: float


def curve(unseen: Unseen, warmth: float, *, margin: float, outside: str = "other") -> list[Point]:
    """Coverage, accuracy and accepted out-of-scope for each threshold of probability."""
    shares = np.sort(unseen.probabilities(warmth), axis=1)
    best = unseen.logits.argmax(axis=1)
    out = unseen.labels.index(outside)
    points = []
    for threshold in np.arange(0.3, 0.96, 0.05):
        taken = (shares[:, -1] >= threshold) & (shares[:, -1] - shares[:, -2] >= margin)
        foreign = unseen.right == out
        accepted = float((taken & (best != out))[foreign].mean()) if foreign.any() else 0.0
        accuracy = float((best == unseen.right)[taken].mean()) if taken.any() else 1.0
        points.append(Point(round(float(threshold), 2), float(taken.mean()), accuracy, accepted))
    return points


def lowest_safe(points: Sequence[Point], *, accuracy: float, accepted: float) -> float:
    """The lowest threshold that keeps both promises; the most accurate where none does."""
    safe = [point for point in points if point.accuracy >= accuracy and point.accepted_out_of_scope <= accepted]
    if safe:
        return safe[0].threshold
    return max(points, key=lambda point: point.accuracy - point.accepted_out_of_scope).threshold
