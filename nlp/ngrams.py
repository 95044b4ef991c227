"""Character n-grams of a message: what the linear models see.

Characters beat words by four to five points of macro-F1 on short Chinese messages, and need no dictionary.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

LONGEST_GRAM: Final = 2
MOST_CHARACTERS: Final = 400
"""A model reads this much of the beginning and as much of the end; long stories have their point in either."""

_TELEPHONE: Final = re.compile(r"(?:联系|我的?)?(?:电话|手机|号码)?(?:号码?|是)?[:：]?(?<![0-9])1[0-9]{10}(?![0-9])")
_FIGURE: Final = re.compile(r"[0-9]")
_FIGURES: Final = re.compile(r"[0-9]+")
BEGIN: Final = "\x02"
END: Final = "\x03"


REMEMBERED: Final = 64
"""Three models read the same message."""


@lru_cache(maxsize=REMEMBERED)
def grams(text: str) -> Mapping[str, int]:
    """How often each n-gram occurs in a normalised text, the edges marked; never empty.

    Which number it is says nothing about the wish, and a telephone number does not call for a person.
    """
    text = text.replace(" ", "")
    if _FIGURE.search(text):
        text = _FIGURES.sub("0", _TELEPHONE.sub("", text))
    if len(text) > 2 * MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS] + text[-MOST_CHARACTERS:]
    marked = f"{BEGIN}{text}{END}"
    found = Counter(marked)
    for length in range(2, LONGEST_GRAM + 1):
        found.update(map("".join, zip(*(marked[start:] for start in range(length)), strict=False)))
    return found
