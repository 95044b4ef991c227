"""Weighted patterns from tables, written as `nlp.notation` says: one pass over a text finds the words of all of them.

Plain words are met by that alone; of the expressions only those are tried of which a word was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Final, NamedTuple, TypeAlias

from nlp import tables
from nlp.notation import alternatives, bounded, is_word, needed
from nlp.scanning import Words

REMEMBERED: Final = 16
"""One message asks for the hits of the same text several times."""

_RULES: Final = ("intents", "categories", "emergencies", "hazards")
_OTHERS: Final = ("lookalikes", "confidentiality")
"""Tables of expressions of which `may_meet` tells whether one of them is worth trying."""


class Hit(NamedTuple):
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


class _Expression:
    """One alternative of a rule that is more than a word; compiled when it is first tried, as most seldom are."""

    def __init__(self, rule: int, pattern: str) -> None:
        self.rule = rule
        self._pattern = pattern

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(bounded(self._pattern))


@dataclass(slots=True)
class _Known:
    """What a word is in one table: the rules that it meets, and the expressions that need it."""

    rules: list[int] = field(default_factory=list)
    expressions: list[int] = field(default_factory=list)


Seen: TypeAlias = Sequence[tuple[int, int, _Known]]
"""Words of one table in a text: where each begins and ends."""


class Lexicon:
    """A table of `label, weight, pattern, unless`; `unless` switches the rule off where it is found in the text."""

    def __init__(self, name: str) -> None:
        self.words: dict[str, _Known] = {}
        self._name = name
        self._rules: list[_Rule] = []
        self._expressions: list[_Expression] = []
        self._always: list[int] = []
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._find)
        for number, line in enumerate(tables.rows(name)):
            unless = re.compile(bounded(line["unless"])) if line["unless"] else None
            self._rules.append(_Rule(line["label"], float(line["weight"]), unless))
            for one in alternatives(line["pattern"]):
                self._add(number, one)

    def _add(self, rule: int, pattern: str) -> None:
        if is_word(pattern):
            self.words.setdefault(pattern, _Known()).rules.append(rule)
            return
        number = len(self._expressions)
        self._expressions.append(_Expression(rule, pattern))
        words = needed(pattern)
        for word in words:
            self.words.setdefault(word, _Known()).expressions.append(number)
        if not words:
            self._always.append(number)

    def hits(self, text: str) -> tuple[Hit, ...]:
        """Every place where a rule is met, in no particular order; a rule may be met several times."""
        return self._remembered(text)

    def _find(self, text: str) -> tuple[Hit, ...]:
        hits: list[Hit] = []
        tried = set(self._always)
        for start, end, known in _seen(text)[self._name]:
            hits += [self._hit(rule, start, end) for rule in known.rules]
            tried.update(known.expressions)
        if tried:
            hits.extend(self._expressed(text, tried))
        off = {number for number in {hit.rule for hit in hits} if self._is_off(number, text)}
        return tuple(hit for hit in hits if hit.rule not in off) if off else tuple(hits)

    def _is_off(self, number: int, text: str) -> bool:
        unless = self._rules[number].unless
        return unless is not None and unless.search(text) is not None

    def _expressed(self, text: str, tried: set[int]) -> Iterator[Hit]:
        """The hits of expressions, of those of one rule that overlap the first."""
        end: dict[int, int] = {}
        for start, number, after in sorted(self._met(text, tried)):
            rule = self._expressions[number].rule
            if start >= end.get(rule, 0):
                end[rule] = after
                yield self._hit(rule, start, after)

    def _met(self, text: str, expressions: set[int]) -> Iterator[tuple[int, int, int]]:
        """Where each expression begins, its number, and where it ends."""
        for number in expressions:
            for match in self._expressions[number].compiled.finditer(text):
                yield match.start(), number, match.end()

    def _hit(self, rule: int, start: int, end: int) -> Hit:
        return Hit(rule, self._rules[rule].label, self._rules[rule].weight, start, end)


@cache
def lexicon(name: str) -> Lexicon:
    """The packaged table of that name."""
    return Lexicon(name)


def may_meet(name: str, text: str) -> bool:
    """Whether a text holds a word without which no expression of that table can be met."""
    return bool(_seen(text)[name])


@lru_cache(maxsize=REMEMBERED)
def _seen(text: str) -> dict[str, list[tuple[int, int, _Known]]]:
    """The words of all tables in a text, by table, in order; of those that begin at one place the longest first."""
    found: dict[str, list[tuple[int, int, _Known]]] = {name: [] for name in (*_RULES, *_OTHERS)}
    for start, end, owners in _every_word().found_in(text):
        for name, known in owners:
            found[name].append((start, end, known))
    return found


@cache
def _every_word() -> Words[list[tuple[str, _Known]]]:
    owners: dict[str, list[tuple[str, _Known]]] = {}
    for name in _RULES:
        for word, known in lexicon(name).words.items():
            owners.setdefault(word, []).append((name, known))
    for name in _OTHERS:
        for word in _needed_by(name):
            owners.setdefault(word, []).append((name, _Known()))
    return Words(owners)


def _needed_by(name: str) -> set[str]:
    return {word for row in tables.rows(name) for one in alternatives(row["pattern"]) for word in needed(one)}
