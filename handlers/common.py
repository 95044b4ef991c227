"""What several dialogues ask alike: whose community it is, how to reach the resident, how many, how many stars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from community import consents, contacts, residents
from community.consents import Purpose, Wording
from core import clock
from handlers import tables, texts
from handlers.dialogue import TEXT, Ask, Done, Option, Turn, entry
from handlers.prompt import COUNT, number_in, plain
from nlp.understanding import Slot, Understanding

T = TypeVar("T")
KNOWN_PHONE: Final = "known"
MOST: Final = 20
"""Persons or portions in one go; the services allow no more."""


async def area_of(turn: Turn) -> str | None:
    """The resident's community, or the one whose account they write to."""
    return (await residents.home(turn.db, resident_id=turn.resident_id)).area_code or turn.account.area


def choose_area_first() -> Done:
    """For what exists only within a community."""
    return Done(texts.AREA_FIRST, (entry("area", texts.AREA_TITLE), entry("menu", texts.MENU_MORE)))


def wording(turn: Turn, text: str) -> Wording:
    """What a resident agreed to, as it was shown here."""
    return Wording(texts.CONSENT_VERSION, text, turn.account.name)


async def ask_phone(turn: Turn, step: StrEnum, text: str, *more: Option) -> Ask:
    """Ask for a number, offering the one that is known."""
    contact = await contacts.read(turn.db, turn.vault, resident_id=turn.resident_id)
    known = (Option(KNOWN_PHONE, texts.PHONE_KNOWN.format(phone=masked(contact.phone)), texts.PHONE_KNOWN_WORDS),)
    return Ask(step, text, (*(known if contact.phone else ()), *more), accepts=TEXT, slot="phone")


def masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


async def taken_phone(turn: Turn) -> str:
    """The number in an answer, or the known one if that was chosen; empty if there is none."""
    if turn.answer.value == KNOWN_PHONE:
        return (await contacts.read(turn.db, turn.vault, resident_id=turn.resident_id)).phone
    slot = turn.understood.slot("phone")
    return str(slot.value) if slot is not None else ""


async def keep_phone(turn: Turn, phone: str, agreed: str) -> None:
    """Keep a number as the resident's own, with the consent to these words."""
    await consents.give(turn.db, resident_id=turn.resident_id, purpose=Purpose.CONTACT, wording=wording(turn, agreed))
    await contacts.keep(turn.db, turn.vault, resident_id=turn.resident_id, phone=phone)


def ask_count(step: StrEnum, text: str, unit: str, words: tuple[tuple[str, ...], ...]) -> Ask:
    """How many, with the first few to choose from; a larger number is said. `words` name one, two, three …"""
    options = tuple(Option(str(n), unit.format(count=n), names) for n, names in enumerate(words, start=1))
    return Ask(step, text, options, accepts=TEXT, slot=COUNT)


def count_in(turn: Turn) -> int:
    """The number of persons or portions that was chosen or said; 0 if none, or one beyond reason."""
    if turn.answer.value:
        return int(turn.answer.value)
    said = turn.understood.all(COUNT)
    count = (
        next((int(slot.value) for slot in said if slot.value), 0) if said else number_in(plain(turn.answer.text)) or 0
    )
    return count if 1 <= count <= MOST else 0


def ask_stars(step: StrEnum) -> Ask:
    options = tuple(Option(str(n), label, texts.STAR_WORDS[n]) for n, label in texts.STARS.items())
    return Ask(step, texts.ASK_STARS, options)


def wrong(turn: Turn) -> str:
    """What to say to words that correct nothing: to a bare 不对 the question what is wrong."""
    return texts.WHAT_IS_WRONG if turn.answer.text.startswith(tables.words("corrections")) else ""


def appointed(understood: Understanding) -> Slot | None:
    """The time for which somebody wants to come or be visited.

    None of these is one: how long something lasts, what is past, and 现在, which ends with this minute. A whole month
    or year is meant only where nothing nearer is said.
    """
    soonest = clock.now() + timedelta(minutes=1)
    coming = [
        slot
        for slot in understood.all("time")
        if slot.value.get("kind") != "duration" and clock.parse(slot.value["end"]) > soonest
    ]
    return next((slot for slot in coming if slot.value["grain"] != "month"), coming[0] if coming else None)


def overlaps(said: Any, start: datetime, end: datetime) -> bool:
    """Whether the value of a time slot touches this span; no time said touches every span."""
    return said is None or (clock.parse(said["start"]) < end and start < clock.parse(said["end"]))


def likeness(text: str, title: str, groups: Sequence[tuple[str, ...]] = ()) -> int:
    """How alike a message and a title are.

    The pairs of neighbouring characters that they share, and two for each group of words for the same thing of which
    both have one.
    """
    pairs = {title[i : i + 2] for i in range(len(title) - 1)}
    same = sum(any(w in text for w in words) and any(w in title for w in words) for words in groups)
    return sum(pair in text for pair in pairs) + 2 * same


def likeliest(scored: Sequence[tuple[int, T]]) -> list[T]:
    """Those with the best score, if that is not nothing."""
    best = max((score for score, _ in scored), default=0)
    return [one for score, one in scored if score == best] if best > 0 else []
