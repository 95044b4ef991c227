"""Weighted patterns from tables, written as `nlp.notation` says: one pass over a text finds the words of all of them.

Plain words are met by that alone; of the expressions only those are tried of which a word was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from nlp import tables
from nlp.late import Late
from nlp.notation import HARMLESS_GAP, alternatives, bounded, is_word, needed
from nlp.scanning import Words

REMEMBERED: Final = 16
"""One message asks for the hits of the same text several times."""

_RULES: Final = ("intents", "categories", "emergencies", "hazards")
_LOOKALIKES: Final = "lookalikes"
_CONFIDENTIALITY: Final = "confidentiality"
_TABLES: Final = (*_RULES, _LOOKALIKES, _CONFIDENTIALITY)


class Hit(NamedTuple):
    """A rule of the table that was met at `start:end` of the normalised text."""

    rule: int
    label: str
    weight: float
    start: int
    end: int


class _Expression(NamedTuple):
    """One alternative of a rule."""

    rule: int
    pattern: Late


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
        self._rules: list[tuple[str, float]] = []
        self._unless: dict[int, Late] = {}
        self._expressions: list[_Expression] = []
        self._always: list[int] = []
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._find)
        for number, line in enumerate(tables.rows(name)):
            self._rules.append((line["label"], float(line["weight"])))
            if line["unless"]:
                self._unless[number] = Late(bounded(line["unless"]))
            for one in alternatives(line["pattern"]):
                self._add(number, one)

    def _add(self, rule: int, pattern: str) -> None:
        if is_word(pattern):
            self.words.setdefault(pattern, _Known()).rules.append(rule)
            return
        number = len(self._expressions)
        self._expressions.append(_Expression(rule, Late(bounded(pattern))))
        words = needed(pattern)
        for word in words:
            self.words.setdefault(word, _Known()).expressions.append(number)
        if not words:
            self._always.append(number)

    def hits(self, text: str) -> tuple[Hit, ...]:
        """Every place where a rule is met, in no particular order; a rule may be met several times."""
        return self._remembered(text)

    def _find(self, text: str) -> tuple[Hit, ...]:
        seen = _seen(text)[self._name]
        if not seen and not self._always:
            return ()
        hits = [self._hit(rule, start, end) for start, end, known in seen for rule in known.rules]
        if tried := {*self._always, *(one for _, _, known in seen for one in known.expressions)}:
            hits += self._expressed(text, tried)
        if not hits or not self._unless:
            return tuple(hits)
        may_be_off = {hit.rule for hit in hits} & self._unless.keys()
        off = {rule for rule in may_be_off if self._unless[rule].compiled.search(text)}
        return tuple(hit for hit in hits if hit.rule not in off) if off else tuple(hits)

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
            for match in self._expressions[number].pattern.compiled.finditer(text):
                yield match.start(), number, match.end()

    def _hit(self, rule: int, start: int, end: int) -> Hit:
        label, weight = self._rules[rule]
        return Hit(rule, label, weight, start, end)


class Lookalikes:
    """Expressions of which that is met which begins first, and of those that begin at one place the longest."""

    def __init__(self) -> None:
        self.words: dict[str, _Known] = {}
        self._patterns: list[Late] = []
        patterns = [one for row in tables.rows(_LOOKALIKES) for one in alternatives(row["pattern"])]
        for number, pattern in enumerate(sorted(patterns, key=len, reverse=True)):
            self._patterns.append(Late(bounded(pattern, HARMLESS_GAP)))
            for word in needed(pattern):
                self.words.setdefault(word, _Known()).expressions.append(number)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they stand in a normalised text, none overlapping, in order."""
        seen = _seen(text)[_LOOKALIKES]
        if not seen:
            return
        tried = {number for _, _, known in seen for number in known.expressions}
        waiting = dict.fromkeys(sorted(tried), (-1, -1))
        end = 0
        while waiting := self._next(text, waiting, end):
            start, end = min(waiting.values(), key=itemgetter(0))
            yield start, end

    def _next(self, text: str, waiting: dict[int, tuple[int, int]], end: int) -> dict[int, tuple[int, int]]:
        """Where each expression is met next, from the `end` of the last one on."""
        later: dict[int, tuple[int, int]] = {}
        for number, span in waiting.items():
            if span[0] >= end:
                later[number] = span
            elif found := self._patterns[number].compiled.search(text, end):
                later[number] = found.span()
        return later


@cache
def lexicon(name: str) -> Lexicon:
    """The packaged table of that name."""
    return Lexicon(name)


@cache
def lookalikes() -> Lookalikes:
    return Lookalikes()


def may_be_confidential(text: str) -> bool:
    """Whether a text holds a word without which nobody wishes not to be named."""
    return bool(_seen(text)[_CONFIDENTIALITY])


@lru_cache(maxsize=REMEMBERED)
def _seen(text: str) -> dict[str, list[tuple[int, int, _Known]]]:
    """The words of all tables in a text, by table, in order; of those that begin at one place the longest first."""
    found: dict[str, list[tuple[int, int, _Known]]] = {name: [] for name in _TABLES}
    for start, end, owners in _every_word().found_in(text):
        for name, known in owners:
            found[name].append((start, end, known))
    return found


@cache
def _every_word() -> Words[list[tuple[str, _Known]]]:
    owners: dict[str, list[tuple[str, _Known]]] = {}
    words = {name: lexicon(name).words for name in _RULES}
    words[_LOOKALIKES] = lookalikes().words
    wishes = [one for row in tables.rows(_CONFIDENTIALITY) for one in alternatives(row["pattern"])]
    words[_CONFIDENTIALITY] = {word: _Known() for one in wishes for word in needed(one)}
    for name, each in words.items():
        for word, known in each.items():
            owners.setdefault(word, []).append((name, known))
    return Words(owners)
