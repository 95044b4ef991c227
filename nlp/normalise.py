"""One spelling for what residents write in many: full width, traditional characters, emoji, typos, dialect, pinyin.

Every character of the result remembers where it came from, so that a span found here can be shown in the original.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands instead of `start:end`, with the spans of its characters in the original."""

    start: int
    end: int
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


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
    found: list[_Piece] = []
    position = 0
    while position < len(source.text):
        for length in lengths.get(source.text[position], ()):
            better = table.get(source.text[position : position + length])
            if better is not None and position + length <= len(source.text):
                found.append(_instead(source, position, position + length, better))
                position += length
                break
        else:
            position += 1
    return _spliced(source, found)


def _instead(source: Normalised, start: int, end: int, better: str) -> _Piece:
    """Other words for a span: of equal length they keep its map character by character, else each stands for all."""
    if len(better) == end - start:
        return _Piece(start, end, better, source.starts[start:end], source.ends[start:end])
    first, last = source.span(start, end)
    return _Piece(start, end, better, (first,) * len(better), (last,) * len(better))


def _from_pinyin(source: Normalised) -> Normalised:
    """Write pinyin in characters, each of them with the letters of its syllable as its span."""
    return _spliced(
        source,
        [
            _Piece(
                one.start,
                one.end,
                "".join(sign.character for sign in one.signs),
                tuple(source.starts[sign.start] for sign in one.signs),
                tuple(source.ends[sign.end - 1] for sign in one.signs),
            )
            for one in pinyin.read(source.text)
        ],
    )


def _spliced(source: Normalised, pieces: Sequence[_Piece]) -> Normalised:
    """The text with these pieces, which stand in order, in place of what they cover."""
    if not pieces:
        return source
    texts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for one in pieces:
        texts += [source.text[done : one.start], one.text]
        starts += [*source.starts[done : one.start], *one.starts]
        ends += [*source.ends[done : one.start], *one.ends]
        done = one.end
    return Normalised(
        source.original,
        "".join((*texts, source.text[done:])),
        (*starts, *source.starts[done:]),
        (*ends, *source.ends[done:]),
    )
