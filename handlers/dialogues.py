"""All dialogues, in one list. Adding one is four touches: its file, a line here, its words and texts, a transcript."""

from __future__ import annotations

from typing import Final

from handlers import (
    agreements,
    appeal,
    area,
    attending,
    basics,
    cancel,
    donate,
    family,
    honours,
    me,
    member,
    my_orders,
    my_reports,
    order,
    report,
    tasks,
    verify_code,
    volunteer,
)
from handlers.dialogue import Dialogue, Turn
from handlers.points import balance, codes, proxy, redeem
from handlers.routing import Router

DIALOGUES: Final[tuple[Dialogue, ...]] = (
    report.REPORT,
    my_reports.MY_REPORTS,
    my_reports.FIXED,
    my_reports.NOT_FIXED,
    my_reports.RATE,
    volunteer.VOLUNTEER,
    attending.MY_SIGNUPS,
    attending.CANCEL_SIGNUP,
    attending.CHECK_IN,
    attending.CHECK_OUT,
    order.ORDER,
    my_orders.MY_ORDERS,
    my_orders.CANCEL_ORDER,
    my_orders.RATE_ORDER,
    member.MEMBER,
    balance.POINTS,
    balance.POINTS_HOW,
    redeem.REDEEM,
    codes.MY_CODES,
    codes.CANCEL_CODE,
    proxy.PROXY,
    honours.HONOURS,
    honours.LEADERBOARD,
    family.FAMILY,
    family.FAMILY_POOL,
    family.FAMILY_INVITE,
    family.FAMILY_LEAVE,
    donate.DONATE,
    verify_code.VERIFY_CODE,
    verify_code.HAND_OUT,
    appeal.APPEAL,
    me.ME,
    me.SHOW_CODE,
    me.BIND,
    me.EXPORT,
    me.ERASE,
    agreements.CONSENTS,
    tasks.TASKS,
    tasks.WORKER_BIND,
    area.AREA,
    cancel.CANCEL,
    basics.MENU,
    basics.WELCOME,
    basics.GREETING,
    basics.HUMAN,
)


def is_known(turn: Turn) -> bool:
    """Seats, orders, registration and points need a bound or verified identity (CONTRACT 3)."""
    return turn.who.verified


def router() -> Router:
    return Router(DIALOGUES, is_known=is_known)
