"""What a grid system tells us: kept whatever comes of it, applied once, in any order, never against a settled case.

A word that is in no table is kept raw and shown to the staff. An update that names only the far side's number before
we know that number waits for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy import update as sql_update
from sqlalchemy.ext.asyncio import AsyncSession

from community import calendar, categories
from community.issues import awards, deliveries, history, update_photos, update_store
from community.issues.actors import Actor, IssueNotFound
from community.issues.history import Step
from community.issues.models import Issue, IssueDelivery
from community.issues.telling import tell_staff, tell_step
from community.issues.update_store import GridUpdate, Outcome
from community.issues.workflow import TRANSITIONS, Action, Rule
from core import clock
from core.crypto import Vault
from core.db import new_id
from core.settings import Config, GridConnector
from core.values import IssueState

WORDS: Final = {a.value.removeprefix("grid_"): a for a in Action if a.value.startswith("grid_")}
"""The canonical words of the wire format."""

_ALWAYS_TOLD: Final = frozenset({Action.GRID_ACCEPTED, Action.GRID_EXTENDED})
_STAFF_TOLD: Final = frozenset({Action.GRID_RETURNED, Action.GRID_NOT_ACCEPTED, Action.GRID_VOID})


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of an update, and of which report; `number` is None while it is parked."""

    kind: Outcome
    number: str | None
    state: IssueState | None


async def apply_update(
    db: AsyncSession, vault: Vault, config: Config, *, connector: str, update: GridUpdate
) -> Applied:
    """Take in one update. Raises UpdateContradicts, or IssueNotFound for a number that this system was never given."""
    if await update_store.is_known(db, connector=connector, update_id=update.update_id, body_hash=update.body_hash):
        return Applied(Outcome.DUPLICATE, None, None)
    grid = deliveries.connector_named(config, connector)
    issue = await _issue_of(db, connector, update)
    row_id = new_id()
    if not await update_store.keep(db, vault, row_id=row_id, connector=connector, update=update, issue=issue):
        await update_store.is_known(
            db, connector=connector, update_id=update.update_id, body_hash=update.body_hash
        )  # it came twice in one moment; another body is an error
        return Applied(Outcome.DUPLICATE, None, None)
    if issue is None:
        return Applied(Outcome.PARKED, None, None)
    await _learn_external(db, issue, update.external_no)
    return await _settle(db, vault, grid, issue=issue, update=update, row_id=row_id)


async def _issue_of(db: AsyncSession, connector: str, update: GridUpdate) -> Issue | None:
    """The report under lock; None when only a number of theirs is given that we do not know yet."""
    if update.event_no is not None:
        issue = await history.locked(db, number=update.event_no)
        if issue.connector != connector or not issue.pushed:
            raise IssueNotFound
        return issue
    query = (
        select(Issue.number)
        .join(IssueDelivery, IssueDelivery.issue_id == Issue.id)
        .where(IssueDelivery.connector == connector, IssueDelivery.external_no == update.external_no)
    )
    number = (await db.execute(query.limit(1))).scalar_one_or_none()
    return await history.locked(db, number=number) if number else None


async def _learn_external(db: AsyncSession, issue: Issue, external_no: str | None) -> None:
    if external_no is not None:
        await db.execute(
            sql_update(IssueDelivery)
            .where(IssueDelivery.issue_id == issue.id, IssueDelivery.external_no.is_(None))
            .values(external_no=external_no)
            .execution_options(synchronize_session=False)
        )


async def _settle(
    db: AsyncSession, vault: Vault, grid: GridConnector, *, issue: Issue, update: GridUpdate, row_id: str
) -> Applied:
    """Decide what becomes of a kept update, do it, and write that down."""
    action = WORDS.get(grid.status.get(update.status, update.status))
    outcome, now = Outcome.APPLIED, issue
    if action is None:
        outcome = Outcome.UNKNOWN_STATUS
        now = await _show_unknown(db, vault, issue, update)
    elif _is_stale(issue, update):
        outcome = Outcome.STALE
    elif (rule := TRANSITIONS.get((IssueState(issue.state), action))) is None:
        outcome = Outcome.IGNORED
    else:
        now = await _apply(db, vault, issue, update, action=action, rule=rule)
    await update_store.settle(db, row_id=row_id, issue=issue, outcome=outcome)
    await update_photos.queue(db, vault, issue, update, row_id=row_id)
    return Applied(outcome, now.number, IssueState(now.state))


def _is_stale(issue: Issue, update: GridUpdate) -> bool:
    """Of an older round, or older than the newest that was applied; times of the wire have whole seconds."""
    occurred = min(update.occurred_at, clock.now())
    if update.round is not None and update.round < issue.round:
        return True
    if update.round is None and issue.round > 1 and occurred < issue.round_started_at.replace(microsecond=0):
        return True
    return issue.grid_applied_at is not None and occurred < issue.grid_applied_at


async def _show_unknown(db: AsyncSession, vault: Vault, issue: Issue, update: GridUpdate) -> Issue:
    said = f"{update.status} {update.reason or update.text}".strip()
    step = Step(Action.UNKNOWN_WORD, Actor.grid(issue.connector), IssueState(issue.state), said)
    now = await history.advance(db, vault, issue, step)
    await tell_staff(db, now, event="grid.unknown_status", status=update.status)
    return now


async def _apply(
    db: AsyncSession, vault: Vault, issue: Issue, update: GridUpdate, *, action: Action, rule: Rule
) -> Issue:
    said = update.reason.strip() or update.text.strip()
    values = _values(issue, update, action)
    is_news = action in _ALWAYS_TOLD or rule.to.value != issue.state or values.get("unit", issue.unit) != issue.unit
    now = await history.advance(db, vault, issue, Step(action, Actor.grid(issue.connector), rule.to, said), **values)
    if action in awards.PROVED:
        await awards.ask(db, now)
    if action in _STAFF_TOLD:
        await tell_staff(db, now, event=f"issue.{rule.to.value}")
    if is_news:
        await tell_step(db, vault, now, action=action, reason=said)
    return now


def _values(issue: Issue, update: GridUpdate, action: Action) -> dict[str, Any]:
    values: dict[str, Any] = {"grid_applied_at": min(update.occurred_at, clock.now())}
    if update.org.strip():
        values["unit"] = update.org.strip()
    if action is Action.GRID_CLOSED:
        values["closed_at"] = clock.now()
    if action is Action.GRID_EXTENDED:
        values["deadline_at"] = _extended(issue, update)
    return values


def _extended(issue: Issue, update: GridUpdate) -> datetime:
    """The new deadline that they name, or else the category's limit once more from the old one."""
    if update.deadline_at is not None and update.deadline_at > issue.deadline_at:
        return update.deadline_at
    return calendar.due(issue.deadline_at, categories.get(issue.category_code).limit)


async def delivered(
    db: AsyncSession,
    vault: Vault,
    config: Config,
    *,
    number: str,
    round: int,  # noqa: A002
    external_no: str | None,
) -> None:
    """The grid system has the report, under its own number; what it said under that number before is applied now."""
    issue = await history.locked(db, number=number)
    values: dict[str, Any] = {"state": deliveries.DELIVERED, "last_error": None}
    if external_no:
        values["external_no"] = external_no
    await deliveries.set_delivery(db, issue, round, **values)
    if external_no:
        await apply_parked(db, vault, config, connector=issue.connector, external_no=external_no)


async def apply_parked(
    db: AsyncSession, vault: Vault, config: Config, *, connector: str, external_no: str
) -> list[Applied]:
    """Apply what waited for this number to become known, oldest first."""
    grid, applied = deliveries.connector_named(config, connector), []
    for row in await update_store.parked(db, connector=connector, external_no=external_no):
        update = await update_store.opened(db, vault, row)
        issue = await _issue_of(db, connector, update)
        if issue is not None:
            applied.append(await _settle(db, vault, grid, issue=issue, update=update, row_id=row.id))
    return applied
