"""Bodies for grid systems, rendered when they are sent so that signed links do not age in the queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community import contacts, residents
from community.issues import history, photos, shapes
from community.issues.models import (
    PURPOSE_ACTION,
    PURPOSE_ADDRESS,
    PURPOSE_DESCRIPTION,
    Issue,
    IssueAction,
    IssuePhoto,
)
from community.issues.photos import PhotoKind
from core import clock
from core.crypto import Unreadable, Vault
from core.errors import NotFound

Link = Callable[[str], tuple[str, datetime]]
"""Makes a signed address for a stored file, given its SHA-256, and says when that address ends."""


async def event_payload(db: AsyncSession, vault: Vault, *, number: str, round: int, link: Link) -> dict[str, Any]:  # noqa: A002
    """The body of `POST /events`. Photos that came after the report travel as actions. Raises IssueNotFound."""
    issue = await history.find(db, number=number)
    shown = [photo for photo in await photos.of(db, issue) if photo.kind == PhotoKind.REPORT.value]
    body: dict[str, Any] = {
        "event_no": issue.number,
        "round": round,
        "title": issue.title,
        "description": await history.opened(db, vault, issue, PURPOSE_DESCRIPTION, issue.description) or issue.summary,
        "category": shapes.category(issue),
        "urgency": issue.urgency,
        "emergency": issue.emergency,
        "source": issue.source,
        "occurred_at": clock.iso(issue.occurred_at),
        "reported_at": clock.iso(issue.created_at),
        "address": await history.opened(db, vault, issue, PURPOSE_ADDRESS, issue.address),
        "location": shapes.location(issue),
        "grid_code": issue.grid_code,
        "confidential": issue.confidential,
        "attachments": _attachments(shown, link),
        "deadline_at": clock.iso(issue.deadline_at),
    }
    reporter = await _reporter(db, vault, issue)
    return body | ({"reporter": reporter} if reporter else {})


async def action_payload(db: AsyncSession, vault: Vault, *, action_id: str, link: Link) -> dict[str, Any]:
    """The body of `POST /events/{event_no}/actions`. Raises NotFound."""
    action = (await db.execute(select(IssueAction).where(IssueAction.id == action_id))).scalar_one_or_none()
    if action is None:
        raise NotFound("action_not_found")
    issue = (await db.execute(select(Issue).where(Issue.id == action.issue_id))).scalar_one()
    shown = [photo for photo in await photos.of(db, issue) if photo.sha256 in action.photos]
    body: dict[str, Any] = {
        "action_id": action.id,
        "round": action.round,
        "kind": action.kind,
        "occurred_at": clock.iso(action.occurred_at),
    }
    if text := await history.opened(db, vault, issue, PURPOSE_ACTION, action.text):
        body["text"] = text
    if shown:
        body["attachments"] = _attachments(shown, link)
    if action.rating is not None:
        body["rating"] = action.rating
    return body


def _attachments(shown: Sequence[IssuePhoto], link: Link) -> list[dict[str, Any]]:
    found = []
    for photo in shown:
        url, expires_at = link(photo.sha256)
        found.append(
            {
                "sha256": photo.sha256,
                "content_type": photo.content_type,
                "url": url,
                "expires_at": clock.iso(expires_at),
            }
        )
    return found


async def _reporter(db: AsyncSession, vault: Vault, issue: Issue) -> dict[str, str] | None:
    """Who reported, with what they told us to be reached by; nobody when the report is confidential."""
    if issue.confidential or issue.resident_id is None:
        return None
    try:
        resident = await residents.get(db, resident_id=issue.resident_id)
        contact = await contacts.read(db, vault, resident_id=issue.resident_id)
    except (NotFound, Unreadable):
        return None
    told = {"name": contact.name, "phone": contact.phone}
    return {"ref": resident.ref} | {key: value for key, value in told.items() if value}
