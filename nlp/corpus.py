"""Labelled sentences: read from CSV with their slots marked inline, validated, and searched for near-duplicates.

A line is `text,intent,category,danger,source,tags`. Slots stand in the text as `[words](type)`. Several wishes are
joined by `+`, categories that a dispatcher might choose as well follow after `/`. `danger` is empty, a kind of danger
right now, `hazard`, or `doubt:kind`.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nlp.understanding import CATEGORIES, INTENTS, SLOT_TYPES

FOLDER: Final = Path(__file__).parent / "data" / "corpus"
COLUMNS: Final = ("text", "intent", "category", "danger", "source", "tags")
DANGERS: Final = (
    *("fire", "gas", "electric", "medical", "trapped", "falling", "crime", "violence", "missing", "suicide", "minor"),
    "hazard",
)
ALIKE: Final = 0.6
"""Sentences whose character trigrams overlap by more than this (Jaccard) say the same."""

_MARK: Final = re.compile(r"\[([^\[\]]+)\]\(([a-z]+)\)")
_LOOSE: Final = re.compile(r"[\[\]()]")


class BrokenCorpus(Exception):
    """A file of sentences cannot be used; the message names file, line and reason."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A slot as it was marked: a half-open span of the plain text."""

    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """`intents` in order of mention, `categories` the right one first; `text` is without marks."""

    text: str
    intents: tuple[str, ...]
    categories: tuple[str, ...]
    danger: str
    source: str
    tags: frozenset[str]
    slots: tuple[Marked, ...]

    @property
    def intent(self) -> str:
        """The first wish that somebody can act on."""
        return next((name for name in self.intents if name not in ("greeting", "other")), self.intents[0])


def read(path: Path) -> list[Sentence]:
    """All sentences of a file. Raises BrokenCorpus at the first line that is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_sentences(path.name, file))
    except UnicodeDecodeError as error:
        raise BrokenCorpus(f"{path.name}: not UTF-8 ({error.reason} at byte {error.start})") from None
    except OSError as error:
        raise BrokenCorpus(f"{path.name}: {error.strerror}") from None


def read_all(path: Path = FOLDER) -> list[Sentence]:
    """All sentences of a file, or of the CSV files of a folder; the shipped ones unless told. Raises BrokenCorpus."""
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    return [sentence for file in files for sentence in read(file)]


def _sentences(name: str, file: Iterable[str]) -> Iterator[Sentence]:
    reader = csv.reader(file, strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise BrokenCorpus(f"{name}:1: the columns must be {','.join(COLUMNS)}")
        for fields in reader:
            if not fields:
                continue
            try:
                yield _sentence(fields)
            except ValueError as error:
                raise BrokenCorpus(f"{name}:{reader.line_num}: {error}") from None
    except csv.Error as error:
        raise BrokenCorpus(f"{name}:{reader.line_num}: {error}") from None


def _sentence(fields: Sequence[str]) -> Sentence:
    """Raises ValueError with the reason."""
    if len(fields) != len(COLUMNS):
        raise ValueError(f"{len(COLUMNS)} fields expected, {len(fields)} found")
    marked, intent, category, danger, source, tags = (field.strip() for field in fields)
    text, slots = unmarked(marked)
    intents = tuple(intent.split("+"))
    for one in intents:
        _known(one, INTENTS, "intent")
    categories = tuple(category.split("/")) if category else ()
    for one in categories:
        _known(one, CATEGORIES, "category")
    if ("issue_report" in intents) != bool(categories):
        raise ValueError("a category belongs to issue_report, and to nothing else")
    if danger:
        _known(danger.removeprefix("doubt:"), DANGERS, "danger")
    if not source:
        raise ValueError("the source is empty")
    return Sentence(text, intents, categories, danger, source, frozenset(tags.split()), slots)


def _known(name: str, names: Sequence[str], what: str) -> None:
    if name not in names:
        raise ValueError(f"{name!r} is no {what}")


def unmarked(marked: str) -> tuple[str, tuple[Marked, ...]]:
    """The plain text and the spans that were marked in it. Raises ValueError."""
    pieces: list[str] = []
    slots: list[Marked] = []
    done = length = 0
    for mark in _MARK.finditer(marked):
        before, words, kind = marked[done : mark.start()], mark.group(1), mark.group(2)
        _known(kind, SLOT_TYPES, "type of slot")
        start = length + len(before)
        slots.append(Marked(kind, start, start + len(words)))
        pieces += [before, words]
        done, length = mark.end(), start + len(words)
    pieces.append(marked[done:])
    text = "".join(pieces)
    if not text.strip():
        raise ValueError("the text is empty")
    if _LOOSE.search("".join(pieces[::2])):
        raise ValueError("brackets mark slots, as [words](type), and nothing else")
    return text, tuple(slots)


def report(sentences: Sequence[Sentence]) -> dict[str, Any]:
    """How many there are of each kind and by whom, and which say the same."""
    counted: dict[str, Counter[str]] = {
        name: Counter() for name in ("intents", "categories", "dangers", "sources", "tags")
    }
    for one in sentences:
        counted["intents"].update(one.intents)
        counted["categories"].update(one.categories[:1])
        counted["dangers"].update([one.danger] if one.danger else [])
        counted["sources"].update([one.source])
        counted["tags"].update(one.tags)
    texts = [one.text for one in sentences]
    alike = [[texts[one], texts[other]] for one, other in near_duplicates(texts)]
    return {
        "sentences": len(texts),
        **{name: dict(found.most_common()) for name, found in counted.items()},
        "near_duplicates": alike,
    }


def near_duplicates(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of positions whose texts say the same; found by shared trigrams, the rarest first."""
    shingles = [frozenset(text[at : at + 3] for at in range(max(1, len(text) - 2))) for text in texts]
    seen: dict[str, list[int]] = defaultdict(list)
    for position, own in enumerate(shingles):
        shared: dict[int, int] = defaultdict(int)
        for shingle in own:
            for other in seen[shingle]:
                shared[other] += 1
            seen[shingle].append(position)
        for other, count in shared.items():
            if count / (len(own) + len(shingles[other]) - count) > ALIKE:
                yield other, position
