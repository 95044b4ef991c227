"""捐积分: to neighbours in need or to the community, for good, with consent each time."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import consents
from community.consents import Purpose
from handlers import texts
from handlers import texts_points as words
from handlers.common import area_of, choose_area_first, wording
from handlers.dialogue import Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.points import amounts
from handlers.prompt import NO, YES
from points import sharing
from points.sharing import DonationFund


class Step(StrEnum):
    FUND = "fund"
    AMOUNT = "amount"
    CONSENT = "consent"


async def begin(turn: Turn) -> Outcome:
    if not await area_of(turn):
        return choose_area_first()
    if (stopped := await amounts.stopped(turn)) is not None:
        return stopped
    if not await amounts.available(turn):
        return Done(words.DONATE_NONE, (entry("points_how", words.HOW_TITLE),))
    options = tuple(Option(fund, label, said) for fund, (label, said) in words.DONATE_FUNDS.items())
    return Ask(Step.FUND, words.DONATE_TO, (*options, Option(NO, texts.NOT_NOW, words.DONATE_NO_WORDS)))


async def fund(turn: Turn) -> Outcome:
    if turn.answer.value == NO:
        return Done(words.DONATE_DROPPED, (entry("points", texts.POINTS_TITLE),))
    turn.draft = {"fund": turn.answer.value}
    available = await amounts.available(turn)
    return amounts.ask(Step.AMOUNT, words.DONATE_ASK.format(available=available), available)


async def amount(turn: Turn) -> Outcome:
    if amounts.declined(turn):
        return Done(words.DONATE_DROPPED, (entry("points", texts.POINTS_TITLE),))
    count = amounts.said(turn, await amounts.available(turn))
    if isinstance(count, Unclear):
        return count
    turn.draft["count"] = count
    options = (Option(YES, words.DONATE_YES, words.DONATE_YES_WORDS), Option(NO, texts.NOT_NOW))
    return Ask(Step.CONSENT, _question(turn), options)


def _question(turn: Turn) -> str:
    label, _ = words.DONATE_FUNDS[turn.draft["fund"]]
    return words.DONATE_SURE.format(fund=label, count=turn.draft["count"])


async def consent(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(words.DONATE_DROPPED, (entry("points", texts.POINTS_TITLE),))
    given, count = DonationFund(turn.draft["fund"]), turn.draft["count"]
    done = await sharing.donate(
        turn.db,
        area_code=await area_of(turn) or "",
        resident_id=turn.resident_id,
        fund=given,
        amount_points=count,
        key=f"chat:{turn.message_key}:donate",
    )
    await consents.give(
        turn.db,
        resident_id=turn.resident_id,
        purpose=Purpose.DONATION,
        wording=wording(turn, _question(turn)),
        subject=done.transfer_id,
    )
    label, _ = words.DONATE_FUNDS[given]
    return Done(words.DONATED.format(count=count, fund=label), (entry("points", texts.POINTS_TITLE),))


DONATE: Final = Dialogue(
    "donate",
    words.DONATE_TITLE,
    begin,
    {Step.FUND: fund, Step.AMOUNT: amount, Step.CONSENT: consent},
    needs_identity=True,
)
