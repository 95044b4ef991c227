"""Weighted patterns from a table: plain words are looked up in one pass, which also finds the expressions worth trying.

A pattern is a list of alternatives separated by `|`. `…` stands for up to six characters of the same clause, and `( )`
groups alternatives; everything else is literal but for `[ ]`, `?` and `{m}` of regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from nlp import tables
from nlp.normalise import lengths_by_first

REMEMBERED: Final = 64
"""One message asks for the hits of the same text several times."""

GAP: Final = "[^。，；！？]{0,6}?"
_GROUP: Final = re.compile(r"\((?!\?)")
_PIECE: Final = re.compile(
    r"(?:\((?P<group>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)|\[[^\]]*\]|(?P<literal>[^…()\[\]?.*+\\^${}|])|\\.|.)"
    r"(?P<less>\?|\{[^}]*\})?"
)
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
    label: str
    weight: float
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _Expression:
    """One alternative of a rule that is more than a word."""

    rule: int
    pattern: re.Pattern[str]


class Lexicon:
    """A table of `label, weight, pattern, unless`; `unless` switches the rule off where it is found in the text."""

    def __init__(self, lines: tuple[dict[str, str], ...]) -> None:
        self._rules: list[_Rule] = []
        self._expressions: list[_Expression] = []
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._find)
        self._words: dict[str, list[int]] = {}
        self._triggers: dict[str, list[int]] = {"": []}
        for number, line in enumerate(lines):
            unless = re.compile(bounded(line["unless"])) if line["unless"] else None
            self._rules.append(_Rule(line["label"], float(line["weight"]), unless))
            for one in alternatives(line["pattern"]):
                self._add(number, one)
        self._lengths = lengths_by_first({*self._words, *self._triggers} - {""})

    def _add(self, rule: int, pattern: str) -> None:
        if not _SPECIAL.search(pattern):
            self._words.setdefault(pattern, []).append(rule)
            return
        for word in needed(pattern) or ("",):
            self._triggers.setdefault(word, []).append(len(self._expressions))
        self._expressions.append(_Expression(rule, re.compile(bounded(pattern))))

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
        tried = set(self._triggers[""])
        for start, word in candidates(text, self._lengths):
            for rule in self._words.get(word, ()):
                yield self._hit(rule, start, start + len(word))
            tried.update(self._triggers.get(word, ()))
        end: dict[int, int] = {}
        for start, number, after in sorted(self._met(text, tried)):
            rule = self._expressions[number].rule
            if start >= end.get(rule, 0):
                end[rule] = after
                yield self._hit(rule, start, after)

    def _met(self, text: str, expressions: set[int]) -> Iterator[tuple[int, int, int]]:
        """Where each expression begins, its number, and where it ends."""
        for number in expressions:
            for match in self._expressions[number].pattern.finditer(text):
                yield match.start(), number, match.end()

    def _hit(self, rule: int, start: int, end: int) -> Hit:
        return Hit(rule, self._rules[rule].label, self._rules[rule].weight, start, end)


def candidates(text: str, lengths: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, str]]:
    """Each part of the text that has one of the `lengths` known for its first character, and where it begins."""
    end = len(text)
    for start, first in enumerate(text):
        for length in lengths.get(first, ()):
            if start + length <= end:
                yield start, text[start : start + length]


def needed(pattern: str) -> frozenset[str]:
    """Words of which every text that the pattern meets holds one, the rarest that can be had; perhaps none."""
    runs, groups = _certain(pattern)
    choices = [frozenset({run}) for run in runs]
    for group in groups:
        found = [needed(one) for one in alternatives(group)]
        if all(found):
            choices.append(frozenset().union(*found))
    return min(choices, key=_commonness, default=frozenset())


def _commonness(words: frozenset[str]) -> float:
    """How often one of these may occur: a character stands in one of some dozens of messages, a longer word seldom."""
    return sum(1.0 if len(word) == 1 else 0.02 for word in words)


def _certain(pattern: str) -> tuple[list[str], list[str]]:
    """The literal runs and the groups of one alternative that cannot be left out."""
    runs, groups, run = [], [], ""
    for piece in _PIECE.finditer(pattern):
        literal, group = piece["literal"], piece["group"]
        if literal and not piece["less"]:
            run += literal
            continue
        runs.append(run)
        run = ""
        if group and not piece["less"] and not group.startswith("?"):
            groups.append(group)
    return [one for one in [*runs, run] if one], groups


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
