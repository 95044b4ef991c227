"""Labelled sentences as examples for the models that each of them can teach."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nlp.corpus import Sentence
from nlp.hints import hints
from nlp.models import DOUBT, NO_DANGER
from nlp.normalise import normalise
from nlp.training import Example

DANGER_ONLY: Final = "danger-only"
"""The tag of sentences that teach what danger is, and nothing else."""

DANGER_UNJUDGED: Final = "danger-unjudged"
"""The tag of sentences whose label says nothing about danger, not even that there is none."""


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence, normalised, as an example for each model; None where it teaches that model nothing.

    `place` orders and divides the sentences; it depends on the words alone.
    """

    place: int
    text: str
    intent: Example | None
    category: Example | None
    danger: Example | None


def read(sentences: Iterable[Sentence]) -> list[Read]:
    return [_read(one) for one in sentences]


def _read(one: Sentence) -> Read:
    text = normalise(one.text).text
    seen = hints(text)
    is_whole, is_judged = DANGER_ONLY not in one.tags, DANGER_UNJUDGED not in one.tags
    return Read(
        place=zlib.crc32(one.text.encode()),
        text=text,
        intent=Example(text, one.intent, seen.intent) if is_whole and len(one.intents) == 1 else None,
        category=Example(text, one.categories[0], seen.category) if is_whole and one.categories else None,
        danger=Example(text, danger_label(one), seen.danger) if is_judged else None,
    )


def danger_label(sentence: Sentence) -> str:
    if not sentence.danger:
        return NO_DANGER
    return DOUBT if sentence.danger.startswith(DOUBT) else sentence.danger
