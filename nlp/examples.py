"""Labelled sentences as examples for the models that each of them can teach."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from nlp.corpus import Sentence
from nlp.hints import hints
from nlp.models import DOUBT, NO_DANGER
from nlp.normalise import normalise
from nlp.training import Example, Plan

PLANS: Final[Mapping[str, Plan]] = {
    "intent": Plan(balance=0.5),
    "category": Plan(evidence=0.3),
    "danger": Plan(balance=0.5),
}
"""The models by name, and how each is fitted."""

DANGER_ONLY: Final = "danger-only"
"""The tag of sentences that teach what danger is, and nothing else."""

DANGER_UNJUDGED: Final = "danger-unjudged"
"""The tag of sentences whose label says nothing about danger, not even that there is none."""


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence, normalised, and what it teaches the model of each name: nothing, or examples.

    `place` orders and divides the sentences; it depends on the words alone.
    """

    place: int
    text: str
    taught: Mapping[str, tuple[Example, ...]]


def read(sentences: Iterable[Sentence]) -> list[Read]:
    return [_read(one) for one in sentences]


def _read(one: Sentence) -> Read:
    text = normalise(one.text).text
    seen = hints(text)
    is_whole = DANGER_ONLY not in one.tags
    taught: dict[str, tuple[Example, ...]] = {}
    if is_whole and len(one.intents) == 1:
        taught["intent"] = (Example(text, one.intent, seen.intent),)
    if is_whole and one.categories:
        taught["category"] = (Example(text, one.categories[0], seen.category),)
    if DANGER_UNJUDGED not in one.tags:
        taught["danger"] = (Example(text, danger_label(one), seen.danger),)
    return Read(zlib.crc32(one.text.encode()), text, taught)


def of(sentences: Iterable[Read], name: str) -> list[Example]:
    """What these sentences teach the model of that name."""
    return [example for one in sentences for example in one.taught.get(name, ())]


def danger_label(sentence: Sentence) -> str:
    if not sentence.danger:
        return NO_DANGER
    return DOUBT if sentence.danger.startswith(DOUBT) else sentence.danger
