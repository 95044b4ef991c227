"""The way to a grid system: what is queued for it, and how far it got.

An event is queued once a report, when it is first filed; later rounds and follow-ups travel as actions behind it,
under the same order key. The body is rendered when it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community.issues import history
from community.issues.models import PURPOSE_ACTION, Issue, IssueAction, IssueDelivery
from community.issues.telling import tell_staff
from core import clock, outbox
from core.crypto import Unreadable, Vault
from core.db import new_id
from core.errors import NotFound
from core.settings import DESK, Config, GridConnector

EVENT: Final = "grid.event"
ACTION: Final = "grid.action"

PENDING: Final = "pending"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"
REFUSED: Final = "refused"
LOCAL: Final = "local"


def connector_named(config: Config, name: str) -> GridConnector:
    """The connector of that name; the built-in desk when it is no longer configured."""
    return next((grid for grid in config.grid if grid.name == name), DESK)


async def push(db: AsyncSession, vault: Vault, issue: Issue) -> None:
    """Queue the event of a report that was filed just now and write down that its delivery is pending."""
    await _open_round(db, issue, external_no=None)
    await _enqueue(db, vault, issue, EVENT, {"round": issue.round}, key=f"grid:{issue.number}:{issue.round}")


async def _enqueue(db: AsyncSession, vault: Vault, issue: Issue, kind: str, named: dict[str, Any], *, key: str) -> None:
    payload = {"number": issue.number, **named}
    order_key, urgent = f"grid:{issue.number}", issue.emergency is not None
    try:
        await outbox.enqueue(
            db, kind=kind, order_key=order_key, payload=payload, key=key, owner_id=issue.owner_id, vault=vault,
            urgent=urgent,
        )  # fmt: skip
    except Unreadable:  # the owner was erased; numbers alone are no personal data
        await outbox.enqueue(db, kind=kind, order_key=order_key, payload=payload, key=key, urgent=urgent)


async def _open_round(db: AsyncSession, issue: Issue, *, external_no: str | None) -> None:
    await db.execute(
        insert(IssueDelivery).values(
            issue_id=issue.id,
            round=issue.round,
            connector=issue.connector,
            state=PENDING,
            external_no=external_no,
            attempts=0,
            updated_at=clock.now(),
        )
    )


async def follow_up(
    db: AsyncSession,
    vault: Vault,
    issue: Issue,
    *,
    kind: str,
    text: str = "",
    photos: Sequence[str] = (),
    rating: int | None = None,
) -> str:
    """Keep a follow-up and, where the report went to a grid system, send it after; the id of the action."""
    action_id = new_id()
    await db.execute(
        insert(IssueAction).values(
            id=action_id,
            issue_id=issue.id,
            round=issue.round,
            kind=kind,
            text=await history.sealed(db, vault, issue, PURPOSE_ACTION, text),
            photos=list(photos),
            rating=rating,
            occurred_at=clock.now(),
            state=PENDING if issue.pushed else LOCAL,
        )
    )
    if issue.pushed:
        if kind == "reopen":
            await _open_round(db, issue, external_no=await external_number(db, issue))
        await _enqueue(db, vault, issue, ACTION, {"action_id": action_id}, key=action_id)
    return action_id


async def external_number(db: AsyncSession, issue: Issue) -> str | None:
    """The grid system's own number of a report, once it is known."""
    query = select(IssueDelivery.external_no).where(
        IssueDelivery.issue_id == issue.id, IssueDelivery.external_no.is_not(None)
    )
    return (await db.execute(query.order_by(IssueDelivery.round.desc()).limit(1))).scalar_one_or_none()


async def set_delivery(db: AsyncSession, issue: Issue, round_: int, **values: Any) -> None:
    """Write down what came of trying to deliver a round."""
    await db.execute(
        update(IssueDelivery)
        .where(IssueDelivery.issue_id == issue.id, IssueDelivery.round == round_)
        .values(attempts=IssueDelivery.attempts + 1, updated_at=clock.now(), **values)
        .execution_options(synchronize_session=False)
    )


async def delivery_failed(db: AsyncSession, *, number: str, round: int, error: str) -> None:  # noqa: A002
    """It did not arrive and will be tried again."""
    issue = await history.find(db, number=number)
    await set_delivery(db, issue, round, state=FAILED, last_error=error)


async def delivery_refused(db: AsyncSession, *, number: str, round: int, error: str) -> None:  # noqa: A002
    """The grid system does not want it: a worker must look."""
    issue = await history.find(db, number=number)
    await set_delivery(db, issue, round, state=REFUSED, last_error=error)
    await tell_staff(db, issue, event="grid.refused", key=f"refused:{round}", error=error)


async def action_settled(db: AsyncSession, *, action_id: str, state: str, error: str | None = None) -> None:
    """What came of sending a follow-up: `delivered`, `failed` (to be tried again) or `refused`.

    Raises NotFound. A reopening that arrived is the delivery of its round.
    """
    action = (await db.execute(select(IssueAction).where(IssueAction.id == action_id))).scalar_one_or_none()
    if action is None:
        raise NotFound("action_not_found")
    await db.execute(
        update(IssueAction)
        .where(IssueAction.id == action_id)
        .values(state=state, last_error=error)
        .execution_options(synchronize_session=False)
    )
    issue = (await db.execute(select(Issue).where(Issue.id == action.issue_id))).scalar_one()
    if action.kind == "reopen":
        await set_delivery(db, issue, action.round, state=state, last_error=error)
    if state == REFUSED:
        await tell_staff(db, issue, event="grid.refused", key=f"action:{action_id}", error=error, action=action.kind)
