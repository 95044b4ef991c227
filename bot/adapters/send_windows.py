"""May we send to this resident now? What the platforms count, foreseen: pure rules over a few values.

WeChat's windows: …/doc/service/api/customer/message/api_sendcustommessage.html, as of 2023-06-12. Alipay's five
minutes are users' reports. The caller keeps the ledger: what the resident did, and what was sent since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from core.messages import EventKind, Inbound, InboundKind
from core.values import Platform


class Trigger(StrEnum):
    """What opens a window."""

    MESSAGE = "message"
    CLICK = "click"
    FOLLOW = "follow"
    SCAN = "scan"
    ENTER = "enter"


class Route(StrEnum):
    """How a message may leave now. `HOLD`: it waits until the resident writes or presses something."""

    MESSAGE = "message"
    NOTICE = "notice"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Window:
    length: timedelta
    sends: int


@dataclass(frozen=True, slots=True)
class Act:
    """What a resident did, and when."""

    trigger: Trigger
    at: datetime


_LONG: Final = Window(timedelta(hours=48), 5)
_SHORT: Final = Window(timedelta(minutes=1), 3)
_ALIPAY: Final = Window(timedelta(minutes=5), 5)

MARGIN: Final = timedelta(seconds=2)
"""Our clock and the way to the platform: a send this close to the end would come too late."""

WINDOWS: Final[Mapping[Platform, Mapping[Trigger, Window]]] = {
    Platform.WECHAT: {
        Trigger.MESSAGE: _LONG,
        Trigger.CLICK: _SHORT,
        Trigger.FOLLOW: _SHORT,
        Trigger.SCAN: _SHORT,
    },
    Platform.WECHAT_MINI: {Trigger.MESSAGE: _LONG, Trigger.ENTER: Window(timedelta(minutes=1), 2)},
    Platform.ALIPAY: {
        Trigger.MESSAGE: _ALIPAY,
        Trigger.CLICK: _ALIPAY,
        Trigger.FOLLOW: _ALIPAY,
        Trigger.ENTER: Window(timedelta(days=1), 1),
    },
    Platform.ALIPAY_MINI: {},
}
"""Not here: the web page, to which everything may be sent at any time."""

_EVENTS: Final = {
    EventKind.CLICK: Trigger.CLICK,
    EventKind.FOLLOW: Trigger.FOLLOW,
    EventKind.SCAN: Trigger.SCAN,
    EventKind.ENTER: Trigger.ENTER,
}


def trigger_of(inbound: Inbound) -> Trigger | None:
    """What this message opens. Pressing a choice in a menu message counts as a click, not as a message."""
    if inbound.kind is InboundKind.CHOICE and inbound.platform is Platform.WECHAT:
        return Trigger.CLICK
    if inbound.kind is not InboundKind.EVENT:
        return Trigger.MESSAGE
    if inbound.event is None:
        return None
    if inbound.event.kind is EventKind.SCAN and inbound.platform is Platform.ALIPAY:
        return Trigger.ENTER
    return _EVENTS.get(inbound.event.kind)


def open_until(
    platform: Platform, acts: Iterable[Act], sends: Iterable[datetime], now: datetime, *, spare: int = 0
) -> datetime | None:
    """The end of the window that is open longest and not used up, or None.

    `acts` are the resident's, `sends` the moments of our customer-service messages to them; both may be older than
    any window. Each trigger counts from its latest act, and every send since then counts against it. `spare` says how
    many sends must be left afterwards.
    """
    sent = list(sends)
    latest: dict[Trigger, datetime] = {}
    for act in acts:
        latest[act.trigger] = max(act.at, latest.get(act.trigger, act.at))
    ends = [
        at + window.length
        for trigger, at in latest.items()
        if (window := WINDOWS.get(platform, {}).get(trigger))
        and now < at + window.length - MARGIN
        and sum(moment >= at for moment in sent) + spare < window.sends
    ]
    return max(ends, default=None)


def route(
    platform: Platform,
    acts: Iterable[Act],
    sends: Iterable[datetime],
    now: datetime,
    *,
    customer_service: bool = True,
    has_consent: bool = False,
    spare: int = 0,
) -> Route:
    """A message where a window is open and the account may, else a notice where consent is recorded, else wait."""
    if platform is Platform.WEB:
        return Route.MESSAGE
    if customer_service and open_until(platform, acts, sends, now, spare=spare) is not None:
        return Route.MESSAGE
    return Route.NOTICE if has_consent else Route.HOLD
