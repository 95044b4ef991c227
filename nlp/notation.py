"""The notation of patterns in the packaged tables.

A pattern is a list of alternatives separated by `|`. `…` stands for up to six characters of the same clause, and `( )`
groups alternatives; everything else is literal but for `[ ]`, `?` and `{m}` of regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

GAP: Final = "[^。，；！？]{0,6}?"
# A look-alike may not swallow what is dangerous: 厂房着火冒烟, 树旁有人被车撞.
HARMLESS_GAP: Final = "[^。，；！？着起失人伤血]{0,6}?"
_GROUP: Final = re.compile(r"\((?!\?)")
_PIECE: Final = re.compile(
    r"(?:\((?P<group>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)|\[[^\]]*\]|(?P<literal>[^…()\[\]?.*+\\^${}|])|\\.|.)"
    r"(?P<less>\?|\{[^}]*\})?"
)
_SPECIAL: Final = re.compile(r"[…()\[\]?.*+\\^${}]")


def is_word(pattern: str) -> bool:
    """Whether one alternative is met by itself and nothing else."""
    return _SPECIAL.search(pattern) is None


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
