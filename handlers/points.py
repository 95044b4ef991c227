"""我的积分: balance and how it was earned, rewards and redeeming, one's codes."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core import clock
from core.errors import Refused
from core.values import RedemptionState
from handlers import texts
from handlers.common import area_of, choose_area_first, likeliest, likeness
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.prompt import NO, YES
from handlers.wording import brief, day, moment, refusal
from points import redemption_views, redemptions, rewards, statements

SHOWN: Final = 7
OTHER: Final = "other"


class Step(StrEnum):
    WHICH = "which"
    CONFIRM = "confirm"


async def begin(turn: Turn) -> Outcome:
    area = await area_of(turn)
    if not area:
        return choose_area_first()
    balance = await statements.balance(turn.db, area_code=area, resident_id=turn.resident_id)
    text = texts.POINTS_BALANCE.format(available=balance.available)
    if balance.held:
        text += texts.POINTS_HELD.format(held=balance.held)
    options = (
        entry("points_how", texts.POINTS_HOW_TITLE, words=texts.POINTS_HOW_TITLE_WORDS),
        entry("redeem", texts.REDEEM_TITLE, words=texts.REDEEM_TITLE_WORDS),
        entry("my_codes", texts.CODES_TITLE, words=texts.CODES_TITLE_WORDS),
    )
    return Done(text, options)


async def how(turn: Turn) -> Outcome:
    """The last two entries, then how points are earned."""
    area = await area_of(turn) or ""
    page = await statements.statement(turn.db, area_code=area, resident_id=turn.resident_id, limit=2)
    lines = [
        texts.POINTS_ENTRY.format(day=day(line.at), amount=f"{line.amount_points:+d}", what=_why(line))
        for line in page.items
    ]
    return Done("\n".join([*lines, texts.POINTS_RULES]), (entry("redeem", texts.REDEEM_TITLE),))


def _why(line: statements.Line) -> str:
    """The deed that was paid, or a correction with the reason that the staff gave."""
    why = texts.POINTS_WHY.get(line.rule_id or line.kind) or texts.POINTS_WHY["other"]
    return texts.POINTS_BECAUSE.format(why=why, reason=brief(line.reason, 12)) if line.reason else why


async def redeem(turn: Turn) -> Outcome:
    area = await area_of(turn)
    if not area:
        return choose_area_first()
    offered = await _offered(turn, area)
    if not offered:
        return Done(texts.REDEEM_NONE, (entry("points", texts.POINTS_TITLE),))
    named = _named(turn, offered)
    return await _chosen(turn, named[0]) if len(named) == 1 else await _ask_which(turn, named or offered)


async def _offered(turn: Turn, area: str) -> list[rewards.RewardView]:
    found = await rewards.list_rewards(turn.db, area_code=area, now=clock.now())
    return [reward for reward in found if reward.stock > 0]


def _named(turn: Turn, offered: list[rewards.RewardView]) -> list[rewards.RewardView]:
    return likeliest([(likeness(turn.said.text, reward.name), reward) for reward in offered])


async def _available(turn: Turn, area: str) -> int:
    return (await statements.balance(turn.db, area_code=area, resident_id=turn.resident_id)).available


async def _ask_which(turn: Turn, offered: list[rewards.RewardView], sorry: str = "") -> Ask:
    available = await _available(turn, offered[0].area_code)
    options = tuple(Option(reward.id, _line(reward, available), (reward.name,)) for reward in offered[:SHOWN])
    text = texts.REDEEM_WHICH.format(available=available)
    return Ask(Step.WHICH, texts.AND_NOW.format(sorry=sorry, question=text) if sorry else text, options, accepts=TEXT)


def _line(reward: rewards.RewardView, available: int) -> str:
    lacking = reward.price_points - available
    return texts.REDEEM_LINE.format(
        name=reward.name,
        price=reward.price_points,
        lacking=texts.REDEEM_LACKING.format(count=lacking) if lacking > 0 else "",
    )


async def _chosen(turn: Turn, reward: rewards.RewardView) -> Outcome:
    """Confirm it, unless it costs more than there is: then how points are earned is the next step."""
    lacking = reward.price_points - await _available(turn, reward.area_code)
    if lacking > 0:
        text = texts.REDEEM_TOO_DEAR.format(name=reward.name, price=reward.price_points, lacking=lacking)
        options = (entry("points_how", texts.POINTS_HOW_TITLE), entry("volunteer", texts.VOLUNTEER_TITLE))
        return Done(text, options)
    turn.draft = {"reward": reward.id}
    text = texts.REDEEM_CONFIRM.format(name=reward.name, price=reward.price_points)
    choices = (
        Option(YES, texts.REDEEM_YES, texts.REDEEM_YES_WORDS),
        Option(OTHER, texts.ANOTHER, texts.ANOTHER_WORDS),
        Option(NO, texts.NOT_NOW),
    )
    return Ask(Step.CONFIRM, text, choices)


async def which(turn: Turn) -> Outcome:
    if turn.answer.value:
        return await _chosen(turn, await rewards.find_reward(turn.db, reward_id=turn.answer.value))
    named = _named(turn, await _offered(turn, await area_of(turn) or ""))
    return await _chosen(turn, named[0]) if len(named) == 1 else Unclear(texts.REDEEM_UNKNOWN)


async def confirm(turn: Turn) -> Outcome:
    if turn.answer.value == OTHER:
        turn.hear("")
        return await redeem(turn)
    if turn.answer.value != YES:
        return Done(texts.REDEEM_DROPPED)
    reward = await rewards.find_reward(turn.db, reward_id=turn.draft["reward"])
    try:
        made = await redemptions.redeem(
            turn.db,
            turn.vault,
            resident_id=turn.resident_id,
            area_code=reward.area_code,
            reward_id=reward.id,
            key=f"chat:{turn.message_key}",
        )
    except Refused as error:  # sold out, closed, too dear or one's share used up, all since the question
        return await _offer_others(turn, reward, refusal(error))
    text = texts.REDEEM_DONE.format(
        name=made.reward_name, code=spaced(made.code or ""), until=moment(made.expires_at), where=reward.pickup
    )
    return Done(text, (entry("my_codes", texts.CODES_TITLE),))


async def _offer_others(turn: Turn, reward: rewards.RewardView, sorry: str) -> Outcome:
    others = [other for other in await _offered(turn, reward.area_code) if other.id != reward.id]
    return await _ask_which(turn, others, sorry) if others else Done(sorry, (entry("points", texts.POINTS_TITLE),))


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
