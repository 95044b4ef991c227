"""Which letters of a message are pinyin, and the characters that they stand for.

Residents write whole messages or single words so, joined or spaced, with tones or without. English, brands, addresses
and codes stay as they are: a row of syllables is only read when its words are likelier than so many letters by chance.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Final

from nlp.late import Late
from nlp.syllables import are_syllables, best_path, neighbours, spellings, table

_TONE: Final = "\1"
"""Stands for the number of a tone; folding leaves no control character in a text."""
_HIDDEN: Final = "\2"
_TONED: Final = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹ"
_LETTER: Final = f"(?:(?<=[nl])u:(?=[a-z])|[a-z{_TONED}])"
_APART: Final = f" '’ʼ{_TONE}"
_RUN: Final = re.compile(f"{_LETTER}(?:[{_APART}]{{0,2}}{_LETTER})+")
_PIECE: Final = Late(f"{_LETTER}|.")
_TONE_NUMBERS: Final = Late(r"(?<![a-z0-9])(?:[a-zü]{1,6}[1-5] ?){2,}(?![a-z0-9])")
# Addresses of the web and of mail, and codes with signs between the letters.
_CODE: Final = Late(
    r"(?<![a-z])(?:[a-z]{2,8}://|www\.)[^\s\u4e00-\u9fff]*"
    r"|(?<![a-z0-9._+-])[a-z0-9._+-]{1,64}@[a-z0-9.-]*"
    r"|(?<![a-z0-9.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|gov|edu|top|io|cc)(?![a-z])[a-z0-9/?&=_.-]*"
    r"|(?<![a-z0-9_#&=\\])[a-z0-9]*[_#&=\\][a-z0-9_#&=\\]*"
)
_COUNTED: Final = frozenset("栋幢座楼号单层点天个月元份块人户室门袋斤岁分周年桶张期区米杯")
# A letter that names a building or a gate is no interjection: a dong, e zuo.
_NAMED: Final = frozenset({"dong", "zuo", "qu", "kou", "men", "hao", "lou", "zhuang"})

_PER_LETTER: Final = 25
"""What a letter would cost if the run were no pinyin at all, in the unit of the table's costs."""
_FOREIGN_LETTER: Final = 12
"""What speaks against a run for each letter that is no pinyin, beyond half as many as are."""
_IN_A_WORD: Final = 45
"""What speaks for a syllable that makes a known word with the Chinese character beside it."""
_SURE_ALONE: Final = 40
"""The evidence that one syllable needs to be read."""
_SURE: Final = 30
"""The evidence that two syllables need."""
_PER_SYLLABLE: Final = 25
"""How much less is needed for each further syllable, down to `_LEAST`."""
_LEAST: Final = -80
_SURE_WITH_OTHERS: Final = -50
"""What is forgiven beside a run that is sure, or for a word that a figure counts (3 dong)."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A character and the half-open span of the letters it was read from."""

    character: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """The half-open span of the text that `signs` stand for, and how much speaks for its being pinyin."""

    start: int
    end: int
    signs: tuple[Sign, ...]
    evidence: int


@dataclass(frozen=True, slots=True)
class _Letters:
    """Plain letters, the span of each in the text, and the positions that no syllable may cross."""

    plain: str
    spans: tuple[tuple[int, int], ...]
    breaks: frozenset[int]


def read(text: str) -> list[Found]:
    """What of a folded text is pinyin, in order; the characters stand without spaces around them."""
    if _RUN.search(text) is None:
        return []
    text = _TONE_NUMBERS.compiled.sub(_without_numbers, text)
    text = _CODE.compiled.sub(lambda code: _HIDDEN * len(code.group()), text)
    found = [group for run in _RUN.finditer(text) for group in _groups(text, run.start(), run.end())]
    is_sure = any(one.evidence >= _enough(one) for one in found)
    return [
        _with_spaces(text, one)
        for one in found
        if one.evidence >= _enough(one) + (_SURE_WITH_OTHERS if is_sure or _is_counted(text, one) else 0)
    ]


def _enough(found: Found) -> int:
    """The evidence that a row of syllables needs: the more there are, the less it can be chance."""
    count = len(found.signs)
    return _SURE_ALONE if count == 1 else max(_LEAST, _SURE - _PER_SYLLABLE * (count - 2))


def _without_numbers(match: re.Match[str]) -> str:
    """Tones written as numbers, taken for marks between syllables where all of it is syllables."""
    if all(spellings(_plain(one)) for one in re.findall("[a-zü]+", match.group())):
        return re.sub("[1-5]", _TONE, match.group())
    return match.group()


def _plain(letters: str) -> str:
    """Letters without tones, ü as v."""
    bare = letters.replace("u:", "v")
    if not bare.isascii():
        bare = unicodedata.normalize("NFD", bare).replace("u\u0308", "v")
        bare = "".join(one for one in bare if not unicodedata.combining(one))
    return re.sub("(?<=[jqxy])v", "u", bare)


def _groups(text: str, start: int, end: int) -> Iterator[Found]:
    """The longest rows of words between spaces that are syllables throughout."""
    chunks = [(start + word.start(), start + word.end()) for word in re.finditer("[^ ]+", text[start:end])]
    letters = [_letters(text, [chunk]) for chunk in chunks]
    readable = [one.plain not in table().kept and are_syllables(one.plain, one.breaks) for one in letters]
    if len(letters[0].plain) == 1 and len(letters) > 1:
        readable[0] &= letters[1].plain not in _NAMED
    if len(letters[-1].plain) == 1:
        readable[-1] &= not text[end : end + 1].isdigit()
    sizes = [(len(one.plain), is_read) for one, is_read in zip(letters, readable, strict=True)]
    foreign = sum(size if not is_read else -size // 2 for size, is_read in sizes)
    for is_read, numbered in groupby(zip(readable, chunks, strict=True), key=lambda pair: pair[0]):
        if is_read:
            found = _found(text, _letters(text, [chunk for _, chunk in numbered]))
            yield replace(found, evidence=found.evidence - _FOREIGN_LETTER * max(0, foreign))


def _letters(text: str, chunks: list[tuple[int, int]]) -> _Letters:
    plain: list[str] = []
    spans: list[tuple[int, int]] = []
    breaks = set()
    for start, end in chunks:
        for one in _PIECE.compiled.finditer(text[start:end]):
            if one.group() in _APART:
                breaks.add(len(plain))
                continue
            plain.append(_plain(one.group()))
            spans.append((start + one.start(), start + one.end()))
        breaks.add(len(plain))
    return _Letters(_plain("".join(plain)), tuple(spans), frozenset(breaks))


def _found(text: str, letters: _Letters) -> Found:
    steps = best_path(letters.plain, letters.breaks)
    evidence = _PER_LETTER * len(letters.plain) - steps[-1].cost
    for place, beyond in enumerate(_beyond(text, letters)):
        if beyond < "\u4e00":
            continue
        step = steps[-place]
        written = letters.plain[step.marks[0] : step.marks[-1]]
        character = neighbours().get((written, beyond) if place else (beyond, written))
        if character is not None and len(step.word) == 1:
            steps[-place] = step._replace(word=character)
            evidence += _IN_A_WORD
            if len(steps) == 1:
                break
    signs = tuple(
        Sign(character, letters.spans[start][0], letters.spans[end - 1][1])
        for step in steps
        for character, (start, end) in zip(step.word, pairwise(step.marks), strict=True)
    )
    return Found(signs[0].start, signs[-1].end, signs, evidence)


def _beyond(text: str, letters: _Letters) -> tuple[str, str]:
    """The characters before and after: a lone syllable beside one is chosen by it (zhou 六, 坏le)."""
    start, end = letters.spans[0][0], letters.spans[-1][1]
    return text[max(0, start - 2) : start].rstrip(" ")[-1:], text[end : end + 2].lstrip(" ")[:1]


def _is_counted(text: str, found: Found) -> bool:
    return (
        found.signs[0].character in _COUNTED and text[max(0, found.start - 2) : found.start].rstrip(" ")[-1:].isdigit()
    )


def _with_spaces(text: str, found: Found) -> Found:
    """With the number of the last tone and the spaces that no Chinese text has there."""
    start, end = found.start, found.end
    if text[end : end + 1] == _TONE:
        end += 1
    return replace(found, start=start - (text[start - 1 : start] == " "), end=end + (text[end : end + 1] == " "))
