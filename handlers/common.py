"""What several dialogues ask alike: whose community it is, and how to reach the resident."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from community import consents, residents
from community.consents import Purpose, Wording
from core import clock
from handlers import texts
from handlers.dialogue import TEXT, Ask, Option, Turn
from nlp.understanding import Slot

KNOWN_PHONE: Final = "known"


async def area_of(turn: Turn) -> str | None:
    """The resident's community, or the one whose account they write to."""
    return (await residents.get(turn.db, resident_id=turn.resident_id)).area_code or turn.account.area


async def ask_phone(turn: Turn, step: StrEnum, text: str) -> Ask:
    """Ask for a number, offering the one that is known."""
    contact = await residents.contact(turn.db, turn.vault, resident_id=turn.resident_id)
    options = (Option(KNOWN_PHONE, texts.PHONE_KNOWN.format(phone=_shown(contact.phone))),) if contact.phone else ()
    return Ask(step, text, options, accepts=TEXT, slot="phone")


def _shown(phone: str) -> str:
    return f"{phone[:3]}****{phone[-2:]}"


async def taken_phone(turn: Turn, asked: str) -> str | None:
    """The number in an answer, kept with the consent that giving it means; None if there is none."""
    if turn.answer.value == KNOWN_PHONE:
        return (await residents.contact(turn.db, turn.vault, resident_id=turn.resident_id)).phone
    slot = turn.understood.slot("phone")
    if slot is None:
        return None
    await keep_phone(turn, str(slot.value), asked)
    return str(slot.value)


async def keep_phone(turn: Turn, phone: str, asked: str) -> None:
    wording = Wording(texts.CONSENT_VERSION, asked, turn.account.name)
    await consents.give(turn.db, resident_id=turn.resident_id, purpose=Purpose.CONTACT, wording=wording)
    await residents.set_contact(turn.db, turn.vault, resident_id=turn.resident_id, phone=phone)


def overlaps(slot: Slot | None, start: datetime, end: datetime) -> bool:
    """Whether a time that was said touches this span; no time said touches every span."""
    if slot is None:
        return True
    return clock.parse(slot.value["start"]) < end and start < clock.parse(slot.value["end"])


def likeness(text: str, title: str) -> int:
    """How many pairs of neighbouring characters a message shares with a title."""
    pairs = {title[i : i + 2] for i in range(len(title) - 1)}
    return sum(pair in text for pair in pairs)
