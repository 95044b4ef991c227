"""A linear model over character n-grams and the rules' points: scored by numpy, explained by its weights."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import grams

Floats = NDArray[np.float32]
FORMAT: Final = 1
_STEPS: Final = 127.0


class BrokenModel(Exception):
    """A model file cannot be used; the message names file and reason."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """`weights` is features by labels, in steps of `scales` (one a label); `points` weighs what the rules gave.

    `temperature` divides the logits, so that a probability of 0.8 is right four times in five.
    """

    labels: tuple[str, ...]
    features: Mapping[str, int]
    rarity: Floats
    weights: NDArray[np.int8]
    scales: Floats
    points: Floats
    point_names: tuple[str, ...]
    bias: Floats
    temperature: float

    def logits(self, text: str, points: Mapping[str, float]) -> Floats:
        """One for each label, for a normalised text and the rules' points by name."""
        rows, values = self.vector(text)
        found: Floats = (values @ self.weights[rows].astype(np.float32)) * self.scales + self.bias
        for name, value in points.items():
            if name in self.point_names:
                found = found + np.float32(value) * self.points[self.point_names.index(name)]
        return found

    def probabilities(self, text: str, points: Mapping[str, float]) -> Floats:
        return softmax(self.logits(text, points) / np.float32(self.temperature))

    def vector(self, text: str) -> tuple[NDArray[np.int32], Floats]:
        """The known n-grams of a text: their rows and their values, of length one together."""
        rows, values = [], []
        for gram, count in grams(text).items():
            row = self.features.get(gram)
            if row is not None:
                rows.append(row)
                values.append(1.0 + math.log(count) if count > 1 else 1.0)
        at = np.array(rows, dtype=np.int32)
        weighed = np.array(values, dtype=np.float32) * self.rarity[at]
        length = float(np.sqrt((weighed**2).sum())) or 1.0
        return at, (weighed / np.float32(length)).astype(np.float32)

    def contributions(
        self, text: str, points: Mapping[str, float], *, label: str, against: str
    ) -> list[tuple[str, float]]:
        """What spoke for `label` and against the other: n-grams and points, the strongest first."""
        one, other = self.labels.index(label), self.labels.index(against)
        rows, values = self.vector(text)
        known = set(rows.tolist())
        names = {row: gram for gram, row in self.features.items() if row in known}
        weighed = self.weights[rows].astype(np.float32) * self.scales
        found = [
            (names[int(row)], float(value * (weight[one] - weight[other])))
            for row, value, weight in zip(rows, values, weighed, strict=True)
        ]
        for name, value in points.items():
            if name in self.point_names:
                weight = self.points[self.point_names.index(name)]
                found.append((f"rule:{name}", float(value * (weight[one] - weight[other]))))
        return sorted(found, key=lambda item: -abs(item[1]))

    def save(self, path: Path) -> None:
        """Write numbers and texts only (npz, never pickle), whole or not at all."""
        body = io.BytesIO()
        ordered = sorted(self.features, key=self.features.__getitem__)
        np.savez_compressed(
            body,
            format=np.array([FORMAT]),
            labels=_packed(self.labels),
            features=_packed(ordered),
            rarity=self.rarity.astype(np.float16),
            weights=self.weights,
            scales=self.scales,
            points=self.points,
            point_names=_packed(self.point_names),
            bias=self.bias,
            temperature=np.array([self.temperature], dtype=np.float32),
        )
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_bytes(body.getvalue())
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        """Raises BrokenModel."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                if int(stored["format"][0]) != FORMAT:
                    raise BrokenModel(f"{path.name}: written by another version")
                return cls(
                    labels=_unpacked(stored["labels"]),
                    features={gram: row for row, gram in enumerate(_unpacked(stored["features"]))},
                    rarity=stored["rarity"].astype(np.float32),
                    weights=stored["weights"],
                    scales=stored["scales"],
                    points=stored["points"],
                    point_names=_unpacked(stored["point_names"]),
                    bias=stored["bias"],
                    temperature=float(stored["temperature"][0]),
                )
        except (OSError, EOFError, KeyError, ValueError, TypeError, BadZipFile) as error:
            raise BrokenModel(f"{path.name}: {error}") from error


def quantised(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Weights as whole steps of a width of their own for each label."""
    scales = np.maximum(np.abs(weights).max(axis=0), np.float32(1e-9)) / np.float32(_STEPS)
    return np.rint(weights / scales).astype(np.int8), scales.astype(np.float32)


def softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _packed(names: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _unpacked(stored: NDArray[Any]) -> tuple[str, ...]:
    text = stored.tobytes().decode()
    return tuple(text.split("\n")) if text else ()
