"""我同意过什么: the consents of a resident, and taking one back, as easily as it was given.

Taking one back also forgets what was kept for it (Personal Information Protection Law, articles 15 and 47).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import consents, contacts, families, leaderboard, members, volunteers
from community.consents import Purpose, Record
from community.members.workflow import ACTIVE
from handlers import texts
from handlers import texts_me as words
from handlers.common import wording
from handlers.dialogue import Ask, Dialogue, Done, Option, Outcome, Turn, entry
from handlers.prompt import NO, YES
from handlers.wording import day


class Step(StrEnum):
    LIST = "list"
    SURE = "sure"


async def begin(turn: Turn) -> Outcome:
    given = await _given(turn)
    if not given:
        return Done(words.CONSENTS_NONE, (entry("me", texts.ME_TITLE),))
    options = tuple(
        Option(record.purpose, words.CONSENT_LINE.format(what=words.PURPOSES[record.purpose], day=day(record.at)))
        for record in given
    )
    return Ask(Step.LIST, words.CONSENTS_WHICH, (*options, Option(NO, words.CONSENTS_KEEP)))


async def _given(turn: Turn) -> list[Record]:
    """The newest record of each purpose that still grants it; those for one order only are not listed."""
    newest = {
        record.purpose: record
        for record in await consents.history(turn.db, resident_id=turn.resident_id)
        if not record.subject
    }
    return [record for record in newest.values() if record.granted]


async def chosen(turn: Turn) -> Outcome:
    if turn.answer.value == NO:
        return Done(words.CONSENTS_KEPT)
    turn.draft = {"purpose": turn.answer.value}
    options = (Option(YES, words.CONSENT_WITHDRAW, words.CONSENT_WITHDRAW_WORDS), Option(NO, texts.NOT_NOW))
    return Ask(Step.SURE, words.CONSENT_SURE[Purpose(turn.answer.value)], options)


async def sure(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(words.CONSENTS_KEPT)
    purpose = Purpose(turn.draft["purpose"])
    agreed = wording(turn, words.CONSENT_SURE[purpose])
    await consents.withdraw(turn.db, resident_id=turn.resident_id, purpose=purpose, wording=agreed)
    await _forget(turn, purpose)
    return Done(words.CONSENT_WITHDRAWN.format(what=words.PURPOSES[purpose]), (entry("me", texts.ME_TITLE),))


async def _forget(turn: Turn, purpose: Purpose) -> None:
    """What may not be kept any longer; open orders and registrations under review end as their own rules say."""
    match purpose:
        case Purpose.CONTACT:
            await contacts.keep(turn.db, turn.vault, resident_id=turn.resident_id, name="", phone="", address="")
        case Purpose.VOLUNTEER:
            await volunteers.leave(turn.db, resident_id=turn.resident_id)
        case Purpose.PARTY_MEMBER:
            known = await members.status(turn.db, resident_id=turn.resident_id)
            if known is not None and known.state in ACTIVE:
                await members.withdraw(turn.db, turn.vault, registration_id=known.id, resident_id=turn.resident_id)
        case Purpose.FAMILY:
            if await families.of_resident(turn.db, resident_id=turn.resident_id) is not None:
                await families.leave(turn.db, resident_id=turn.resident_id)
        case Purpose.LEADERBOARD:
            await leaderboard.leave(turn.db, resident_id=turn.resident_id)
        case _:
            return


CONSENTS: Final = Dialogue("consents", words.CONSENTS_TITLE, begin, {Step.LIST: chosen, Step.SURE: sure})
