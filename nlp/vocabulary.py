"""Which n-grams the models know, how rare each is, and messages as vectors of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import Keys, grams

Floats: TypeAlias = NDArray[np.float32]
Rows: TypeAlias = NDArray[np.intp]
MANY: Final = 5000
LEAST: Final = 2
"""Of so many messages, what occurs in one alone teaches little and only fills the processor's cache."""

REMEMBERED: Final = 16
"""Three models that share a vocabulary read the same message."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """The known n-grams of texts, one text after another: rows of the vocabulary, and values of length one a text.

    `starts` says where each text begins; each has at least its marked edges.
    """

    rows: Rows
    values: Floats
    starts: Rows


class Vocabulary:
    """N-grams in order, and for each its rarity (smoothed inverse document frequency)."""

    def __init__(self, keys: Keys, rarity: Floats) -> None:
        self.keys = keys
        self.rarity = rarity
        self.vectors = lru_cache(maxsize=REMEMBERED)(self._vectors)

    @classmethod
    def of(cls, texts: Sequence[str]) -> Vocabulary:
        """All n-grams of normalised texts."""
        found, _ = grams(texts)
        keys, messages = np.unique(found, return_counts=True)
        kept = messages >= (LEAST if len(texts) >= MANY else 1)
        keys, messages = keys[kept], messages[kept]
        rarity = np.log((1 + len(texts)) / (1 + messages)) + 1.0
        return cls(keys, rarity.astype(np.float16).astype(np.float32))

    def __len__(self) -> int:
        return len(self.keys)

    def _vectors(self, texts: tuple[str, ...]) -> Vectors:
        """How often an n-gram occurs says nothing in a short message: it is there or not."""
        found, whose = grams(texts)
        rows = self.keys.searchsorted(found)
        known = self.keys.take(rows, mode="clip") == found
        rows, whose = rows[known], whose[known]
        starts = whose.searchsorted(np.arange(len(texts)))
        values: Floats = self.rarity[rows]
        lengths = np.sqrt(np.add.reduceat(values * values, starts))
        return Vectors(rows, values / lengths[whose], starts)
