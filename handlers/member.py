"""党员报到: separate consent first, then four short questions; status, correction, withdrawal."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import consents, members, residents
from community.consents import Purpose, Wording
from community.members import Details
from community.members.workflow import ACTIVE
from core.values import RegistrationState
from handlers import texts
from handlers.common import area_of, ask_phone, taken_phone
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn
from handlers.prompt import NO, YES

SKIP: Final = "skip"


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


async def begin(turn: Turn) -> Outcome:
    known = await members.status(turn.db, resident_id=turn.resident_id)
    if known is not None and RegistrationState(known.state) in ACTIVE:
        return _status(turn, known.id, known.state)
    turn.draft = {}
    return _ask_consent()


def _status(turn: Turn, registration_id: str, state: str) -> Ask:
    turn.draft = {"id": registration_id}
    options = (Option(Choose.CORRECT, texts.MEMBER_CORRECT), Option(Choose.WITHDRAW, texts.MEMBER_WITHDRAW))
    return Ask(Step.STATUS, texts.MEMBER_STATES[state], options)


def _ask_consent() -> Ask:
    options = (Option(YES, texts.MEMBER_AGREE, ("同意",)), Option(NO, texts.MEMBER_DISAGREE, ("不同意",)))
    return Ask(Step.CONSENT, texts.MEMBER_CONSENT, options)


async def status(turn: Turn) -> Outcome:
    if turn.answer.value == Choose.WITHDRAW:
        await members.withdraw(turn.db, turn.vault, registration_id=turn.draft["id"], resident_id=turn.resident_id)
        return Done(texts.MEMBER_WITHDRAWN)
    return _ask_consent()


async def consent(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(texts.MEMBER_NO_CONSENT)
    wording = Wording(texts.CONSENT_VERSION, texts.MEMBER_CONSENT, turn.account.name)
    await consents.give(turn.db, resident_id=turn.resident_id, purpose=Purpose.PARTY_MEMBER, wording=wording)
    return await _next(turn)


async def _next(turn: Turn) -> Outcome:
    draft = turn.draft
    if not draft.get("name"):
        return Ask(Step.NAME, texts.MEMBER_ASK_NAME, accepts=TEXT, greedy=True)
    if not draft.get("phone"):
        return await ask_phone(turn, Step.PHONE, texts.MEMBER_ASK_PHONE)
    if not draft.get("employer"):
        return Ask(Step.EMPLOYER, texts.MEMBER_ASK_EMPLOYER, accepts=TEXT, greedy=True)
    if "speciality" not in draft:
        options = tuple(Option(word, word) for word in texts.MEMBER_SPECIALITIES)
        return Ask(
            Step.SPECIALITY, texts.MEMBER_ASK_SPECIALITY, (*options, Option(SKIP, texts.MEMBER_SKIP)), TEXT, greedy=True
        )
    text = texts.MEMBER_CONFIRM.format(name=draft["name"], phone=draft["phone"], employer=draft["employer"])
    return Ask(Step.CONFIRM, text, (Option(YES, texts.MEMBER_YES, ("提交",)), Option(NO, texts.MEMBER_AGAIN)))


async def name(turn: Turn) -> Outcome:
    slot = turn.understood.slot("name")
    turn.draft["name"] = str(slot.value) if slot else turn.answer.text[:20]
    if phone := turn.understood.slot("phone"):
        turn.draft["phone"] = str(phone.value)
    return await _next(turn)


async def phone(turn: Turn) -> Outcome:
    turn.draft["phone"] = await taken_phone(turn, texts.MEMBER_ASK_PHONE) or ""
    if not turn.draft["phone"]:
        return await ask_phone(turn, Step.PHONE, texts.PHONE_AGAIN)
    return await _next(turn)


async def employer(turn: Turn) -> Outcome:
    turn.draft["employer"] = turn.answer.text[:100]
    return await _next(turn)


async def speciality(turn: Turn) -> Outcome:
    given = turn.answer.value or turn.answer.text[:100]
    turn.draft["speciality"] = "" if given == SKIP else given
    return await _next(turn)


async def confirm(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        turn.draft = {key: value for key, value in turn.draft.items() if key == "id"}
        return await _next(turn)
    draft = turn.draft
    details = Details(
        name=draft["name"], phone=draft["phone"], employer=draft["employer"], speciality=draft["speciality"]
    )
    if "id" in draft:
        await members.correct(
            turn.db, turn.vault, registration_id=draft["id"], resident_id=turn.resident_id, details=details
        )
    else:
        area = await area_of(turn) or ""
        await members.register(turn.db, turn.vault, resident_id=turn.resident_id, area_code=area, details=details)
    await residents.set_contact(turn.db, turn.vault, resident_id=turn.resident_id, name=draft["name"])
    return Done(texts.MEMBER_DONE)


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
