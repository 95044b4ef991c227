"""Pushing reports and follow-ups to their grid system: rendered when sent, so that signed links do not age."""

from __future__ import annotations

from functools import partial
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.grid.signed_json import SignedJson
from bot.media_links import photo_link
from bot.service import Service
from community import issues
from community.issues import deliveries as issue_deliveries
from community.issues import history
from community.issues.models import IssueDelivery
from core.errors import DeliveryError
from core.outbox import Job
from core.settings import GridConnector

NOT_CONFIGURED: Final = "grid_connector_not_configured"


async def push_event(service: Service, job: Job) -> None:
    """Deliver one report and write down the far side's number."""
    number, round_ = job.payload["number"], int(job.payload["round"])
    async with service.database.read() as db:
        issue = await history.find(db, number=number)
        connector = connector_of(service, issue.connector)
        attempt = job.attempts + await _tried_before(db, issue.id, round_)
        event = await issues.event_payload(
            db, service.vault, number=number, round=round_, link=partial(photo_link, service)
        )
    external_no = await SignedJson(service.http, connector).push_event(event, attempt=attempt)
    async with service.database.write() as db:
        await issues.delivered(db, service.vault, service.config, number=number, round=round_, external_no=external_no)


async def _tried_before(db: AsyncSession, issue_id: str, round_: int) -> int:
    """Attempts that the report remembers: a row that staff put back counts its own from the start again."""
    query = select(IssueDelivery.attempts).where(IssueDelivery.issue_id == issue_id, IssueDelivery.round == round_)
    return (await db.execute(query)).scalar_one_or_none() or 0


async def push_action(service: Service, job: Job) -> None:
    """Deliver one follow-up, behind its event."""
    number, action_id = job.payload["number"], job.payload["action_id"]
    async with service.database.read() as db:
        connector = connector_of(service, (await history.find(db, number=number)).connector)
        action = await issues.action_payload(db, service.vault, action_id=action_id, link=partial(photo_link, service))
    await SignedJson(service.http, connector).push_action(number, action)
    async with service.database.write() as db:
        await issues.action_settled(db, action_id=action_id, state="delivered")


def connector_of(service: Service, name: str) -> GridConnector:
    """Raises DeliveryError while it is not configured."""
    for connector in service.config.grid:
        if connector.name == name and connector.kind == "signed_json":
            return connector
    raise DeliveryError(NOT_CONFIGURED, retryable=True)


async def note_failure(db: AsyncSession, job: Job, error: DeliveryError, *, is_dead: bool) -> None:
    """Let the report show why it has not arrived."""
    if job.kind == issue_deliveries.ACTION:
        state = "refused" if is_dead else "failed"
        await issues.action_settled(db, action_id=job.payload["action_id"], state=state, error=error.reason)
        return
    note = issues.delivery_refused if is_dead else issues.delivery_failed
    await note(db, number=job.payload["number"], round=int(job.payload["round"]), error=error.reason)
