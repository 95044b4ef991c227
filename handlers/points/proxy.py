"""请别人替我领: somebody collects for a resident who cannot come, named with consent and kept sealed."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import consents
from community.consents import Purpose
from handlers import texts
from handlers import texts_points as words
from handlers.common import wording
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.points import codes
from handlers.prompt import NO, YES
from handlers.wording import moment
from points import own_redemptions

LONGEST_NAME: Final = 20


class Step(StrEnum):
    WHICH = "which"
    NAME = "name"
    CONSENT = "consent"


async def begin(turn: Turn) -> Outcome:
    if turn.answer.value:
        return _ask_name(turn, turn.answer.value)
    found = await codes.open_ones(turn)
    if not found:
        return Done(words.CODES_NONE, (entry("redeem", words.REDEEM_TITLE),))
    return _ask_name(turn, found[0].id) if len(found) == 1 else codes.ask_which(Step.WHICH, words.PROXY_WHICH, found)


async def which(turn: Turn) -> Outcome:
    return _ask_name(turn, turn.answer.value) if turn.answer.value else Unclear()


def _ask_name(turn: Turn, redemption_id: str) -> Ask:
    turn.draft = {"redemption": redemption_id}
    return Ask(Step.NAME, words.PROXY_NAME, accepts=TEXT, slot="name")


async def name(turn: Turn) -> Outcome:
    slot = turn.understood.slot("name")
    given = str(slot.value) if slot else turn.answer.text
    if len(given) > LONGEST_NAME or not all(ch.isalpha() or ch in texts.NAME_SIGNS for ch in given):
        return Unclear(words.PROXY_NAME_AGAIN)
    turn.draft["name"] = given
    options = (Option(YES, words.PROXY_YES, words.PROXY_YES_WORDS), Option(NO, words.PROXY_NO))
    return Ask(Step.CONSENT, words.PROXY_CONSENT.format(name=given), options)


async def consent(turn: Turn) -> Outcome:
    """The resident answers for the other, as with an order for a relative; it counts for this redemption alone."""
    if turn.answer.value != YES:
        return Done(words.PROXY_DROPPED, (entry("my_codes", words.CODES_TITLE),))
    given, redemption_id = turn.draft["name"], turn.draft["redemption"]
    done = await own_redemptions.send_for(
        turn.db, turn.vault, redemption_id=redemption_id, resident_id=turn.resident_id, name=given
    )
    words_shown = wording(turn, words.PROXY_CONSENT.format(name=""))
    await consents.give(
        turn.db, resident_id=turn.resident_id, purpose=Purpose.PROXY, wording=words_shown, subject=redemption_id
    )
    place, _ = await codes.place_of(turn.db, done)
    text = words.PROXY_DONE.format(
        name=given, item=done.reward_name, code=done.code or "", until=moment(done.expires_at), where=place
    )
    return Done(text, (entry("my_codes", words.CODES_TITLE),), qr=done.id if done.code else "")


PROXY: Final = Dialogue(
    "proxy",
    words.PROXY_TITLE,
    begin,
    {Step.WHICH: which, Step.NAME: name, Step.CONSENT: consent},
    needs_identity=True,
)
