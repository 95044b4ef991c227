"""Where one wish ends and the next begins."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

REMEMBERED: Final = 16
"""One message asks for the clauses of the same text several times."""

_BORDER: Final = re.compile(
    r"[。，；！？\s]+|(?=另外|顺便|顺带|顺手|顺道|仲有|还想(?!问)|再(?:看|查|问|换)|还有(?!名额|位|多少|没|几|活动|吗|积分)|对了|再帮我|再给我|以及|同时)"
)


@lru_cache(maxsize=REMEMBERED)
def clauses(text: str) -> tuple[tuple[int, int], ...]:
    """The spans of the clauses of a normalised text, in order, none empty."""
    spans: list[tuple[int, int]] = []
    start = 0
    for border in _BORDER.finditer(text):
        if border.start() > start:
            spans.append((start, border.start()))
        start = border.end()
    if start < len(text):
        spans.append((start, len(text)))
    return tuple(spans)
