"""Whether the speaker wants not to be named: 别说是我报的, 替我保密."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from nlp import tables
from nlp.lexicon import may_be_confidential
from nlp.notation import alternatives, bounded

_FURTHEST_REFUSAL: Final = 8


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    found: dict[str, list[str]] = {}
    for row in tables.rows("confidentiality"):
        found.setdefault(row["kind"], []).extend(map(bounded, alternatives(row["pattern"])))
    return {kind: re.compile("|".join(each)) for kind, each in found.items()}


def find_wishes(text: str) -> list[tuple[int, int]]:
    """The spans of a normalised text in which it is wished for; a refusal (不用保密) is none.

    What such words name is no wish of its own: 别告诉别人是我反映的 does not ask how an earlier report goes.
    """
    if not may_be_confidential(text):
        return []
    patterns = _patterns()
    return [
        match.span()
        for match in patterns["wish"].finditer(text)
        if not patterns["refused"].search(text[max(0, match.start() - _FURTHEST_REFUSAL) : match.start()])
    ]
