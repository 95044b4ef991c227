"""取消: which of one's things should be cancelled. The dialogue under way is cancelled by the router itself."""

from __future__ import annotations

from typing import Final

from community import issues, orders, volunteers
from community.issues import Action
from community.orders.workflow import OPEN
from core.values import IssueState
from handlers import texts
from handlers import texts_points as words
from handlers.dialogue import Dialogue, Done, Option, Outcome, Turn, entry
from handlers.points import codes
from handlers.wording import brief, moment

SHOWN: Final = 3


async def begin(turn: Turn) -> Outcome:
    options = (*await _signups(turn), *await _orders(turn), *await _codes(turn), *await _reports(turn))
    if not options:
        return Done(texts.CANCEL_NOTHING, (entry("menu", texts.MENU_MORE),))
    return Done(texts.CANCEL_WHICH, (*options, entry("menu", texts.CANCEL_NONE)))


async def _signups(turn: Turn) -> list[Option]:
    mine = await volunteers.my_signups(turn.db, resident_id=turn.resident_id, coming_only=True, limit=SHOWN)
    return [
        entry(
            "cancel_signup", texts.CANCEL_SIGNUP.format(title=activity.title, at=moment(activity.starts_at)), signup.id
        )
        for signup, activity in mine
    ]


async def _orders(turn: Turn) -> list[Option]:
    mine = await orders.my_orders(turn.db, resident_id=turn.resident_id, limit=SHOWN)
    options = []
    for order in mine:
        if order.state in OPEN:
            title = (await orders.get_service(turn.db, service_id=order.service_id)).title
            label = texts.CANCEL_ORDER.format(title=title, at=moment(order.slot_start))
            options.append(entry("cancel_order", label, order.number))
    return options


async def _codes(turn: Turn) -> list[Option]:
    found = await codes.open_ones(turn)
    return [entry("cancel_code", words.CANCEL_CODE.format(name=one.reward_name), one.id) for one in found[:SHOWN]]


async def _reports(turn: Turn) -> list[Option]:
    """Those that can still be withdrawn; choosing one shows it, and withdrawing is one of its choices."""
    page = await issues.of_resident(turn.db, resident_id=turn.resident_id, limit=SHOWN)
    return [
        entry("my_reports", texts.CANCEL_ISSUE.format(title=brief(issue["title"], 14)), issue["number"])
        for issue in page.items
        if Action.WITHDRAW in issues.allowed(IssueState(issue["state"]))
    ]


CANCEL: Final = Dialogue("cancel", texts.CANCEL_TITLE, begin, {}, intents=("cancel",))
