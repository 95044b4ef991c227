"""Many words in a text, all of them found in one pass: a look at two characters tells where one may begin."""

from __future__ import annotations

from collections.abc import Mapping
from operator import add, itemgetter
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Words(Generic[Value]):
    """What is looked for, and what each word stands for."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._by_pair: dict[str, list[tuple[str, int, Value]]] = {}
        self._single: dict[str, Value] = {}
        for word in sorted(values, key=len, reverse=True):
            if len(word) > 1:
                self._by_pair.setdefault(word[:2], []).append((word, len(word), values[word]))
            else:
                self._single[word] = values[word]

    def found_in(self, text: str) -> list[tuple[int, int, Value]]:
        """Where each word begins and ends, wherever one stands, in order; of those at one place the longest first."""
        by_pair, single = self._by_pair, self._single
        found = [
            (start, start + length, value)
            for start, pair in enumerate(map(add, text, text[1:]))
            if pair in by_pair
            for word, length, value in by_pair[pair]
            if length == 2 or text.startswith(word, start)
        ]
        alone = [(at, at + 1, single[one]) for at, one in enumerate(text) if one in single]
        # Stable: of those at one place the pairs and longer words stay before the single character.
        return sorted([*found, *alone], key=itemgetter(0)) if alone else found
