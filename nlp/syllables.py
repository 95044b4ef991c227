"""Letters read as the likeliest characters: a best path over words in pinyin with their costs.

Letters are cut into syllables in every possible way; of all words that fit, those win whose costs sum up to least
(dynamic programming, so the time grows with the number of letters only). The costs are tenths of the negative natural
logarithm of how often a word stands in the project's own sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple

from nlp import tables

_STRANGE: Final = 45
"""Cost over that of the exact spelling when a syllable is written as a dialect speaker says it."""
_LONGEST_SYLLABLE: Final = 6
_CONFUSED: Final = (
    ("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("z", "zh"), ("c", "ch"), ("s", "sh"), ("l", "n"),
)  # fmt: skip
_LIKE_UE: Final = {"lve": "lue", "nve": "nue"}


class Step(NamedTuple):
    """A word, what the way to its end costs, and the letters where it begins and where each of its syllables ends."""

    cost: int
    word: str
    marks: tuple[int, ...]


class _Option(NamedTuple):
    """A syllable that may stand at a position: where it ends, which one is meant, what it costs to think so."""

    end: int
    meant: str
    cost: int


@dataclass(frozen=True, slots=True)
class Table:
    """The likeliest word of each row of syllables, its cost, and the beginnings of longer rows.

    `kept` are words of other languages, and brands, that could be cut into syllables but are no pinyin.
    """

    words: dict[str, str]
    costs: dict[str, int]
    prefixes: frozenset[str]
    kept: frozenset[str]


@cache
def table() -> Table:
    """`nlp/data/pinyin.csv`: for each cost, cheapest first, `pinyin=word` joined by `|`; what has no `=` is kept."""
    words: dict[str, str] = {}
    costs: dict[str, int] = {}
    prefixes = set()
    kept = set()
    for row in tables.rows("pinyin"):
        cost = int(row["cost"])
        for entry in row["words"].split("|"):
            key, _, word = entry.partition("=")
            if not word:
                kept.add(key)
                continue
            words[key] = word
            costs[key] = cost
            cut = key.rfind(" ")
            while cut > 0 and (before := key[:cut]) not in prefixes:
                prefixes.add(before)
                cut = key.rfind(" ", 0, cut)
    return Table(words, costs, frozenset(prefixes), frozenset(kept))


@lru_cache(maxsize=4096)
def spellings(written: str) -> tuple[tuple[str, int], ...]:
    """The syllables that may be meant, with what it costs to think so; none for letters that are no syllable."""
    if written not in table().words and written not in _LIKE_UE:
        return ()
    meant = {written: 0, _LIKE_UE.get(written, written): 0}
    heads = [written]
    for head, other in _CONFUSED:
        if written.startswith(head) and not (len(head) == 1 and written[1:2] == "h"):
            heads.append(other + written[len(head) :])
    for one in heads:
        meant.setdefault(one, _STRANGE)
        if one.endswith(("ang", "eng", "ing")):
            meant.setdefault(one[:-1], _STRANGE)
        elif one.endswith(("an", "en", "in")):
            meant.setdefault(one + "g", _STRANGE)
    if written in {"lu", "nu"}:
        meant[written[0] + "v"] = _STRANGE // 4
    return tuple((one, cost) for one, cost in meant.items() if one in table().words)


@cache
def neighbours() -> dict[tuple[str, str], str]:
    """For words of two characters: the one whose syllable is known where the other character is, before or after."""
    pairs: dict[tuple[str, str], str] = {}
    for key, word in table().words.items():
        if len(word) == 2:
            first, second = key.split()
            pairs.setdefault((first, word[1]), word[0])
            pairs.setdefault((word[0], second), word[1])
    return pairs


def are_syllables(letters: str, breaks: frozenset[int]) -> bool:
    """Whether plain letters (ü as v) can be cut into syllables without one across a break."""
    reached = {0}
    for start in range(len(letters)):
        if start in reached:
            reached.update(option.end for option in _options(letters, breaks, start))
    return len(letters) in reached


def best_path(letters: str, breaks: frozenset[int]) -> list[Step]:
    """The words whose costs sum up to least; none where the letters are no syllables."""
    size = len(letters)
    options = [_options(letters, breaks, start) for start in range(size + 1)]
    best: list[Step | None] = [None] * (size + 1)
    best[0] = Step(0, "", (0,))
    for start in range(size):
        here = best[start]
        if here is None:
            continue
        for cost, word, marks in _words(options, start):
            old = best[marks[-1]]
            if old is None or here.cost + cost < old.cost:
                best[marks[-1]] = Step(here.cost + cost, word, marks)
    return _way_back(best)


def _options(letters: str, breaks: frozenset[int], start: int) -> list[_Option]:
    found: list[_Option] = []
    for end in range(start + 1, min(start + _LONGEST_SYLLABLE, len(letters)) + 1):
        found.extend(_Option(end, meant, cost) for meant, cost in spellings(letters[start:end]))
        if end in breaks:
            break
    return found


def _words(options: list[list[_Option]], start: int) -> Iterator[Step]:
    """The words of the table that may begin at a position; a lone syllable is only read as it is written."""
    words, costs, prefixes = table().words, table().costs, table().prefixes
    waiting: list[tuple[str, int, tuple[int, ...]]] = [("", 0, (start,))]
    while waiting:
        before, strange, marks = waiting.pop()
        for end, meant, extra in options[marks[-1]]:
            key, cost = (f"{before} {meant}" if before else meant), strange + extra
            if key in words and (before or not cost):
                yield Step(costs[key] + cost, words[key], (*marks, end))
            if key in prefixes:
                waiting.append((key, cost, (*marks, end)))


def _way_back(best: list[Step | None]) -> list[Step]:
    steps = []
    position = len(best) - 1
    while position > 0:
        step = best[position]
        if step is None:
            return []
        steps.append(step)
        position = step.marks[0]
    return steps[::-1]
