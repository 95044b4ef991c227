"""The one transition table of registrations: which action leads from which state to which, and who may do it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from community.history import Party, Workflow
from core.values import RegistrationState


class Action(StrEnum):
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    REVOKE = "revoke"


_S = RegistrationState

TRANSITIONS: Final = {
    (_S.SUBMITTED, Action.CORRECT): _S.SUBMITTED,
    (_S.SUBMITTED, Action.WITHDRAW): _S.WITHDRAWN,
    (_S.SUBMITTED, Action.APPROVE): _S.APPROVED,
    (_S.SUBMITTED, Action.RETURN): _S.RETURNED,
    (_S.RETURNED, Action.CORRECT): _S.SUBMITTED,
    (_S.RETURNED, Action.WITHDRAW): _S.WITHDRAWN,
    (_S.APPROVED, Action.CORRECT): _S.SUBMITTED,
    (_S.APPROVED, Action.WITHDRAW): _S.WITHDRAWN,
    (_S.APPROVED, Action.REVOKE): _S.REVOKED,
}
"""A correction of approved details is reviewed again: the grid may no longer fit."""

MAY: Final = {
    Party.RESIDENT: frozenset({Action.CORRECT, Action.WITHDRAW}),
    Party.WORKER: frozenset({Action.APPROVE, Action.RETURN, Action.REVOKE}),
}

WORKFLOW: Final = Workflow(TRANSITIONS, MAY)

ACTIVE: Final = (_S.SUBMITTED, _S.APPROVED, _S.RETURNED)
