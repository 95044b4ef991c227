"""All slots of a message, found on the normalised text and placed on spans of the original."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from nlp.names import find_names
from nlp.normalise import Normalised
from nlp.persons import FoundValue, find_listed, find_numbers
from nlp.places import canonical, find_places
from nlp.quantities import find_counts, is_address
from nlp.things import find_activities, find_items
from nlp.times import find_times
from nlp.understanding import SLOT_TYPES, Slot

# Who reports or asks looks back (周三坏的); everyone else looks forward.
_LOOKS_BACK: Final = frozenset({"issue_report", "progress_query", "points_query"})
_HOME: Final = frozenset(
    {"我家", "我们家", "自己家", "自家", "家里", "屋里", "我屋头", "屋头", "厨房", "阳台", "卧室", "客厅"}
)
_HERE: Final = frozenset(
    {"这里", "这边", "这儿", "那边", "那里", "那儿", "我这里", "我这边", "我这儿", "我们这", "我们那"}
)
# The service itself, which every message goes to.
_US: Final = frozenset({"社区", "我们社区", "贵社区", "街道"})
_HERE_WITH_US: Final = _HERE | _US
_NO_PLACE: Final = _HOME | _HERE_WITH_US
_OFFERS: Final = frozenset({"service_order", "redeem", "points_query", "cancel", "progress_query"})
_EVENTS: Final = frozenset({"volunteer_signup", "party_register", "points_query", "cancel", "progress_query"})


def find_slots(
    source: Normalised, *, intents: tuple[str, ...], now: datetime, places: frozenset[str]
) -> tuple[Slot, ...]:
    """In order of mention; the wishes decide between next and past Wednesday and which lists are looked up."""
    text = source.text
    numbers = list(_numbers(text))
    free = _masked(text, numbers)
    times = [
        FoundValue("time", time.start, time.end, time.value)
        for time in find_times(free, now=now, forward=not intents or not _LOOKS_BACK.issuperset(intents))
    ]
    taken = [(value.start, value.end) for value in (*numbers, *times)]
    counts = find_counts(_masked(free, times), intents)
    located = [
        FoundValue("loc", place.start, place.end, place.deictic)
        for place in find_places(text, names=places, taken=taken)
    ]
    found = [*numbers, *times, *_without_mere_home(text, located, intents)]
    named = _people_and_things(free, _masked(text, found), intents)
    found += [one for one in counts if not is_address(one, text, located)]
    found += [one for one in named if not _is_landmark(one, located)]
    slots = [_placed(source, value) for value in found]
    return tuple(sorted(slots, key=lambda slot: (slot.start, SLOT_TYPES.index(slot.type))))


def _without_mere_home(text: str, places: list[FoundValue], intents: tuple[str, ...]) -> list[FoundValue]:
    """我家 alone is a place only where something is wrong there, 这里 only where nothing better is named besides."""
    named = [(place, text[place.start : place.end]) for place in places]
    if "issue_report" not in intents:
        return [place for place, words in named if words not in _NO_PLACE]
    better = [place for place, words in named if words not in _HERE_WITH_US]
    return better or [place for place, words in named if words in _HERE]


def _numbers(text: str) -> Iterator[FoundValue]:
    end = -1
    for value in sorted(find_numbers(text), key=lambda one: (one.start, -one.end)):
        if value.start >= end:
            yield value
            end = value.end


def _people_and_things(plain: str, masked: str, intents: tuple[str, ...]) -> Iterator[FoundValue]:
    """`plain` has only the numbers blanked, `masked` times and places too."""
    names = list(find_names(masked))
    yield from names
    yield from find_listed("relation", "relations", _masked(masked, names))
    if not intents or not _OFFERS.isdisjoint(intents):
        yield from find_items(plain, masked, intents)
    if not intents or not _EVENTS.isdisjoint(intents):
        yield from find_activities(plain, masked, intents)


def _is_landmark(thing: FoundValue, places: list[FoundValue]) -> bool:
    """图书馆门口 is a place, 社区会议室 is one to be booked."""
    return thing.type == "item" and any(place.start <= thing.start and thing.end < place.end for place in places)


def _masked(text: str, found: list[FoundValue]) -> str:
    for value in found:
        text = text[: value.start] + "\0" * (value.end - value.start) + text[value.end :]
    return text


def _placed(source: Normalised, found: FoundValue) -> Slot:
    start, end = source.span(found.start, found.end)
    text = source.original[start:end]
    value = found.value
    if found.type == "loc":
        value = {"name": canonical(text), "deictic": value}
    return Slot(found.type, start, end, text, value)
