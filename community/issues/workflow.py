"""The workflow of a report: one table of what may happen in which state, to which state it leads, and who may do it.

Tests walk every pair of state and action. The grid system's words are rows of the same table: a pair that it lacks
is an update to be ignored, for a member of staff or a resident it is a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.values import IssueState, Role


class Action(StrEnum):
    """What may be done to a report; those that begin with `grid_` are the canonical words of a grid system;
    `unknown_word` stands for one that is not.

    `submit` is the first line of every history and leads from no state.
    """

    SUBMIT = "submit"
    VERIFY = "verify"
    REJECT = "reject"
    OFFLIST = "offlist"
    FILE = "file"
    DISPATCH = "dispatch"
    START = "start"
    RETURN = "return"
    EXTEND = "extend"
    SUSPEND = "suspend"
    HANDLE = "handle"
    CHECK_PASS = "check_pass"  # noqa: S105  a word, not a secret
    CHECK_FAIL = "check_fail"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"
    VOID = "void"
    WITHDRAW = "withdraw"
    CONFIRM = "confirm"
    NOTE = "note"
    CATEGORY = "category"
    PHOTO = "photo"
    TEXT = "text"
    URGE = "urge"
    RATE = "rate"
    GRID_ACCEPTED = "grid_accepted"
    GRID_DISPATCHED = "grid_dispatched"
    GRID_IN_PROGRESS = "grid_in_progress"
    GRID_EXTENDED = "grid_extended"
    GRID_RETURNED = "grid_returned"
    GRID_SUSPENDED = "grid_suspended"
    GRID_HANDLED = "grid_handled"
    GRID_CLOSED = "grid_closed"
    GRID_NOT_ACCEPTED = "grid_not_accepted"
    GRID_MERGED = "grid_merged"
    GRID_VOID = "grid_void"
    UNKNOWN_WORD = "unknown_word"


class Party(StrEnum):
    """Who may act besides the roles of staff."""

    SYSTEM = "system"
    GRID = "grid"
    RESIDENT = "resident"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: `to` is the next state (the same one where nothing moves)."""

    to: IssueState
    roles: frozenset[Role]
    parties: frozenset[Party]
    needs_reason: bool


_S = IssueState
_A = Action
_R = Role

SETTLED: Final = frozenset({_S.CLOSED, _S.NOT_ACCEPTED, _S.MERGED, _S.WITHDRAWN, _S.VOID})
"""States in which nobody works on the report any more."""

OPEN: Final = frozenset(IssueState) - SETTLED
_BEFORE_FILING: Final = frozenset({_S.SUBMITTED, _S.VERIFIED, _S.OFFLIST_REVIEW})
_UNDER_WAY: Final = frozenset({_S.DISPATCHED, _S.IN_PROGRESS})
_UNHANDLED: Final = OPEN - {_S.HANDLED}
_PUSHED: Final = OPEN - _BEFORE_FILING
_ANYBODY: Final = frozenset(Role) - {_R.AUDITOR, _R.MERCHANT}
_JUDGES: Final = frozenset({_R.ADMIN, _R.COMMANDER, _R.COLLECTOR, _R.SUPERVISOR})
_COMMAND: Final = frozenset({_R.ADMIN, _R.COMMANDER, _R.SUPERVISOR})
_DISPATCH: Final = frozenset({_R.ADMIN, _R.COMMANDER})
_HANDLING: Final = frozenset({_R.ADMIN, _R.COMMANDER, _R.HANDLER})
_CHECKING: Final = frozenset({_R.ADMIN, _R.SUPERVISOR, _R.COLLECTOR})
_CLOSING: Final = frozenset({_R.ADMIN, _R.SUPERVISOR})

STAYS: Final = None


@dataclass(frozen=True, slots=True)
class _Line:
    """How the table is written down: one action from several states."""

    action: Action
    states: frozenset[IssueState]
    to: IssueState | None
    roles: frozenset[Role] = frozenset()
    parties: frozenset[Party] = frozenset()
    needs_reason: bool = False


_SYSTEM: Final = frozenset({Party.SYSTEM})
_RESIDENT: Final = frozenset({Party.RESIDENT})
_GRID: Final = frozenset({Party.GRID})
_EVERY: Final = frozenset(IssueState)

_LINES: Final = (
    _Line(_A.VERIFY, frozenset({_S.SUBMITTED}), _S.VERIFIED, _JUDGES, _SYSTEM),
    _Line(_A.VERIFY, _UNDER_WAY | {_S.FILED}, STAYS, _JUDGES),
    _Line(_A.REJECT, _BEFORE_FILING | {_S.FILED, _S.RETURNED}, _S.NOT_ACCEPTED, _JUDGES, needs_reason=True),
    _Line(_A.OFFLIST, frozenset({_S.SUBMITTED, _S.VERIFIED}), _S.OFFLIST_REVIEW, _JUDGES),
    _Line(_A.FILE, frozenset({_S.VERIFIED, _S.OFFLIST_REVIEW}), _S.FILED, _COMMAND, _SYSTEM),
    _Line(_A.DISPATCH, frozenset({_S.FILED, _S.DISPATCHED, _S.RETURNED, _S.SUSPENDED}), _S.DISPATCHED, _DISPATCH),
    _Line(_A.START, frozenset({_S.DISPATCHED, _S.SUSPENDED}), _S.IN_PROGRESS, _HANDLING),
    _Line(_A.RETURN, _UNDER_WAY, _S.RETURNED, _HANDLING, needs_reason=True),
    _Line(_A.EXTEND, _UNHANDLED, STAYS, _COMMAND, needs_reason=True),
    _Line(_A.SUSPEND, _UNDER_WAY | {_S.FILED, _S.RETURNED}, _S.SUSPENDED, _COMMAND, needs_reason=True),
    _Line(_A.HANDLE, _UNDER_WAY, _S.HANDLED, _HANDLING),
    _Line(_A.CHECK_PASS, frozenset({_S.HANDLED}), STAYS, _CHECKING),
    _Line(_A.CHECK_FAIL, frozenset({_S.HANDLED}), _S.IN_PROGRESS, _CHECKING, needs_reason=True),
    _Line(_A.CLOSE, frozenset({_S.HANDLED}), _S.CLOSED, _CLOSING, _SYSTEM),
    _Line(_A.CONFIRM, frozenset({_S.HANDLED}), STAYS, parties=_RESIDENT),
    _Line(_A.REOPEN, frozenset({_S.HANDLED, _S.CLOSED}), _S.FILED, _COMMAND, _RESIDENT, needs_reason=True),
    _Line(_A.MERGE, _UNHANDLED, _S.MERGED, _JUDGES),
    _Line(_A.VOID, OPEN, _S.VOID, _CLOSING, needs_reason=True),
    _Line(_A.WITHDRAW, _UNHANDLED, _S.WITHDRAWN, parties=_RESIDENT),
    _Line(_A.NOTE, _EVERY, STAYS, _ANYBODY),
    _Line(_A.CATEGORY, _BEFORE_FILING | {_S.FILED, _S.RETURNED}, STAYS, _JUDGES),
    _Line(_A.PHOTO, _EVERY, STAYS, parties=_RESIDENT | _SYSTEM),
    _Line(_A.TEXT, _EVERY, STAYS, parties=_RESIDENT | _SYSTEM),
    _Line(_A.URGE, _UNHANDLED, STAYS, parties=_RESIDENT),
    _Line(_A.RATE, frozenset({_S.HANDLED, _S.CLOSED}), STAYS, parties=_RESIDENT),
    _Line(_A.GRID_ACCEPTED, frozenset({_S.FILED}), STAYS, parties=_GRID),
    _Line(
        _A.GRID_DISPATCHED, _PUSHED - {_S.IN_PROGRESS, _S.HANDLED}, _S.DISPATCHED, parties=_GRID,
    ),
    _Line(_A.GRID_IN_PROGRESS, _PUSHED - {_S.HANDLED}, _S.IN_PROGRESS, parties=_GRID),
    _Line(_A.GRID_EXTENDED, _PUSHED, STAYS, parties=_GRID),
    _Line(_A.GRID_RETURNED, _PUSHED, _S.RETURNED, parties=_GRID),
    _Line(_A.GRID_SUSPENDED, _PUSHED, _S.SUSPENDED, parties=_GRID),
    _Line(_A.GRID_HANDLED, _PUSHED, _S.HANDLED, parties=_GRID),
    _Line(_A.GRID_CLOSED, _PUSHED | {_S.NOT_ACCEPTED}, _S.CLOSED, parties=_GRID),
    _Line(_A.GRID_NOT_ACCEPTED, _PUSHED - {_S.HANDLED}, _S.NOT_ACCEPTED, parties=_GRID),
    _Line(_A.GRID_MERGED, _PUSHED, _S.MERGED, parties=_GRID),
    _Line(_A.GRID_VOID, _PUSHED, _S.VOID, parties=_GRID),
    _Line(_A.UNKNOWN_WORD, _EVERY, STAYS, parties=_GRID),
)  # fmt: skip

TRANSITIONS: Final[dict[tuple[IssueState, Action], Rule]] = {
    (state, line.action): Rule(line.to or state, line.roles, line.parties, line.needs_reason)
    for line in _LINES
    for state in sorted(line.states)
}


def allowed(state: IssueState) -> tuple[Action, ...]:
    """What staff or the resident may do in a state."""
    return tuple(
        action
        for action in Action
        if (rule := TRANSITIONS.get((state, action))) and (rule.roles or Party.RESIDENT in rule.parties)
    )
