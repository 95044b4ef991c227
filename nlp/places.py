"""Places in a message: areas and roads by their last word, the grammar of buildings, landmarks, and the gazetteer.

Neighbouring pieces are joined to the longest span that helps somebody find the spot. A place that only the speaker
knows (我家楼下, 楼道里) is marked deictic and must be asked back.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from nlp import place_grammar
from nlp.numerals import number

_JOINT: Final = re.compile(r"(?:的|与|和|跟|到|至|、|嘅|[那嗰]的?[个块条片座栋家排]?|\s)?")
# So many of something is no place: 五户, 三排, 一层灰.
_QUANTITY: Final = re.compile(
    "[一两二三四五六七八九十百]{1,3}(?:户|排|座|室|院|房|弄)[一二三四五六七八九十]?|[0-9]+户|一层"
)
_WHOLE_BUILDING: Final = re.compile("栋|幢|座|号|弄|-|区")
_LATIN: Final = re.compile("[a-z]")


class FoundPlace(NamedTuple):
    """A place at `start:end` of the normalised text."""

    start: int
    end: int
    deictic: bool


class _Piece(NamedTuple):
    start: int
    end: int
    kind: str


def find_places(text: str, *, names: frozenset[str], taken: list[tuple[int, int]]) -> Iterator[FoundPlace]:
    """Every place of a normalised text, in order; `taken` spans (times, phones) hold no place."""
    free = blank(text, taken)
    known = list(_known(free, names)) if names else []
    pieces = [*known, *_pieces(_blank_pieces(free, known))]
    for run in _runs(text, list(_without_overlap(pieces))):
        if _QUANTITY.fullmatch(text, run[0].start, run[-1].end) is None:
            yield FoundPlace(run[0].start, run[-1].end, _is_deictic(text, run))


def blank(text: str, spans: Iterable[tuple[int, int]], character: str = "\0") -> str:
    """The text with spans written over."""
    for start, end in spans:
        text = text[:start] + character * (end - start) + text[end:]
    return text


def _blank_pieces(text: str, pieces: list[_Piece], character: str = "\0") -> str:
    return blank(text, ((piece.start, piece.end) for piece in pieces), character)


@lru_cache(maxsize=8)
def _by_first(names: frozenset[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda one: (-len(one), one)):
        found.setdefault(name[:1], []).append(name)
    return found


def _known(text: str, names: frozenset[str]) -> Iterator[_Piece]:
    """Places of the gazetteer, wherever they are named, the longer name first."""
    by_first = _by_first(names)
    for position, character in enumerate(text):
        for name in by_first.get(character, ()):
            if text.startswith(name, position):
                yield _Piece(position, position + len(name), "known")


def _pieces(text: str) -> Iterator[_Piece]:
    """All that grammar knows, in a text in which the places of the gazetteer are blanked."""
    own = _matched(place_grammar.own(), text, "own")
    rest = _blank_pieces(text, own)
    units = _matched(place_grammar.UNITS, rest, "units")
    rest = _blank_pieces(rest, units)
    yield from own
    yield from _bare(text, units)
    if place_grammar.last_words().search(rest) or _LATIN.search(rest):
        yield from _named(place_grammar.stops().sub(_blanked, rest))
    yield from units
    yield from _matched(place_grammar.landmarks(), rest, "landmark")


def _named(text: str) -> Iterator[_Piece]:
    """What has a name or needs none, in a text in which all words are blanked at which a name ends.

    Between two blanks names and numbers are looked for only where one of their last words stands.
    """
    begin = 0
    while last := place_grammar.last_words().search(text, begin):
        start = max(begin, text.rfind("\0", 0, last.start()) + 1)
        end = text.find("\0", last.end())
        end = end if end >= 0 else len(text)
        for match in place_grammar.pieces().finditer(text, start, end):
            yield _Piece(match.start(), match.end(), match.lastgroup or "landmark")
        begin = end
    if _LATIN.search(text):
        yield from _matched(place_grammar.SPELLED, text, "landmark")


def _matched(pattern: re.Pattern[str], text: str, kind: str, begin: int = 0, end: int = sys.maxsize) -> list[_Piece]:
    return [_Piece(match.start(), match.end(), kind) for match in pattern.finditer(text, begin, end)]


def _blanked(match: re.Match[str]) -> str:
    return "\0" * len(match[0])


def _bare(text: str, units: list[_Piece]) -> list[_Piece]:
    """Names that only what follows, or their last character, tells for names."""
    text = _blank_pieces(text, units, place_grammar.ANCHOR)
    text = place_grammar.anchors().sub(lambda match: place_grammar.ANCHOR * len(match.group()), text)
    if place_grammar.ANCHOR not in text and place_grammar.hoods().search(text) is None:
        return []
    return _matched(place_grammar.bare(), place_grammar.stops().sub(_blanked, text), "named")


def _without_overlap(pieces: list[_Piece]) -> Iterator[_Piece]:
    """Of overlapping pieces the one that begins first, then the longest."""
    end = -1
    for piece in sorted(pieces, key=lambda one: (one.start, -one.end)):
        if piece.start >= end:
            yield piece
            end = piece.end


def _runs(text: str, pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Join pieces that touch or are linked by 的, 与 or 和, each with the words of position that follow it."""
    run: list[_Piece] = []
    for found in pieces:
        if run and found.end <= run[-1].end:
            continue
        piece = _Piece(found.start, _with_tails(text, found.end), found.kind)
        if run and piece.start < run[-1].end:
            piece = _Piece(run[-1].end, piece.end, piece.kind)
            if piece.start >= piece.end:
                continue
        if run and not _linked(text, run[-1], piece):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _with_tails(text: str, end: int) -> int:
    while True:
        joint = end + 1 if text[end : end + 1] == "的" else end
        match = place_grammar.tail().match(text, joint)
        if match is None:
            return end
        end = match.end()


def _linked(text: str, before: _Piece, after: _Piece) -> bool:
    joint = _JOINT.match(text, before.end)
    return joint is not None and joint.end() >= after.start


def _is_deictic(text: str, run: list[_Piece]) -> bool:
    """Whether only the speaker knows where it is."""
    words = text[run[0].start : run[-1].end]
    kinds = {piece.kind for piece in run}
    units = [text[piece.start : piece.end] for piece in run if piece.kind == "units"]
    named = [text[piece.start : piece.end] for piece in run if piece.kind == "named"]
    if "known" in kinds or not all(map(_is_kind_only, named)) or any(map(_WHOLE_BUILDING.search, units)):
        return False
    return kinds != {"landmark"} or place_grammar.everywhere().fullmatch(words) is not None


def _is_kind_only(named: str) -> bool:
    """Whether a name is none: 我家小区, 我们那栋楼."""
    return place_grammar.kind().fullmatch(named) is not None or place_grammar.everywhere().fullmatch(named) is not None


def canonical(words: str) -> str:
    """A place with the numbers of its buildings in digits: 三栋二单元五零一 → 3栋2单元501."""
    return place_grammar.NUMERALS.sub(_digits, words)


def _digits(match: re.Match[str]) -> str:
    value = number(match.group())
    return match.group() if value is None or match.group().isdigit() else str(value)
