"""Character n-grams of a message: what the linear models see.

Characters beat words by four to five points of macro-F1 on short Chinese messages, and need no dictionary.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

LONGEST_GRAM: Final = 2
MOST_CHARACTERS: Final = 400
"""A model reads this much of the beginning and as much of the end; long stories have their point in either."""

_TELEPHONE: Final = re.compile(r"(?:联系|我的?)?(?:电话|手机|号码)?(?:号码?|是)?[:：]?(?<![0-9])1[0-9]{10}(?![0-9])")
_FIGURES: Final = re.compile(r"[0-9]+")
BEGIN: Final = "\x02"
END: Final = "\x03"


def grams(text: str) -> Counter[str]:
    """How often each n-gram occurs in a normalised text, the edges marked; never empty.

    Which number it is says nothing about the wish, and a telephone number does not call for a person.
    """
    text = _FIGURES.sub("0", _TELEPHONE.sub("", text.replace(" ", "")))
    if len(text) > 2 * MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS] + text[-MOST_CHARACTERS:]
    marked = f"{BEGIN}{text}{END}"
    last = len(marked)
    return Counter(
        marked[start : start + length] for length in range(1, LONGEST_GRAM + 1) for start in range(last - length + 1)
    )
