"""A step in the life of a report, by staff, the resident or the system: checked, written, pushed and told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from community import categories, masking, teaching, workers
from community.issues import actors, awards, deliveries, history
from community.issues import photos as issue_photos
from community.issues.actors import Actor
from community.issues.history import Step
from community.issues.models import PURPOSE_DESCRIPTION, Issue
from community.issues.photos import Photo, PhotoKind
from community.issues.reporting import deadline
from community.issues.telling import tell_staff, tell_step
from community.issues.workflow import SETTLED, Action, Party
from core import clock
from core.crypto import Vault
from core.errors import Invalid, Refused
from core.settings import Config
from core.values import IssueState

REASON_CHARACTERS: Final = 1000


class ReasonMissing(Invalid):
    """This step needs a reason."""

    code = "reason_missing"


class DeadlineNotLater(Invalid):
    """An extension must move the deadline to a later time that is not past."""

    code = "deadline_not_later"


class MergeImpossible(Refused):
    """A report cannot be merged into itself, or into one that is settled or merged itself."""

    code = "merge_impossible"


class AlreadyForwarded(Refused):
    """The grid system has the report already under its category."""

    code = "already_forwarded"


@dataclass(frozen=True, slots=True)
class Details:
    """What a step says besides its name.

    `until` is the new deadline, `into` the number to merge into, `stars` how good a verified report was, 1 to 5.
    """

    reason: str = ""
    unit: str = ""
    handler_id: str | None = None
    text: str = ""
    photos: tuple[Photo, ...] = ()
    until: datetime | None = None
    into: str | None = None
    category_code: str = ""
    stars: int | None = None


async def move(
    db: AsyncSession,
    vault: Vault,
    config: Config,
    *,
    number: str,
    action: Action,
    actor: Actor,
    reason: str = "",
    unit: str = "",
    handler_id: str | None = None,
    text: str = "",
    photos: tuple[Photo, ...] = (),
    until: datetime | None = None,
    into: str | None = None,
    category_code: str = "",
    stars: int | None = None,
) -> Issue:
    """Take one step of the workflow's table; the report as it is then.

    Raises IssueNotFound, NotYourTask, TransitionRefused, ReasonMissing, ChangedMeanwhile, or what the step's own
    details lack: Invalid, DeadlineNotLater, MergeImpossible, AlreadyForwarded, UnknownCategory, WorkerNotFound.
    """
    details = Details(reason, unit, handler_id, text, photos, until, into, category_code, stars)
    issue = await history.locked(db, number=number)
    return await take(db, vault, config, issue=issue, action=action, actor=actor, details=details)


async def take(
    db: AsyncSession,
    vault: Vault,
    config: Config,
    *,
    issue: Issue,
    action: Action,
    actor: Actor,
    details: Details,
) -> Issue:
    """The same for a report whose row is locked already."""
    rule = actors.rule_for(issue, action, actor)
    said = masking.storable(details.reason).strip() or masking.storable(details.text).strip()
    if rule.needs_reason and not said:
        raise ReasonMissing(fields={"reason": "required"})
    if len(said) > REASON_CHARACTERS:
        raise Invalid(fields={"reason": f"at most {REASON_CHARACTERS} characters"})
    values = await _values(db, config, issue, action, details)
    category = issue.category_name
    moved = await history.advance(db, vault, issue, Step(action, actor, rule.to, said), **values)
    kind = PhotoKind.HANDLED if action is Action.HANDLE else PhotoKind.FOLLOW_UP
    await issue_photos.add(db, moved, details.photos, kind=kind)
    await _send_on(db, vault, moved, action=action, details=details, said=said)
    if action is Action.CATEGORY and not moved.confidential:
        await _teach(db, vault, moved, before=category)
    if actor.party is not Party.RESIDENT:
        await tell_step(db, vault, moved, action=action, reason=said)
    return moved


async def _values(db: AsyncSession, config: Config, issue: Issue, action: Action, details: Details) -> dict[str, Any]:
    """The columns that a step sets besides state and version."""
    values: dict[str, Any] = {}
    match action:
        case Action.FILE:
            values = {"pushed": deliveries.connector_named(config, issue.connector).kind == "signed_json"}
        case Action.DISPATCH:
            values = await _dispatched(db, details)
        case Action.EXTEND:
            values = {"deadline_at": _later(issue, details)}
        case Action.HANDLE if not (details.text.strip() or details.reason.strip()):
            raise Invalid(fields={"text": "what was done is required"})
        case Action.CHECK_PASS:
            values = {"checked_at": clock.now()}
        case Action.CLOSE:
            values = {"closed_at": clock.now()}
        case Action.REOPEN:
            values = next_round(issue)
        case Action.MERGE:
            values = {"duplicate_of": await _target(db, issue, details)}
        case Action.CATEGORY:
            values = _recategorised(config, issue, details)
    return values


async def _dispatched(db: AsyncSession, details: Details) -> dict[str, Any]:
    if not details.unit.strip():
        raise Invalid(fields={"unit": "required"})
    if details.handler_id is not None:
        await workers.get(db, worker_id=details.handler_id)
    return {"unit": details.unit.strip(), "handler_id": details.handler_id}


def _later(issue: Issue, details: Details) -> datetime:
    if details.until is None or details.until <= max(issue.deadline_at, clock.now()):
        raise DeadlineNotLater(fields={"until": "a time after the present deadline"})
    return details.until


def next_round(issue: Issue) -> dict[str, Any]:
    """What begins anew with a reopening: round, clock and checks."""
    now, category = clock.now(), categories.get(issue.category_code)
    return {
        "round": issue.round + 1,
        "round_started_at": now,
        "deadline_at": deadline(now, category, urgency=issue.urgency, emergency=issue.emergency),
        "closed_at": None,
        "checked_at": None,
        "handler_id": None,
        "rating": None,
        "rating_text": None,
    }


async def _target(db: AsyncSession, issue: Issue, details: Details) -> str:
    if not details.into:
        raise Invalid(fields={"into": "required"})
    target = await history.find(db, number=details.into)
    if target.id == issue.id or IssueState(target.state) in SETTLED:
        raise MergeImpossible(number=issue.number, into=details.into)
    return target.number


def _recategorised(config: Config, issue: Issue, details: Details) -> dict[str, Any]:
    """The new category, and the way that goes with it; a report that is filed already goes that way at once."""
    if issue.pushed:
        raise AlreadyForwarded(number=issue.number)
    category = categories.get(details.category_code)
    values: dict[str, Any] = {
        "category_standard": category.standard,
        "category_kind": category.kind,
        "category_code": category.code,
        "category_name": category.name,
        "deadline_at": deadline(issue.round_started_at, category, urgency=issue.urgency, emergency=issue.emergency),
    }
    if IssueState(issue.state) is not IssueState.RETURNED:
        connector = config.connector_for(issue.area_code, category.code)
        is_filed = IssueState(issue.state) is IssueState.FILED
        values |= {"connector": connector.name, "pushed": is_filed and connector.kind == "signed_json"}
    return values


async def _teach(db: AsyncSession, vault: Vault, issue: Issue, *, before: str) -> None:
    """A category that was changed is an example to learn from."""
    text = await history.opened(db, vault, issue, PURPOSE_DESCRIPTION, issue.description)
    after = issue.category_name
    await teaching.corrected(
        db, vault, owner_id=issue.owner_id, area_code=issue.area_code, text=text, before=before, after=after
    )


async def _send_on(
    db: AsyncSession, vault: Vault, issue: Issue, *, action: Action, details: Details, said: str
) -> None:
    """What a step sets going outside: the push, the follow-up, points, word to the staff."""
    if action is Action.VERIFY:
        await awards.ask(db, issue, stars=details.stars)
    elif action is Action.MERGE:
        await awards.merged(db, issue)
    elif action in (Action.FILE, Action.CATEGORY) and issue.pushed:
        await deliveries.push(db, vault, issue)
    elif action is Action.REOPEN:
        await deliveries.follow_up(
            db, vault, issue, kind="reopen", text=said, photos=[p.sha256 for p in details.photos]
        )
        await tell_staff(db, issue, event="issue.reopened")
    elif action is Action.RETURN:
        await tell_staff(db, issue, event="issue.returned")
    elif action is Action.DISPATCH:
        await tell_staff(db, issue, event="issue.dispatched", unit=issue.unit)
