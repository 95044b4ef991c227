"""Who acts on a report, and whether the workflow's row lets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from community.issues.models import Issue
from community.issues.workflow import TRANSITIONS, Action, Party, Rule, allowed
from community.permissions import NotYourTask, Worker
from core.errors import NotFound, Refused
from core.values import IssueState, Role


class TransitionRefused(Refused):
    """The workflow has no such row; the facts name the state, the action and what may be done instead."""

    code = "transition_refused"


class IssueNotFound(NotFound):
    """There is no such report, or not one of this resident's."""

    code = "issue_not_found"


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts: a worker with grants, or a party with its id (a resident's, a connector's name)."""

    party: Party | None
    id: str
    worker: Worker | None = None

    @classmethod
    def staff(cls, worker: Worker) -> Actor:
        return cls(None, worker.id, worker)

    @classmethod
    def resident(cls, resident_id: str) -> Actor:
        return cls(Party.RESIDENT, resident_id)

    @classmethod
    def grid(cls, connector: str) -> Actor:
        return cls(Party.GRID, connector)

    @property
    def kind(self) -> str:
        return "worker" if self.party is None else self.party.value


SYSTEM: Final = Actor(Party.SYSTEM, "")


def place_of(issue: Issue) -> str:
    """The code by which grants are compared: the grid's where it lies in the community, or the community's."""
    grid = issue.grid_code or ""
    return grid if grid.startswith(issue.area_code) else issue.area_code


def rule_for(issue: Issue, action: Action, actor: Actor) -> Rule:
    """The row of the table. Raises NotYourTask, IssueNotFound (another resident's) or TransitionRefused."""
    if actor.party is Party.RESIDENT and issue.resident_id != actor.id:
        raise IssueNotFound
    if not any(_may(issue, rule, actor) for (_, what), rule in TRANSITIONS.items() if what is action):
        raise NotYourTask
    state = IssueState(issue.state)
    rule = TRANSITIONS.get((state, action))
    if rule is None:
        names = ", ".join(a.value for a in allowed(state))
        raise TransitionRefused(number=issue.number, state=state.value, action=action.value, allowed=names)
    if not _may(issue, rule, actor):
        raise NotYourTask
    return rule


def _may(issue: Issue, rule: Rule, actor: Actor) -> bool:
    if actor.worker is None:
        return actor.party in rule.parties
    held = actor.worker.roles_in(place_of(issue)) & rule.roles
    if held == {Role.HANDLER}:
        return is_handler_of(issue, actor.worker)
    return bool(held)


def is_handler_of(issue: Issue, worker: Worker) -> bool:
    """Whether the report was dispatched to this worker, or to their unit and nobody in particular."""
    if issue.handler_id is not None:
        return issue.handler_id == worker.id
    return bool(issue.unit) and issue.unit == worker.unit
