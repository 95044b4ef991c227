"""The safety net: runs first on every message, never abstains, and prefers a question too many to a fire too few.

Look-alikes (火锅, 气死我了, 火灾隐患) are taken out of the text first; what remains and is negated, past or drilled
is doubtful.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from nlp import tables
from nlp.lexicon import Hit, lexicon, lookalikes
from nlp.notation import bounded

# What nobody says of anything but this moment, and what is said loosely as well.
_AT_THIS_MOMENT: Final = (
    "现在(?!想|回想|看来|说起|讲|年|的年轻人)|正在|此刻|快来|救人|又(?:着|起|冒|漏)|不是演|不是开玩笑|"
    "(?<!不)是真的(?![吗么嘛还假])|真着|真的着|真起火"
)
_INSISTING: Final = re.compile(_AT_THIS_MOMENT)
_NOW: Final = re.compile(f"{_AT_THIS_MOMENT}|马上|快点|赶紧|救命|刚刚|刚才|还在|越来越|一直在(?!家|等|这|那|住|用)")

# The gravest hits decide; a text that repeats itself thousands of times says nothing more.
_MOST_HITS: Final = 40
_DENIED_INSIDE: Final = re.compile("没有?(?=火花|冒|着火|起火|漏电|人受|人伤|味)")


@dataclass(frozen=True, slots=True)
class Danger:
    """What the net caught: `kind` of CONTRACT 4 or None, whether the words leave doubt, and the urgency 1 to 3.

    `lookalike` says that something harmless was taken out first.
    """

    kind: str | None
    doubt: bool
    urgency: int
    lookalike: bool = False


def _without_lookalikes(text: str) -> str:
    seen = text
    for start, end in lookalikes().spans(text):
        seen = seen[:start] + "\0" * (end - start) + seen[end:]
    return seen


@cache
def _doubts() -> dict[str, re.Pattern[str]]:
    return {row["kind"]: re.compile(bounded(row["pattern"])) for row in tables.rows("doubts")}


def danger(text: str) -> Danger:
    """Read a normalised text; the most dangerous kind wins where several are named."""
    text = text.replace(" ", "")
    seen = _without_lookalikes(text)
    found = lexicon("emergencies").hits(seen)
    if not found:
        return Danger(None, doubt=False, urgency=_hazard(text), lookalike=seen != text)
    hits = sorted(found, key=lambda hit: -hit.weight)[:_MOST_HITS]
    meant = [hit for hit in hits if not _negated(seen, hit)]
    certain = next((hit for hit in meant if not _in_doubt(text, hit)), None)
    if certain is not None:
        return Danger(certain.label, doubt=False, urgency=3, lookalike=seen != text)
    return Danger((meant or hits)[0].label, doubt=True, urgency=_hazard(text), lookalike=seen != text)


def is_now(text: str) -> bool:
    """Whether somebody says that it happens at this moment."""
    return _NOW.search(text) is not None


def insists(text: str) -> bool:
    """Whether the words leave no other reading than that it happens at this moment."""
    return _INSISTING.search(text) is not None


def _negated(text: str, hit: Hit) -> bool:
    before = text[max(0, hit.start - 6) : hit.start]
    return bool(_doubts()["negated"].search(before) or _DENIED_INSIDE.search(text, hit.start, hit.end))


def _in_doubt(text: str, hit: Hit) -> bool:
    """Whether the sentence around the hit speaks of another time or of an exercise."""
    if _NOW.search(text):
        return False
    start = max((text.rfind(mark, 0, hit.start) for mark in "。；！？"), default=-1) + 1
    ends = [found for mark in "。；！" if (found := text.find(mark, hit.end)) >= 0]
    sentence = text[start : min(ends, default=len(text))]
    doubts = _doubts()
    if doubts["past"].search(sentence) or doubts["drill"].search(sentence):
        return True
    begin = text.rfind("，", 0, hit.start) + 1
    comma = text.find("，", hit.end)
    return bool(doubts["topic"].search(text[begin : comma if comma >= 0 else len(text)]))


def _hazard(text: str) -> int:
    return max((int(hit.label) for hit in lexicon("hazards").hits(text)), default=1)
