"""党员报到: separate consent first, then four short questions; status, correction, withdrawal.

Being a member is a specific identity under the Personal Information Protection Law (article 28): nothing is asked
before the consent, and nothing is kept without it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import consents, contacts, members
from community.consents import Purpose
from community.members import AlreadyRegistered, Details, Registration
from community.members.workflow import ACTIVE
from core.values import RegistrationState
from handlers import tables, texts
from handlers import texts_member as words
from handlers.common import area_of, ask_phone, choose_area_first, taken_phone, wording, wrong
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.prompt import NO, YES

LONGEST: Final = 100
LONGEST_NAME: Final = 20


class Step(StrEnum):
    CONSENT = "consent"
    NAME = "name"
    PHONE = "phone"
    EMPLOYER = "employer"
    SPECIALITY = "speciality"
    CONFIRM = "confirm"
    STATUS = "status"


class Choose(StrEnum):
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    SKIP = "skip"
    NAME = "name"
    PHONE = "phone"
    EMPLOYER = "employer"


async def begin(turn: Turn) -> Outcome:
    known = await members.status(turn.db, resident_id=turn.resident_id)
    if known is not None and known.state in ACTIVE:
        return _status(turn, known)
    if not await area_of(turn):
        return choose_area_first()
    turn.draft = {}
    return _ask_consent()


def _status(turn: Turn, known: Registration) -> Ask:
    turn.draft = {"id": known.id}
    options = (
        Option(Choose.CORRECT, words.MEMBER_CORRECT, words.MEMBER_CORRECT_WORDS),
        Option(Choose.WITHDRAW, words.MEMBER_WITHDRAW, words.MEMBER_WITHDRAW_WORDS),
    )
    return Ask(Step.STATUS, words.MEMBER_STATES[RegistrationState(known.state)], options)


def _ask_consent() -> Ask:
    options = (Option(YES, words.MEMBER_AGREE), Option(NO, words.MEMBER_DISAGREE))
    return Ask(Step.CONSENT, words.MEMBER_CONSENT, options)


async def status(turn: Turn) -> Outcome:
    registration_id = turn.draft["id"]
    if turn.answer.value == Choose.WITHDRAW:
        await members.withdraw(turn.db, turn.vault, registration_id=registration_id, resident_id=turn.resident_id)
        return Done(words.MEMBER_WITHDRAWN)
    known = await members.own_view(turn.db, turn.vault, registration_id=registration_id, resident_id=turn.resident_id)
    turn.draft |= {field: known[field] for field in ("name", "phone", "employer", "speciality")}
    return _confirm(turn)


async def consent(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(words.MEMBER_NO_CONSENT)
    await consents.give(
        turn.db,
        resident_id=turn.resident_id,
        purpose=Purpose.PARTY_MEMBER,
        wording=wording(turn, words.MEMBER_CONSENT),
    )
    return await _next(turn)


async def _next(turn: Turn) -> Outcome:
    """The first thing that is still missing."""
    draft = turn.draft
    if not draft.get("name"):
        return Ask(Step.NAME, words.MEMBER_ASK_NAME, accepts=TEXT, slot="name")
    if not draft.get("phone"):
        return await ask_phone(turn, Step.PHONE, words.MEMBER_ASK_PHONE)
    if not draft.get("employer"):
        return Ask(Step.EMPLOYER, words.MEMBER_ASK_EMPLOYER, accepts=TEXT, greedy=True)
    if "speciality" not in draft:
        options = tuple(Option(word, word) for word in words.MEMBER_SPECIALITIES)
        skip = Option(Choose.SKIP, words.MEMBER_SKIP, tables.words("any"))
        return Ask(Step.SPECIALITY, words.MEMBER_ASK_SPECIALITY, (*options, skip), TEXT, greedy=True)
    return _confirm(turn)


def _confirm(turn: Turn) -> Ask:
    draft = turn.draft
    text = words.MEMBER_CONFIRM.format(name=draft["name"], phone=draft["phone"], employer=draft["employer"])
    options = (
        Option(YES, words.MEMBER_YES, words.MEMBER_YES_WORDS),
        Option(Choose.NAME, words.MEMBER_CHANGE_NAME),
        Option(Choose.PHONE, words.MEMBER_CHANGE_PHONE),
        Option(Choose.EMPLOYER, words.MEMBER_CHANGE_EMPLOYER),
        Option(NO, texts.NOT_NOW),
    )
    return Ask(Step.CONFIRM, text, options, accepts=TEXT)


async def name(turn: Turn) -> Outcome:
    slot = turn.understood.slot("name")
    given = str(slot.value) if slot else turn.answer.text
    if len(given) > LONGEST_NAME or not all(ch.isalpha() or ch in texts.NAME_SIGNS for ch in given):
        return Unclear(words.MEMBER_NAME_AGAIN)
    turn.draft["name"] = given
    if phone := turn.understood.slot("phone"):
        turn.draft["phone"] = str(phone.value)
    return await _next(turn)


async def phone(turn: Turn) -> Outcome:
    turn.draft["phone"] = await taken_phone(turn)
    return await _next(turn) if turn.draft["phone"] else Unclear(texts.PHONE_AGAIN)


async def employer(turn: Turn) -> Outcome:
    turn.draft["employer"] = turn.answer.text[:LONGEST]
    return await _next(turn)


async def speciality(turn: Turn) -> Outcome:
    given = turn.answer.value or turn.answer.text[:LONGEST]
    turn.draft["speciality"] = "" if given == Choose.SKIP else given
    return await _next(turn)


async def confirm(turn: Turn) -> Outcome:
    match turn.answer.value:
        case Choose.NAME | Choose.PHONE | Choose.EMPLOYER as field:
            turn.draft[field] = ""
            return await _next(turn)
        case "":
            return await _corrected(turn)
        case answer:
            return await _register(turn) if answer == YES else Done(words.MEMBER_DROPPED)


async def _corrected(turn: Turn) -> Outcome:
    found = {kind: str(slot.value) for kind in ("name", "phone") if (slot := turn.understood.slot(kind))}
    turn.draft |= found
    return await _next(turn) if found else Unclear(wrong(turn))


async def _register(turn: Turn) -> Outcome:
    draft = turn.draft
    details = Details(
        name=draft["name"], phone=draft["phone"], employer=draft["employer"], speciality=draft["speciality"]
    )
    if "id" in draft:
        await members.correct(
            turn.db, turn.vault, registration_id=draft["id"], resident_id=turn.resident_id, details=details
        )
        return Done(words.MEMBER_CORRECTED)
    area = await area_of(turn) or ""
    try:
        await members.register(turn.db, turn.vault, resident_id=turn.resident_id, area_code=area, details=details)
    except AlreadyRegistered:
        return await begin(turn)
    await contacts.keep(turn.db, turn.vault, resident_id=turn.resident_id, name=draft["name"])
    return Done(words.MEMBER_DONE, (entry("area", words.MEMBER_AREA),))


MEMBER: Final = Dialogue(
    "member",
    texts.MEMBER_TITLE,
    begin,
    {
        Step.CONSENT: consent,
        Step.NAME: name,
        Step.PHONE: phone,
        Step.EMPLOYER: employer,
        Step.SPECIALITY: speciality,
        Step.CONFIRM: confirm,
        Step.STATUS: status,
    },
    intents=("party_register",),
    needs_identity=True,
)
