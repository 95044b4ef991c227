"""A linear model over character n-grams and the rules' points: scored by numpy, explained by its weights."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import spelled
from nlp.vocabulary import Floats, Vocabulary

FORMAT: Final = 2
_STEPS: Final = 127.0


class BrokenModel(Exception):
    """A model file cannot be used; the message names file and reason."""


@dataclass(frozen=True, slots=True)
class LinearModel:
    """`weights` is n-grams by labels, in steps of `scales` (one a label); `points` weighs what the rules gave.

    `temperature` divides the logits, so that a probability of 0.8 is right four times in five.
    """

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: NDArray[np.int8]
    scales: Floats
    points: Floats
    point_names: tuple[str, ...]
    bias: Floats
    temperature: float

    def logits(self, text: str, points: Mapping[str, float]) -> Floats:
        """One for each label, for a normalised text and the rules' points by name."""
        found: Floats = self.logits_of((text,), (points,))[0]
        return found

    def best(self, text: str, points: Mapping[str, float]) -> str:
        """The likeliest label."""
        return self.labels[int(self.logits(text, points).argmax())]

    def probabilities(self, text: str, points: Mapping[str, float]) -> Floats:
        return softmax(self.logits(text, points) / np.float32(self.temperature))

    def probabilities_of(self, texts: tuple[str, ...], points: Sequence[Mapping[str, float]]) -> Floats:
        """Texts by labels, in one pass over the weights."""
        return softmax(self.logits_of(texts, points) / np.float32(self.temperature))

    def logits_of(self, texts: tuple[str, ...], points: Sequence[Mapping[str, float]]) -> Floats:
        seen = self.vocabulary.vectors(texts)
        weights = self.weights[seen.rows].astype(np.float32)
        found = np.empty((len(texts), len(self.labels)), dtype=np.float32)
        begin = 0
        for at, end in enumerate((*seen.starts[1:].tolist(), len(seen.rows))):
            found[at] = (seen.values[begin:end] @ weights[begin:end]) * self.scales + self.bias
            begin = end
        for at, given in enumerate(points):
            for name, value in given.items():
                if name in self.point_names:
                    found[at] += np.float32(value) * self.points[self.point_names.index(name)]
        return found

    def contributions(
        self, text: str, points: Mapping[str, float], *, label: str, against: str
    ) -> list[tuple[str, float]]:
        """What spoke for `label` and against the other: n-grams and points, the strongest first."""
        one, other = self.labels.index(label), self.labels.index(against)
        seen = self.vocabulary.vectors((text,))
        weighed = self.weights[seen.rows] * self.scales
        found = [
            (spelled(int(self.vocabulary.keys[row])), float(value * (weight[one] - weight[other])))
            for row, value, weight in zip(seen.rows, seen.values, weighed, strict=True)
        ]
        for name, value in points.items():
            if name in self.point_names:
                weight = self.points[self.point_names.index(name)]
                found.append((f"rule:{name}", float(value * (weight[one] - weight[other]))))
        return sorted(found, key=lambda item: -abs(item[1]))

    def save(self, path: Path) -> None:
        """Write numbers and texts only (npz, never pickle), whole or not at all."""
        body = io.BytesIO()
        np.savez_compressed(
            body,
            format=np.array([FORMAT]),
            labels=_packed(self.labels),
            keys=self.vocabulary.keys,
            rarity=self.vocabulary.rarity.astype(np.float16),
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
                    vocabulary=_vocabulary(stored["keys"].tobytes(), stored["rarity"].tobytes()),
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
    raised: Floats = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares


@lru_cache(maxsize=2)
def _vocabulary(keys: bytes, rarity: bytes) -> Vocabulary:
    """One for all models that were trained together: what it says of a message is then worked out once."""
    return Vocabulary(np.frombuffer(keys, dtype=np.int64), np.frombuffer(rarity, dtype=np.float16).astype(np.float32))


def _packed(names: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _unpacked(stored: NDArray[Any]) -> tuple[str, ...]:
    text = stored.tobytes().decode()
    return tuple(text.split("\n")) if text else ()
