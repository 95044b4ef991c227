"""换东西: which reward, with whose points, and the code for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import families
from core import clock
from core.errors import Refused
from core.values import RedemptionState
from handlers import texts
from handlers import texts_points as words
from handlers.common import area_of, choose_area_first
from handlers.dialogue import TEXT, Ask, Dialogue, Done, Option, Outcome, Turn, Unclear, entry
from handlers.points import amounts, wanted
from handlers.points.places import where
from handlers.prompt import NO, YES
from handlers.wording import moment, refusal
from points import freezes, redemptions, rewards, sharing
from points.errors import RewardChanged
from points.redemption_views import Redemption

SHOWN: Final = 7
OTHER: Final = "other"
FAMILY: Final = "family"


class Step(StrEnum):
    WHICH = "which"
    CONFIRM = "confirm"


async def begin(turn: Turn) -> Outcome:
    area = await area_of(turn)
    if not area:
        return choose_area_first()
    if (stopped := await amounts.stopped(turn)) is not None:
        return stopped
    listed = await _listed(turn, area)
    offered = _in_stock(listed)
    if not offered:
        return Done(words.REDEEM_NONE, (entry("points", texts.POINTS_TITLE),))
    named = wanted.among(turn.said.text, offered)
    if len(named) == 1:
        return await _chosen(turn, named[0])
    sorry = "" if named else wanted.missing(turn.said.text, listed)
    return await _ask_which(turn, named or offered, sorry)


async def _listed(turn: Turn, area: str) -> list[rewards.RewardView]:
    return await rewards.list_rewards(turn.db, area_code=area, now=clock.now())


def _in_stock(listed: list[rewards.RewardView]) -> list[rewards.RewardView]:
    return [reward for reward in listed if reward.stock > 0]


async def _offered(turn: Turn) -> list[rewards.RewardView]:
    return _in_stock(await _listed(turn, await area_of(turn) or ""))


async def _of_family(turn: Turn) -> tuple[str, int]:
    """The resident's family and what it can spend; none where there is no family here, or the own wallet is frozen."""
    family = await families.of_resident(turn.db, resident_id=turn.resident_id)
    if family is None or family.area_code != await area_of(turn):
        return "", 0
    if await freezes.of_resident(turn.db, resident_id=turn.resident_id):
        return "", 0
    shared = await sharing.family_balance(turn.db, area_code=family.area_code, family_id=family.id)
    return family.id, shared.available


async def _ask_which(turn: Turn, offered: list[rewards.RewardView], sorry: str = "") -> Ask:
    available = await amounts.available(turn)
    options = tuple(Option(reward.id, _line(reward, available), (reward.name,)) for reward in offered[:SHOWN])
    text = words.REDEEM_WHICH.format(available=available)
    return Ask(Step.WHICH, texts.AND_NOW.format(sorry=sorry, question=text) if sorry else text, options, accepts=TEXT)


def _line(reward: rewards.RewardView, available: int) -> str:
    lacking = reward.price_points - available
    return words.REDEEM_LINE.format(
        name=reward.name,
        price=reward.price_points,
        lacking=words.REDEEM_LACKING.format(count=lacking) if lacking > 0 else "",
    )


async def _chosen(turn: Turn, reward: rewards.RewardView) -> Outcome:
    """Confirm it, unless it costs more than there is: then how points are earned is the next step."""
    available = await amounts.available(turn)
    _, shared = await _of_family(turn)
    payers = _payers(own=available >= reward.price_points, family=shared >= reward.price_points)
    if not payers:
        text = words.REDEEM_TOO_DEAR.format(
            name=reward.name, price=reward.price_points, lacking=reward.price_points - available
        )
        return Done(text, (entry("points_how", words.HOW_TITLE), entry("volunteer", texts.VOLUNTEER_TITLE)))
    turn.draft = {"reward": reward.id, "version": reward.version}
    place, hours = await where(turn.db, site_id=reward.site_id, pickup=reward.pickup)
    text = words.REDEEM_CONFIRM.format(where=place, hours=hours, name=reward.name, price=reward.price_points)
    if reward.needs_approval:
        text = words.REDEEM_NEEDS_APPROVAL + text
    other = Option(OTHER, words.REDEEM_OTHER, (texts.ANOTHER, *texts.ANOTHER_WORDS))
    choices = (*payers, other, Option(NO, texts.NOT_NOW, words.REDEEM_NO_WORDS))
    return Ask(Step.CONFIRM, text, choices, accepts=TEXT)


def _payers(*, own: bool, family: bool) -> tuple[Option, ...]:
    of_family = Option(FAMILY, words.REDEEM_FAMILY, words.REDEEM_FAMILY_WORDS)
    return ((Option(YES, words.REDEEM_YES, words.REDEEM_YES_WORDS),) if own else ()) + ((of_family,) if family else ())


async def which(turn: Turn) -> Outcome:
    if turn.answer.value:
        return await _chosen(turn, await rewards.find_reward(turn.db, reward_id=turn.answer.value))
    listed = await _listed(turn, await area_of(turn) or "")
    offered = _in_stock(listed)
    named = wanted.among(turn.said.text, offered, whole=True)
    if len(named) == 1:
        return await _chosen(turn, named[0])
    if named or wanted.names_nothing(turn.said.text):
        return await _ask_which(turn, named or offered)
    return Unclear(wanted.missing(turn.said.text, listed) or words.REDEEM_UNKNOWN)


async def confirm(turn: Turn) -> Outcome:
    if turn.answer.value == OTHER:
        turn.hear("")
        return await begin(turn)
    if turn.answer.value not in (YES, FAMILY):
        return Done(words.REDEEM_DROPPED) if turn.answer.value else await _by_name(turn)
    reward = await rewards.find_reward(turn.db, reward_id=turn.draft["reward"])
    family_id, _ = await _of_family(turn) if turn.answer.value == FAMILY else ("", 0)
    if turn.answer.value == FAMILY and not family_id:  # left since the question
        return Done(words.FAMILY_NONE, (entry("points", texts.POINTS_TITLE),))
    try:
        made = await redemptions.redeem(
            turn.db,
            turn.vault,
            resident_id=turn.resident_id,
            area_code=await area_of(turn) or "",
            reward_id=reward.id,
            key=f"chat:{turn.message_key}",
            version=turn.draft["version"],
            family_id=family_id or None,
        )
    except RewardChanged:  # dearer or elsewhere by now: shown as it is, and asked again
        return await _chosen(turn, reward)
    except Refused as error:  # sold out, closed, too dear, one's share used up or frozen, all since the question
        return await amounts.stopped(turn) or await _offer_others(turn, reward, refusal(error))
    return await _made(turn, reward, made)


async def _by_name(turn: Turn) -> Outcome:
    """Another one, called by its name instead of an answer."""
    named = wanted.among(turn.said.text, await _offered(turn), whole=True)
    return await _chosen(turn, named[0]) if len(named) == 1 else Unclear()


async def _made(turn: Turn, reward: rewards.RewardView, made: Redemption) -> Done:
    """With its code, or without one while it waits for approval."""
    if made.state is RedemptionState.WAITING:
        return Done(words.REDEEM_WAITING.format(name=made.reward_name), (entry("my_codes", words.CODES_TITLE),))
    place, hours = await where(turn.db, site_id=made.site_id, pickup=reward.pickup)
    text = words.REDEEM_DONE.format(
        name=made.reward_name, code=made.code, until=moment(made.expires_at), where=place, hours=hours
    )
    options = (
        entry("my_codes", words.CODES_TITLE),
        entry("proxy", words.PROXY_TITLE, made.id, words.PROXY_WORDS),
    )
    return Done(text.rstrip(), options, qr=made.id)


async def _offer_others(turn: Turn, reward: rewards.RewardView, sorry: str) -> Outcome:
    others = [other for other in await _offered(turn) if other.id != reward.id]
    return await _ask_which(turn, others, sorry) if others else Done(sorry, (entry("points", texts.POINTS_TITLE),))


REDEEM: Final = Dialogue(
    "redeem",
    words.REDEEM_TITLE,
    begin,
    {Step.WHICH: which, Step.CONFIRM: confirm},
    intents=("redeem",),
    needs_identity=True,
)
