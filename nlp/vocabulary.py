"""Which n-grams the models know, how rare each is, and a message as a vector of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import grams

Floats: TypeAlias = NDArray[np.float32]
Rows: TypeAlias = NDArray[np.int32]
REMEMBERED: Final = 64
"""Three models that share a vocabulary read the same message."""


class Vocabulary:
    """N-grams with their rows, and for each its rarity (smoothed inverse document frequency)."""

    def __init__(self, names: Iterable[str], rarity: Floats) -> None:
        self.rows: Mapping[str, int] = {gram: row for row, gram in enumerate(names)}
        self.rarity = rarity
        self.vector = lru_cache(maxsize=REMEMBERED)(self._vector)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """All n-grams of normalised texts."""
        found: Counter[str] = Counter()
        messages = 0
        for text in texts:
            found.update(grams(text).keys())
            messages += 1
        names = sorted(found)
        rarity = [math.log((1 + messages) / (1 + found[gram])) + 1.0 for gram in names]
        return cls(names, np.array(rarity, dtype=np.float16).astype(np.float32))

    def __len__(self) -> int:
        return len(self.rows)

    def names(self) -> tuple[str, ...]:
        """The n-grams in the order of their rows."""
        return tuple(self.rows)

    def _vector(self, text: str) -> tuple[Rows, Floats]:
        """The known n-grams of a normalised text: their rows and their values, of length one together."""
        get = self.rows.get
        known = [(row, count) for gram, count in grams(text).items() if (row := get(gram)) is not None]
        rows = np.array([row for row, _ in known], dtype=np.int32)
        values: Floats = self.rarity[rows]
        for at, (_, count) in enumerate(known):
            if count > 1:
                values[at] *= 1.0 + math.log(count)
        length = math.sqrt(float(values @ values)) or 1.0
        return rows, values / np.float32(length)
