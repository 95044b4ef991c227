"""取消: which of one's things should be cancelled. The dialogue under way is cancelled by the router itself."""

from __future__ import annotations

from typing import Final

from community import issues, orders, volunteers
from core.values import OrderState
from handlers import texts
from handlers.dialogue import Dialogue, Done, Option, Outcome, Turn, entry
from handlers.wording import moment

SHOWN: Final = 3
_OPEN_ORDERS: Final = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.ASSIGNED)


async def begin(turn: Turn) -> Outcome:
    options: list[Option] = []
    for signup, activity in await volunteers.my_signups(
        turn.db, resident_id=turn.resident_id, coming_only=True, limit=SHOWN
    ):
        label = texts.CANCEL_SIGNUP.format(title=activity.title, at=moment(activity.starts_at))
        options.append(entry("cancel_signup", label, signup.id))
    for order in await orders.my_orders(turn.db, resident_id=turn.resident_id, limit=SHOWN):
        if order.state in _OPEN_ORDERS:
            options.append(entry("cancel_order", texts.CANCEL_ORDER.format(number=order.number), order.number))
    for issue in await issues.mine(turn.db, turn.vault, resident_id=turn.resident_id, limit=SHOWN):
        if issue["state"] in ("submitted", "verified", "filed", "dispatched"):
            label = texts.CANCEL_ISSUE.format(title=issue["title"][:14])
            options.append(entry("my_reports", label, issue["number"]))
    if not options:
        return Done(texts.CANCEL_NOTHING, (entry("menu", texts.MENU_MORE),))
    return Done(texts.CANCEL_WHICH, (*options, entry("menu", texts.CANCEL_NONE)))


CANCEL: Final = Dialogue("cancel", texts.CANCEL_TITLE, begin, {}, intents=("cancel",))
