"""Weighted patterns from a table, looked up in one pass for plain words and by bounded expressions for the rest.

A pattern is a list of alternatives separated by `|`. `…` stands for up to six characters of the same clause, and `( )`
groups alternatives; everything else is literal but for `[ ]`, `?` and `{m}` of regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from nlp import tables
from nlp.normalise import lengths_by_first

REMEMBERED: Final = 64
"""One message asks for the hits of the same text several times."""

GAP: Final = "[^。，；！？]{0,6}?"
_GROUP: Final = re.compile(r"\((?!\?)")
_SPECIAL: Final = re.compile(r"[…()\[\]?.*+\\^${}]")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule of the table that was met at `start:end` of the normalised text."""

    rule: int
    label: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Rule:
    number: int
    label: str
    weight: float
    expression: re.Pattern[str] | None
    unless: re.Pattern[str] | None


class Lexicon:
    """A table of `label, weight, pattern, unless`; `unless` switches the rule off where it is found in the text."""

    def __init__(self, lines: tuple[dict[str, str], ...]) -> None:
        self._rules: list[_Rule] = []
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._find)
        self._words: dict[str, list[int]] = {}
        for number, line in enumerate(lines):
            self._add(number, line)
        self._lengths = lengths_by_first(set(self._words))
        self._expressions = [rule for rule in self._rules if rule.expression is not None]

    def _add(self, number: int, line: dict[str, str]) -> None:
        found = list(alternatives(line["pattern"]))
        plain = [one for one in found if not _SPECIAL.search(one)]
        complex_ones = [one for one in found if _SPECIAL.search(one)]
        for word in plain:
            self._words.setdefault(word, []).append(number)
        expression = re.compile("|".join(map(bounded, complex_ones))) if complex_ones else None
        unless = re.compile(bounded(line["unless"])) if line["unless"] else None
        self._rules.append(_Rule(number, line["label"], float(line["weight"]), expression, unless))

    def hits(self, text: str) -> list[Hit]:
        """Every place where a rule is met, in no particular order; a rule may be met several times."""
        return list(self._remembered(text))

    def _find(self, text: str) -> tuple[Hit, ...]:
        found = list(self._all_hits(text))
        off = {number for number in {hit.rule for hit in found} if self._is_off(number, text)}
        return tuple(hit for hit in found if hit.rule not in off)

    def _is_off(self, number: int, text: str) -> bool:
        unless = self._rules[number].unless
        return unless is not None and unless.search(text) is not None

    def _all_hits(self, text: str) -> Iterator[Hit]:
        lengths, words, rules = self._lengths, self._words, self._rules
        for start, first in enumerate(text):
            for length in lengths.get(first, ()):
                word = text[start : start + length]
                if len(word) < length:
                    continue
                for number in words.get(word, ()):
                    yield Hit(number, rules[number].label, rules[number].weight, start, start + length)
        for rule in self._expressions:
            if rule.expression is not None:
                for match in rule.expression.finditer(text):
                    yield Hit(rule.number, rule.label, rule.weight, match.start(), match.end())


def alternatives(pattern: str) -> Iterator[str]:
    """Split at the bars that stand outside of parentheses."""
    depth = begin = 0
    for position, character in enumerate(pattern):
        depth += (character in "([") - (character in ")]")
        if character == "|" and depth == 0:
            yield pattern[begin:position]
            begin = position + 1
    yield pattern[begin:]


def bounded(pattern: str, gap: str = GAP) -> str:
    """The regular expression of one alternative of the notation above."""
    return _GROUP.sub("(?:", pattern).replace("…", gap)


@cache
def lexicon(name: str) -> Lexicon:
    """The packaged table of that name."""
    return Lexicon(tables.rows(name))
