"""The one transition table of orders: which action leads from which state to which, and who may do it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community.history import Party, Workflow
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

WORKFLOW: Final = Workflow(TRANSITIONS, MAY)

OPEN: Final = (OrderState.PLACED, OrderState.ACCEPTED, OrderState.ASSIGNED)
