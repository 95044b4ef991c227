"""Many words as one regular expression that looks at the next character before it tries any word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_BEFORE: Final = re.compile(r"\(\?<([=!])([^()]*)\)")
_FIRST: Final = re.compile(r"\[([^\]^\\]+)\]|([^\\\[\](){}.*+?|^$])")
# The commonest characters of messages, commonest first: their branches are tried before all others.
_COMMON: Final = (
    "我了的不一个人是上没来有在子那天下到家里说都要楼电你老就水着门们车能去么得给还好分小头点这大三看路报过道十儿口想打年开换地把出他两"
    "回话多区号什手面走后也单工问气发公二边机房跟半时积停用灯几吗怎管会修月社外学孩前行业火谢进全请动住盖自可现成又先周晚办梯名今线中"
)
_REPEATED: Final = ("?", "*", "+", "{")


def any_of(words: Iterable[str]) -> str:
    """An expression for what `"|".join(words)` matches, in the same order of preference, for use within others.

    A word may be an expression, if its first character is certain: a plain one or one of a class, perhaps after
    conditions on what stands before it. Raises ValueError otherwise.
    """
    by_first = _by_first(words)
    return f"(?=[{''.join(map(re.escape, by_first))}]){_branches(by_first)}"


def searched(words: Iterable[str]) -> re.Pattern[str]:
    """The same to be searched for: as every branch begins with a plain character, `re` skips all others quickly."""
    return re.compile(_branches(_by_first(words)))


def _by_first(words: Iterable[str]) -> dict[str, list[str]]:
    """For each first character what may follow it, in order."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        conditions, characters, rest = _split(word)
        for character in characters:
            by_first.setdefault(character, []).append(conditions + rest)
    return {first: by_first[first] for first in sorted(by_first, key=_rarity)}


def _rarity(character: str) -> int:
    return _COMMON.find(character) % (len(_COMMON) + 1)


def _branches(by_first: dict[str, list[str]]) -> str:
    branches = (re.escape(first) + f"(?:{'|'.join(rests)})" for first, rests in by_first.items())
    return f"(?:{'|'.join(branches)})"


def _split(word: str) -> tuple[str, str, str]:
    """Conditions on what stands before, moved behind the first character; the characters that may be first; the rest.

    Raises ValueError.
    """
    conditions = ""
    start = 0
    while before := _BEFORE.match(word, start):
        conditions += f"(?<{before[1]}(?:{before[2]}).)"
        start = before.end()
    first = _FIRST.match(word, start)
    if first is None or word.startswith(_REPEATED, first.end()):
        raise ValueError(f"the first character of {word!r} is not certain")
    if first[2]:
        return conditions, first[2], word[first.end() :]
    characters = re.sub("(.)-(.)", lambda span: "".join(map(chr, range(ord(span[1]), ord(span[2]) + 1))), first[1])
    return conditions, characters, word[first.end() :]
