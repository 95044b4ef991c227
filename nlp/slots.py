"""All slots of a message, found on the normalised text and placed on spans of the original."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from nlp.normalise import Normalised
from nlp.persons import FoundValue, find_counts, find_listed, find_names, find_numbers
from nlp.places import canonical, find_places
from nlp.times import find_times
from nlp.understanding import SLOT_TYPES, Slot

# Who reports or asks looks back (周三坏的); everyone else looks forward.
_LOOKS_BACK: Final = frozenset({"issue_report", "progress_query", "points_query"})
_HOME: Final = frozenset({"我家", "我们家", "自己家", "家里", "这里", "这边", "这儿", "那边", "那里", "那儿"})
_OFFERS: Final = frozenset({"service_order", "redeem", "points_query", "cancel", "progress_query", "other"})
_EVENTS: Final = frozenset({"volunteer_signup", "party_register", "cancel", "progress_query", "other"})


def find_slots(
    source: Normalised, *, intents: tuple[str, ...], now: datetime, places: frozenset[str]
) -> tuple[Slot, ...]:
    """In order of mention; the wishes decide between next and past Wednesday and which lists are looked up."""
    text = source.text
    numbers = list(_numbers(text))
    times = [
        FoundValue("time", time.start, time.end, time.value)
        for time in find_times(
            _masked(text, numbers), now=now, forward=not intents or not _LOOKS_BACK.issuperset(intents)
        )
    ]
    taken = [(value.start, value.end) for value in (*numbers, *times)]
    located = [
        FoundValue("loc", place.start, place.end, place.value) for place in find_places(text, names=places, taken=taken)
    ]
    found = [*numbers, *times, *_without_mere_home(text, located, intents)]
    found.extend(_people_and_things(_masked(text, found), intents))
    slots = [_placed(source, value) for value in found]
    return tuple(sorted(slots, key=lambda slot: (slot.start, SLOT_TYPES.index(slot.type))))


def _without_mere_home(text: str, places: list[FoundValue], intents: tuple[str, ...]) -> list[FoundValue]:
    """我家 alone is a place only where nothing better is named and something is wrong there."""
    better = [place for place in places if text[place.start : place.end] not in _HOME]
    return better if better or "issue_report" not in intents else places


def _numbers(text: str) -> Iterator[FoundValue]:
    end = -1
    for value in sorted(find_numbers(text), key=lambda one: (one.start, -one.end)):
        if value.start >= end:
            yield value
            end = value.end


def _people_and_things(text: str, intents: tuple[str, ...]) -> Iterator[FoundValue]:
    yield from find_names(text)
    yield from find_counts(text)
    yield from find_listed("relation", "relations", text)
    if not intents or not _OFFERS.isdisjoint(intents):
        yield from find_listed("item", "items", text)
    if not intents or not _EVENTS.isdisjoint(intents):
        yield from find_listed("activity", "activities", text)


def _masked(text: str, found: list[FoundValue]) -> str:
    for value in found:
        text = text[: value.start] + "\0" * (value.end - value.start) + text[value.end :]
    return text


def _placed(source: Normalised, found: FoundValue) -> Slot:
    start, end = source.span(found.start, found.end)
    text = source.original[start:end]
    value = found.value
    if found.type == "loc":
        value = {"name": canonical(text), "deictic": value["deictic"]}
    return Slot(found.type, start, end, text, value)
