"""我的积分: balance and how it was earned, rewards and redeeming, one's codes."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core import clock
from core.values import RedemptionState
from handlers import texts
from handlers.common import area_of, likeness
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, entry
from handlers.prompt import NO, YES
from handlers.wording import day, moment
from points import redemption_views, redemptions, rewards, statements

SHOWN: Final = 7


class Step(StrEnum):
    WHICH = "which"
    CONFIRM = "confirm"


async def begin(turn: Turn) -> Outcome:
    balance = await statements.balance(turn.db, area_code=await area_of(turn) or "", resident_id=turn.resident_id)
    text = texts.POINTS_BALANCE.format(available=balance.available)
    if balance.held:
        text += texts.POINTS_HELD.format(held=balance.held)
    options = (
        entry("points_how", texts.POINTS_HOW_TITLE),
        entry("redeem", texts.REDEEM_TITLE),
        entry("my_codes", texts.CODES_TITLE),
    )
    return Done(text, options)


async def how(turn: Turn) -> Outcome:
    """The last few entries, then how points are earned."""
    page = await statements.statement(
        turn.db, area_code=await area_of(turn) or "", resident_id=turn.resident_id, limit=2
    )
    lines = [
        texts.POINTS_ENTRY.format(day=day(line.at), amount=f"{line.amount_points:+d}", what=_why(line))
        for line in page.items
    ]
    return Done("\n".join([*lines, texts.POINTS_RULES]), (entry("redeem", texts.REDEEM_TITLE),))


def _why(line: statements.Line) -> str:
    return texts.POINTS_WHY.get(line.rule_id or line.kind) or line.reason or texts.POINTS_WHY["other"]


async def redeem(turn: Turn) -> Outcome:
    area = await area_of(turn) or ""
    offered = [r for r in await rewards.list_rewards(turn.db, area_code=area, now=clock.now()) if r.stock > 0]
    if not offered:
        return Done(texts.REDEEM_NONE)
    named = [r for r in offered if likeness(turn.said.text, r.name)]
    if len(named) == 1:
        return _confirm(turn, named[0])
    balance = await statements.balance(turn.db, area_code=area, resident_id=turn.resident_id)
    options = tuple(
        Option(r.id, texts.REDEEM_LINE.format(name=r.name, price=r.price_points), (r.name,)) for r in offered[:SHOWN]
    )
    return Ask(Step.WHICH, texts.REDEEM_WHICH.format(available=balance.available), options, accepts=TEXT)


def _confirm(turn: Turn, reward: rewards.RewardView) -> Ask:
    turn.draft = {"reward": reward.id}
    text = texts.REDEEM_CONFIRM.format(name=reward.name, price=reward.price_points)
    return Ask(Step.CONFIRM, text, (Option(YES, texts.REDEEM_YES, ("换", "兑换")), Option(NO, texts.NOT_NOW)))


async def which(turn: Turn) -> Outcome:
    if not turn.answer.value:
        return await redeem(turn)
    return _confirm(turn, await rewards.find_reward(turn.db, reward_id=turn.answer.value))


async def confirm(turn: Turn) -> Outcome:
    if turn.answer.value != YES:
        return Done(texts.REDEEM_DROPPED)
    reward = await rewards.find_reward(turn.db, reward_id=turn.draft["reward"])
    made = await redemptions.redeem(
        turn.db,
        turn.vault,
        resident_id=turn.resident_id,
        area_code=reward.area_code,
        reward_id=reward.id,
        key=f"chat:{turn.message_key}",
    )
    text = texts.REDEEM_DONE.format(
        name=made.reward_name, code=spaced(made.code or ""), until=moment(made.expires_at), where=reward.pickup
    )
    return Done(text, (entry("my_codes", texts.CODES_TITLE),))


def spaced(code: str) -> str:
    """Eight digits in two groups, easier to read aloud."""
    return f"{code[:4]} {code[4:]}".strip()


async def my_codes(turn: Turn) -> Outcome:
    mine = await redemption_views.my_redemptions(turn.db, turn.vault, resident_id=turn.resident_id, limit=20)
    usable = [r for r in mine if r.state is RedemptionState.HELD and r.code]
    if not usable:
        return Done(texts.CODES_NONE, (entry("redeem", texts.REDEEM_TITLE),))
    lines = [
        texts.CODES_LINE.format(name=r.reward_name, code=spaced(r.code or ""), until=day(r.expires_at))
        for r in usable[:3]
    ]
    return Done("\n".join(lines))


POINTS: Final = Dialogue("points", texts.POINTS_TITLE, begin, {}, intents=("points_query",), needs_identity=True)
POINTS_HOW: Final = Dialogue("points_how", texts.POINTS_HOW_TITLE, how, {}, needs_identity=True)
REDEEM: Final = Dialogue(
    "redeem",
    texts.REDEEM_TITLE,
    redeem,
    {Step.WHICH: which, Step.CONFIRM: confirm},
    intents=("redeem",),
    needs_identity=True,
)
MY_CODES: Final = Dialogue("my_codes", texts.CODES_TITLE, my_codes, {}, needs_identity=True)
