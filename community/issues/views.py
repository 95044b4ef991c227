"""How a report looks to the one who asks: its JSON, masked by role, and lists of reports."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community import contacts, masking, residents
from community.issues import awards, history, photos, shapes, update_store
from community.issues.actors import Actor, IssueNotFound, is_handler_of, place_of
from community.issues.models import (
    PURPOSE_ADDRESS,
    PURPOSE_DESCRIPTION,
    PURPOSE_REASON,
    Issue,
    IssueDelivery,
    IssueEvent,
)
from community.issues.workflow import Action, Party
from community.permissions import Permission
from core import clock
from core.crypto import Unreadable, Vault
from core.errors import NotFound
from core.values import Role

PhotoUrl = Callable[[str], str]
"""Makes the address of a stored photo, given its SHA-256."""

_INNER: Final = frozenset({Action.NOTE.value, Action.UNKNOWN_WORD.value, Action.CATEGORY.value})
"""Lines of the history that are for the staff."""


class Level(StrEnum):
    """How much a viewer sees. `own` is the reporter, who sees their words whole and their contact masked."""

    OWN = "own"
    FULL = "full"
    MASKED = "masked"


def level_for(issue: Issue, viewer: Actor) -> Level:
    """Raises IssueNotFound (another resident's report) or NotYourTask (another area's).

    Names and phones are whole only for those with the grid and the duty for it: command and collectors of the place,
    and the handler to whom the report was given. A confidential report shows its reporter to command alone.
    """
    if viewer.party is Party.RESIDENT:
        if issue.resident_id != viewer.id:
            raise IssueNotFound
        return Level.OWN
    if viewer.worker is None:
        return Level.FULL
    place = place_of(issue)
    viewer.worker.require(Permission.READ_ISSUES, place)
    held = viewer.worker.roles_in(place)
    if held & {Role.ADMIN, Role.COMMANDER}:
        return Level.FULL
    has_duty = Role.COLLECTOR in held or (Role.HANDLER in held and is_handler_of(issue, viewer.worker))
    return Level.FULL if has_duty and not issue.confidential else Level.MASKED


async def view(db: AsyncSession, vault: Vault, *, number: str, viewer: Actor, photo_url: PhotoUrl) -> dict[str, Any]:
    """The JSON of one report. Raises IssueNotFound or NotYourTask."""
    issue = await history.find(db, number=number)
    level = level_for(issue, viewer)
    description = await history.opened(db, vault, issue, PURPOSE_DESCRIPTION, issue.description) or issue.summary
    address = await history.opened(db, vault, issue, PURPOSE_ADDRESS, issue.address)
    if level is Level.MASKED:
        description, address = issue.summary, masking.redact(address)
    full = brief(issue) | {
        "description": description,
        "address": address,
        "location": shapes.location(issue),
        "source": issue.source,
        "reporter": await _reporter(db, vault, issue, level),
        "photos": [
            {"sha256": p.sha256, "content_type": p.content_type, "url": photo_url(p.sha256), "kind": p.kind}
            for p in await photos.of(db, issue)
        ],
        "deliveries": await _deliveries(db, issue),
        "history": await _history(db, vault, issue, level),
        "points_awarded": await awards.points_of(db, issue),
    }
    if level is not Level.OWN:
        full["updates"] = await _updates(db, vault, issue)
    return full


def brief(issue: Issue) -> dict[str, Any]:
    """What a list shows of a report; nothing in it is sealed."""
    return {
        "number": issue.number,
        "round": issue.round,
        "state": issue.state,
        "title": issue.title,
        "summary": issue.summary,
        "category": shapes.category(issue),
        "urgency": issue.urgency,
        "emergency": issue.emergency,
        "area_code": issue.area_code,
        "grid_code": issue.grid_code,
        "confidential": issue.confidential,
        "unit": issue.unit,
        "handler_id": issue.handler_id,
        "duplicate_of": issue.duplicate_of,
        "rating": issue.rating,
        "created_at": clock.iso(issue.created_at),
        "deadline_at": clock.iso(issue.deadline_at),
    }


async def _reporter(db: AsyncSession, vault: Vault, issue: Issue, level: Level) -> dict[str, Any]:
    nobody = {"ref": None, "name": "", "phone": ""}
    if issue.resident_id is None or (issue.confidential and level is Level.MASKED):
        return nobody
    try:
        resident = await residents.get(db, resident_id=issue.resident_id)
        contact = await contacts.read(db, vault, resident_id=issue.resident_id)
    except (NotFound, Unreadable):
        return nobody
    if level is Level.FULL:
        return {"ref": resident.ref, "name": contact.name, "phone": contact.phone}
    return {"ref": resident.ref, "name": masking.name(contact.name), "phone": masking.phone(contact.phone)}


async def _deliveries(db: AsyncSession, issue: Issue) -> list[dict[str, Any]]:
    rows = await db.execute(
        select(IssueDelivery).where(IssueDelivery.issue_id == issue.id).order_by(IssueDelivery.round)
    )
    return [
        {
            "round": row.round,
            "connector": row.connector,
            "state": row.state,
            "external_no": row.external_no,
            "attempts": row.attempts,
            "last_error": row.last_error,
        }
        for row in rows.scalars()
    ]


async def _history(db: AsyncSession, vault: Vault, issue: Issue, level: Level) -> list[dict[str, Any]]:
    rows = await db.execute(select(IssueEvent).where(IssueEvent.issue_id == issue.id).order_by(IssueEvent.seq))
    lines = []
    for row in rows.scalars().all():
        if level is Level.OWN and row.action in _INNER:
            continue
        reason = await history.opened(db, vault, issue, PURPOSE_REASON, row.reason)
        lines.append(
            {
                "at": clock.iso(row.at),
                "by": _by(row, level),
                "from": row.from_state,
                "to": row.to_state,
                "action": row.action,
                "round": row.round,
                "reason": masking.redact(reason) if level is Level.MASKED else reason,
            }
        )
    return lines


def _by(row: IssueEvent, level: Level) -> str:
    """Staff see which worker or system it was; residents are never named to staff nor staff to residents."""
    if level is Level.OWN or row.by_kind in (Party.RESIDENT.value, Party.SYSTEM.value):
        return row.by_kind
    return f"{row.by_kind}:{row.by_id}"


async def _updates(db: AsyncSession, vault: Vault, issue: Issue) -> list[dict[str, Any]]:
    """All that the grid system said, what changed nothing included."""
    found = []
    for row in await update_store.of(db, issue):
        said = await update_store.opened(db, vault, row)
        found.append(
            {
                "update_id": row.update_id,
                "status": row.status,
                "round": row.round,
                "occurred_at": clock.iso(row.occurred_at),
                "received_at": clock.iso(row.received_at),
                "outcome": row.outcome,
                "text": said.text,
                "reason": said.reason,
                "org": said.org,
                "photos": list(said.photos),
            }
        )
    return found
