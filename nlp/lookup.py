"""The n-grams of one message and of its clauses, found in a table that is small enough for a processor's own memory.

For the some dozens of n-grams that a message has, this is quicker than numpy; `nlp.vocabulary` reads many texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from nlp.ngrams import BEGIN, END, Keys, marked, spelled_all

_UNKNOWN: Final = -1
"""The row of all that is in no vocabulary: a table has it last, with nothing in it."""

_NOTHING: Final = (_UNKNOWN, 0, "")


class Lookup:
    """Rows of n-grams in a sorted vocabulary: for each character its own, and what may follow it.

    The pairs that begin with the same character are neighbours there, so one row and a string hold all of them.
    """

    def __init__(self, keys: Keys) -> None:
        singles, firsts, lasts = spelled_all(keys)
        self._followed = {one: (row, 0, "") for row, one in enumerate(singles)}
        begin = 0
        for first, group in groupby(firsts):
            end = begin + sum(1 for _ in group)
            row = self._followed.get(first, _NOTHING)[0]
            self._followed[first] = (row, len(singles) + begin, lasts[begin:end])
            begin = end
        self._edges = [self._followed.get(mark, _NOTHING)[0] for mark in (BEGIN, END)]
        self._border = self._pair(END, BEGIN)

    def rows(self, text: str, clauses: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
        """Those of a normalised text, then of the span of each clause as a text by itself that the next one follows.

        All in one list, each once for its text, and where those of each text begin.
        """
        characters = marked(text)
        singles, pairs = self._each(characters)
        rows, starts = [*{*singles, *pairs}], [0]
        is_as_written = len(characters) == len(text) + 2
        for start, end in clauses:
            if is_as_written:
                edges = (self._pair(BEGIN, characters[start + 1]), self._pair(characters[end], END))
                known = {*singles[start + 1 : end + 1], *pairs[start + 1 : end], *self._edges, *edges}
            else:
                own, beside = self._each(marked(text[start:end]))
                known = {*own, *beside}
            if len(starts) < len(clauses):
                known.add(self._border)
            starts.append(len(rows))
            rows += known
        return rows, starts

    def _each(self, characters: str) -> tuple[list[int], list[int]]:
        """The row of each character, and of each with the next one."""
        known = self._followed.get
        followed = [known(one, _NOTHING) for one in characters]
        pairs = [
            first + place if (place := others.find(after)) >= 0 else _UNKNOWN
            for (_, first, others), after in zip(followed, characters[1:], strict=False)
        ]
        return [row for row, _, _ in followed], pairs

    def _pair(self, one: str, after: str) -> int:
        _, first, others = self._followed.get(one, _NOTHING)
        place = others.find(after)
        return first + place if place >= 0 else _UNKNOWN
