"""The one transition table of orders: which action leads from which state to which, and who may do it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community.history import MoveRefused, Party
from core.errors import Forbidden
from core.values import OrderState


class Action(StrEnum):
    ACCEPT = "accept"
    ASSIGN = "assign"
    COMPLETE = "complete"
    CANCEL = "cancel"
    RATE = "rate"


TRANSITIONS: Final = {
    (OrderState.PLACED, Action.ACCEPT): OrderState.ACCEPTED,
    (OrderState.PLACED, Action.ASSIGN): OrderState.ASSIGNED,
    (OrderState.PLACED, Action.CANCEL): OrderState.CANCELLED,
    (OrderState.ACCEPTED, Action.ASSIGN): OrderState.ASSIGNED,
    (OrderState.ACCEPTED, Action.CANCEL): OrderState.CANCELLED,
    (OrderState.ASSIGNED, Action.ASSIGN): OrderState.ASSIGNED,
    (OrderState.ASSIGNED, Action.COMPLETE): OrderState.SERVED,
    (OrderState.ASSIGNED, Action.CANCEL): OrderState.CANCELLED,
    (OrderState.SERVED, Action.RATE): OrderState.RATED,
}

MAY: Final = {
    Party.RESIDENT: frozenset({Action.CANCEL, Action.RATE}),
    Party.WORKER: frozenset({Action.ACCEPT, Action.ASSIGN, Action.COMPLETE, Action.CANCEL}),
}

OPEN: Final = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.ASSIGNED)


def target(state: OrderState, action: Action, party: Party) -> OrderState:
    """Where an action leads. Raises Forbidden, MoveRefused."""
    if action not in MAY[party]:
        raise Forbidden
    found = TRANSITIONS.get((state, action))
    if found is None:
        raise MoveRefused(state=state.value, action=action.value)
    return found
