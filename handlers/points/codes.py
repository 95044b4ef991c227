"""我的领取码: the codes that can still be used, each with place, hours and picture; and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from core.values import RedemptionState
from handlers import texts
from handlers import texts_points as words
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.points.places import where
from handlers.prompt import NO, YES
from handlers.wording import day, moment
from points import own_redemptions, redemption_views, rewards
from points.redemption_views import Redemption

SHOWN: Final = 7
READ: Final = 50


class Step(StrEnum):
    WHICH = "which"
    SURE = "sure"


async def open_ones(turn: Turn) -> list[Redemption]:
    """What waits to be collected, or to be approved first."""
    mine = await redemption_views.my_redemptions(turn.db, turn.vault, resident_id=turn.resident_id, limit=READ)
    return [one for one in mine if one.code or one.state is RedemptionState.WAITING]


def ask_which(step: StrEnum, text: str, found: Sequence[Redemption]) -> Ask:
    options = tuple(Option(one.id, line(one), (one.reward_name,)) for one in found[:SHOWN])
    return Ask(step, text, options, accepts=TEXT)


def line(one: Redemption) -> str:
    if one.state is RedemptionState.WAITING:
        return words.CODES_LINE_WAITING.format(name=one.reward_name)
    return words.CODES_LINE.format(name=one.reward_name, until=day(one.expires_at))


async def begin(turn: Turn) -> Outcome:
    found = await open_ones(turn)
    if not found:
        return Done(words.CODES_NONE, (entry("redeem", words.REDEEM_TITLE),))
    if len(found) > 1:
        return ask_which(Step.WHICH, words.CODES_WHICH.format(count=len(found)), found)
    return await _show(turn, found[0])


async def which(turn: Turn) -> Outcome:
    if not turn.answer.value:
        return Unclear()
    return await _show(turn, await _own(turn, turn.answer.value))


async def _own(turn: Turn, redemption_id: str) -> Redemption:
    return await own_redemptions.get(turn.db, turn.vault, redemption_id=redemption_id, resident_id=turn.resident_id)


async def _show(turn: Turn, one: Redemption) -> Done:
    cancel = entry("cancel_code", words.CANCEL_CODE_TITLE, one.id, words.CANCEL_CODE_WORDS)
    if one.code is None:
        return Done(words.CODE_WAITING.format(name=one.reward_name), (cancel,))
    text = f"{words.CODE_ONE.format(name=one.reward_name, code=one.code)}\n{await lines_of(turn.db, one)}"
    return Done(text, (entry("proxy", words.PROXY_TITLE, one.id, words.PROXY_WORDS), cancel), qr=one.id)


async def lines_of(db: AsyncSession, one: Redemption) -> str:
    """Until when and where it is handed out, and to whom if not to the resident."""
    place, hours = await place_of(db, one)
    text = words.CODE_PLACE.format(until=moment(one.expires_at), where=place, hours=hours)
    return f"{text}\n{words.CODE_PROXY.format(name=one.pickup_by)}" if one.pickup_by else text


async def place_of(db: AsyncSession, one: Redemption) -> tuple[str, str]:
    """Where and when a reward is handed out, in words."""
    reward = await rewards.find_reward(db, reward_id=one.reward_id)
    return await where(db, site_id=one.site_id, pickup=reward.pickup)


async def begin_cancelling(turn: Turn) -> Outcome:
    """The one that its entry names, or the only one, or the question which."""
    if turn.answer.value:
        return _ask_sure(turn, await _own(turn, turn.answer.value))
    found = await open_ones(turn)
    if not found:
        return Done(words.CODES_NONE, (entry("points", texts.POINTS_TITLE),))
    return _ask_sure(turn, found[0]) if len(found) == 1 else ask_which(Step.WHICH, words.CANCEL_CODE_WHICH, found)


async def which_to_cancel(turn: Turn) -> Outcome:
    return _ask_sure(turn, await _own(turn, turn.answer.value)) if turn.answer.value else Unclear()


def _ask_sure(turn: Turn, one: Redemption) -> Ask:
    turn.draft = {"redemption": one.id}
    text = words.CANCEL_CODE_SURE.format(name=one.reward_name, price=one.price_points)
    options = (Option(YES, words.CANCEL_CODE_YES, words.CANCEL_CODE_WORDS), Option(NO, texts.NOT_NOW))
    return Ask(Step.SURE, text, options)


async def sure(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(words.CANCEL_CODE_KEPT, (entry("my_codes", words.CODES_TITLE),))
    done = await own_redemptions.cancel(
        turn.db, turn.vault, redemption_id=turn.draft["redemption"], resident_id=turn.resident_id
    )
    text = words.CANCEL_CODE_DONE.format(name=done.reward_name, price=done.price_points)
    return Done(text, (entry("redeem", words.REDEEM_TITLE), entry("points", texts.POINTS_TITLE)))


MY_CODES: Final = Dialogue("my_codes", words.CODES_TITLE, begin, {Step.WHICH: which}, needs_identity=True)
CANCEL_CODE: Final = Dialogue(
    "cancel_code",
    words.CANCEL_CODE_TITLE,
    begin_cancelling,
    {Step.WHICH: which_to_cancel, Step.SURE: sure},
    needs_identity=True,
)
