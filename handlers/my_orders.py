"""我的订单: how each stands, cancelling one that is not served yet, rating one that is."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community import orders
from community.history import Actor, Party
from community.orders import Order
from community.orders.workflow import OPEN
from core.values import OrderState
from handlers import texts
from handlers import texts_order as words
from handlers.common import ask_stars
from handlers.dialogue import Dialogue, Done, Option, Outcome, Turn, entry
from handlers.wording import moment

SHOWN: Final = 3
CONTENT: Final = 3
"""From so many stars on thanks are enough; below them we say that we heard the complaint."""


class Step(StrEnum):
    STARS = "stars"


async def my_orders(turn: Turn) -> Outcome:
    mine = await orders.my_orders(turn.db, resident_id=turn.resident_id, limit=SHOWN)
    if not mine:
        return Done(words.ORDERS_NONE, (entry("order", texts.ORDER_TITLE),))
    lines: list[str] = []
    options: list[Option] = []
    for order in mine:
        title = (await orders.get_service(turn.db, service_id=order.service_id)).title
        at, state = moment(order.slot_start), words.ORDER_STATES[order.state]
        lines.append(words.ORDERS_LINE.format(number=order.number, title=title, at=at, state=state))
        options += _choices(order, title, at)
    return Done("\n".join(lines), (*options, entry("order", words.ORDER_MORE)))


def _choices(order: Order, title: str, at: str) -> list[Option]:
    if order.state in OPEN:
        return [entry("cancel_order", words.ORDER_CANCEL.format(title=title, at=at), order.number)]
    if order.state == OrderState.SERVED:
        return [entry("rate_order", words.ORDER_RATE.format(title=title), order.number, words.ORDER_RATE_WORDS)]
    return []


async def cancel_order(turn: Turn) -> Outcome:
    """The argument is the number."""
    actor = Actor(Party.RESIDENT, turn.resident_id)
    number = turn.answer.value
    await orders.move(turn.db, turn.vault, number=number, action=orders.Action.CANCEL, actor=actor)
    return Done(words.ORDER_CANCELLED.format(number=number), (entry("order", words.ORDER_MORE),))


async def begin_rating(turn: Turn) -> Outcome:
    turn.draft = {"number": turn.answer.value}
    return ask_stars(Step.STARS)


async def stars(turn: Turn) -> Outcome:
    given = int(turn.answer.value)
    await orders.move(
        turn.db,
        turn.vault,
        number=turn.draft["number"],
        action=orders.Action.RATE,
        actor=Actor(Party.RESIDENT, turn.resident_id),
        details=orders.Details(rating=given),
    )
    return Done(texts.RATED if given >= CONTENT else words.ORDER_RATED_LOW)


MY_ORDERS: Final = Dialogue("my_orders", texts.MY_ORDERS_TITLE, my_orders, {}, needs_identity=True)
CANCEL_ORDER: Final = Dialogue("cancel_order", texts.MY_ORDERS_TITLE, cancel_order, {}, needs_identity=True)
RATE_ORDER: Final = Dialogue(
    "rate_order", words.ORDER_RATE_TITLE, begin_rating, {Step.STARS: stars}, needs_identity=True
)
