"""JSON of somebody else. How deep a parser can go differs between versions of Python; here it is one number."""

from __future__ import annotations

import json
import re
from typing import Any, Final

DEEPEST: Final = 64
"""Nothing that we exchange is deeper than a tenth of it."""

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def read(body: bytes | str) -> Any:
    """The value of a body in UTF-8. Raises ValueError for what is no JSON, or is nested deeper than DEEPEST."""
    text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
    if depth(text) > DEEPEST:
        raise ValueError("nested too deeply")
    return json.loads(text)


def depth(text: str) -> int:
    """How many brackets are open at once, those in strings left out."""
    now = deepest = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            now += 1
            deepest = max(deepest, now)
        elif token[0] in "]}":
            now -= 1
    return deepest
