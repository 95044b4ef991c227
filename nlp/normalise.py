"""One spelling for what residents write in many: full width, traditional characters, emoji, typos, dialect, pinyin.

Every character of the result remembers where it came from, so that a span found here can be shown in the original.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from nlp import pinyin, tables

# A message is read as far as this; nobody describes a matter in more, and time stays bounded.
LONGEST: Final = 2000
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text`, and for each of its characters the half-open span `starts[i], ends[i]` in `original`."""

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original that a non-empty span of `text` stands for."""
        return self.starts[start], self.ends[end - 1]


@cache
def _characters() -> dict[str, str]:
    table = {old: row["simplified"] for row in tables.rows("traditional") for old in row["traditional"]}
    table.update({row["emoji"]: row["words"] for row in tables.rows("emoji")})
    table.update({"。": "。", "、": "、", "﹐": "，", "〜": "~", "～": "~", "—": "-", "–": "-", "−": "-"})
    table.update({"\n": "。", "\r": " ", "\t": " ", "·": "·"})
    return table


@cache
def _fold(character: str) -> str:
    """The spelling of one character that the tables use; empty for what nobody sees."""
    known = _characters().get(character)
    if known is not None:
        return known
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    plain = unicodedata.normalize("NFKC", character).lower()
    plain = "".join(_characters().get(one, one) for one in plain)
    plain = plain.translate(_PUNCTUATION)
    if unicodedata.category(character) == "So" and plain == character:
        return " "
    return plain


_PUNCTUATION: Final = str.maketrans({",": "，", ";": "；", "!": "！", "?": "？", "(": "（", ")": "）"})


def normalise(text: str) -> Normalised:
    """Fold at most the first 2,000 characters of any text; never raises."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for position, character in enumerate(text[:LONGEST]):
        for one in _fold(character):
            if one == " " and pieces and pieces[-1] == " ":
                continue
            pieces.append(one)
            starts.append(position)
            ends.append(position + 1)
    folded = Normalised(text, "".join(pieces), tuple(starts), tuple(ends))
    return _reworded(_from_pinyin(folded))


@cache
def _wordings() -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
    table = {row["from"]: row["to"] for row in tables.rows("wordings")}
    return table, lengths_by_first(table)


def lengths_by_first(words: dict[str, str] | set[str]) -> dict[str, tuple[int, ...]]:
    """For each first character the lengths of the words that begin with it, longest first."""
    lengths: dict[str, set[int]] = {}
    for word in words:
        lengths.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def _reworded(source: Normalised) -> Normalised:
    """Replace typos, homophones and dialect words of the table, longest match first."""
    table, lengths = _wordings()
    found: list[tuple[int, int, str]] = []
    position = 0
    while position < len(source.text):
        for length in lengths.get(source.text[position], ()):
            better = table.get(source.text[position : position + length])
            if better is not None and position + length <= len(source.text):
                found.append((position, position + length, better))
                position += length
                break
        else:
            position += 1
    return _replaced(source, found)


def _from_pinyin(source: Normalised) -> Normalised:
    """Write pinyin in characters, each of them with the letters of its syllable as its span."""
    found = pinyin.read(source.text)
    if not found:
        return source
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for one in found:
        pieces.append(source.text[done : one.start])
        starts.extend(source.starts[done : one.start])
        ends.extend(source.ends[done : one.start])
        pieces.extend(sign.character for sign in one.signs)
        starts.extend(source.starts[sign.start] for sign in one.signs)
        ends.extend(source.ends[sign.end - 1] for sign in one.signs)
        done = one.end
    return Normalised(
        source.original,
        "".join((*pieces, source.text[done:])),
        (*starts, *source.starts[done:]),
        (*ends, *source.ends[done:]),
    )


def _replaced(source: Normalised, replacements: list[tuple[int, int, str]]) -> Normalised:
    """The text with spans replaced in order; a replacement of equal length keeps its map character by character."""
    if not replacements:
        return source
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for start, end, better in replacements:
        pieces.append(source.text[done:start])
        starts.extend(source.starts[done:start])
        ends.extend(source.ends[done:start])
        pieces.append(better)
        if len(better) == end - start:
            starts.extend(source.starts[start:end])
            ends.extend(source.ends[start:end])
        else:
            first, last = source.span(start, end)
            starts.extend([first] * len(better))
            ends.extend([last] * len(better))
        done = end
    pieces.append(source.text[done:])
    starts.extend(source.starts[done:])
    ends.extend(source.ends[done:])
    return Normalised(source.original, "".join(pieces), tuple(starts), tuple(ends))
