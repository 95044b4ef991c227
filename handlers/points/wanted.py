"""Which reward a message names, and what to say where it names something that is not to be had."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from handlers import texts_points as words
from handlers.common import likeliest, likeness
from handlers.prompt import plain
from points.rewards import RewardView

_CALL: Final = re.compile(r"换|兑")
_THING: Final = re.compile(
    r"(?:换|兑|来)(?:换|一下|了|[一两几点些个只袋包瓶桶盒张次份条件卷])*"
    r"(?P<thing>[\u4e00-\u9fff]{1,8}?)(?:吧|啊|呀|呢|吗|不|行不|行吗|可以吗|好吗)*$"
)
_NOTHING: Final = re.compile(r"东西|什么|啥|哪|礼|奖|商品|积分|码|[换兑不别的了我吗吧呢啊呀]")


def thing(text: str) -> str:
    """`换个垃圾袋` → `垃圾袋`; empty where a message names nothing, as `换东西` or `能换点啥`."""
    found = _THING.search(plain(text))
    return found.group("thing") if found and not _NOTHING.search(found.group("thing")) else ""


def among(text: str, offered: Sequence[RewardView], *, whole: bool = False) -> list[RewardView]:
    """The rewards that a message names best; with `whole` it may be nothing but the name.

    `换米` names the one that has this character, if only one has.
    """
    named = likeliest([(likeness(text, reward.name), reward) for reward in offered])
    wanted = thing(text) or (plain(text) if whole else "")
    if named or len(wanted) != 1:
        return named
    alike = [reward for reward in offered if wanted in reward.name]
    return alike if len(alike) == 1 else []


def missing(text: str, listed: Sequence[RewardView]) -> str:
    """That the thing which a message names is sold out or not offered; empty where it names none."""
    gone = among(text, [reward for reward in listed if not reward.stock])
    if len(gone) == 1:
        return words.REDEEM_GONE.format(name=gone[0].name)
    return words.REDEEM_UNKNOWN if thing(text) else ""


def names_nothing(text: str) -> bool:
    """Whether a message only says again that something is to be exchanged."""
    return bool(_CALL.search(text)) and not thing(text)
