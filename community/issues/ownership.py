"""Reports when a resident is bound to another, asks for their data, or wants to be erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import sealed
from community.issues.models import (
    PURPOSE_ACTION,
    PURPOSE_ADDRESS,
    PURPOSE_DESCRIPTION,
    Issue,
    IssueAction,
    IssuePhoto,
)
from community.issues.photos import PhotoKind
from community.issues.workflow import OPEN
from core import clock
from core.crypto import Vault


async def open_cases(db: AsyncSession, *, resident_id: str) -> list[str]:
    """Numbers of reports on which somebody still works."""
    rows = await db.execute(
        select(Issue.number)
        .where(Issue.resident_id == resident_id, Issue.state.in_([state.value for state in OPEN]))
        .order_by(Issue.number)
    )
    return list(rows.scalars())


async def reassign(db: AsyncSession, *, from_resident_id: str, to_resident_id: str) -> None:
    """The reports belong to another resident from now on; what is sealed stays under its key."""
    await db.execute(
        update(Issue)
        .where(Issue.resident_id == from_resident_id)
        .values(resident_id=to_resident_id)
        .execution_options(synchronize_session=False)
    )


async def forget(db: AsyncSession, *, resident_ids: Sequence[str]) -> None:
    """With an erasure the redacted words go too; category, place and times stay as statistics."""
    await db.execute(
        update(Issue)
        .where(Issue.resident_id.in_(resident_ids))
        .values(title=Issue.category_name, summary="")
        .execution_options(synchronize_session=False)
    )


async def forget_photos(db: AsyncSession, *, resident_ids: Sequence[str]) -> set[str]:
    """With an erasure: drop what the residents showed, not what the workers did; the hashes of the files."""
    theirs = select(Issue.id).where(Issue.resident_id.in_(resident_ids))
    await db.execute(
        update(IssueAction)
        .where(IssueAction.issue_id.in_(theirs))
        .values(photos=[])
        .execution_options(synchronize_session=False)
    )
    gone = await db.execute(
        delete(IssuePhoto)
        .where(IssuePhoto.issue_id.in_(theirs), IssuePhoto.kind != PhotoKind.HANDLED.value)
        .returning(IssuePhoto.sha256)
        .execution_options(synchronize_session=False)
    )
    return set(gone.scalars())


async def export(db: AsyncSession, vault: Vault, *, resident_id: str) -> list[dict[str, Any]]:
    """All reports with what the resident told and sent, oldest first."""
    rows = await db.execute(
        select(Issue).where(Issue.resident_id == resident_id).order_by(Issue.created_at, Issue.number)
    )
    return [await _whole(db, vault, issue) for issue in rows.scalars().all()]


async def _whole(db: AsyncSession, vault: Vault, issue: Issue) -> dict[str, Any]:
    async def text(purpose: str, kept: bytes | None) -> str:
        return await sealed.open_text(db, vault, owner_id=issue.owner_id, purpose=purpose, sealed=kept)

    located = issue.lng is not None
    return {
        "number": issue.number,
        "state": issue.state,
        "title": issue.title,
        "category": {"standard": issue.category_standard, "code": issue.category_code, "name": issue.category_name},
        "description": await text(PURPOSE_DESCRIPTION, issue.description),
        "address": await text(PURPOSE_ADDRESS, issue.address),
        "location": {"lng": issue.lng, "lat": issue.lat, "crs": issue.crs} if located else None,
        "confidential": issue.confidential,
        "rating": issue.rating,
        "photos": await _photos(db, issue.id),
        "follow_ups": [
            {"at": clock.iso(row.occurred_at), "kind": row.kind, "text": await text(PURPOSE_ACTION, row.text)}
            for row in await _actions(db, issue.id)
        ],
        "created_at": clock.iso(issue.created_at),
    }


async def _photos(db: AsyncSession, issue_id: str) -> list[str]:
    query = select(IssuePhoto.sha256).where(IssuePhoto.issue_id == issue_id).order_by(IssuePhoto.position)
    return list((await db.execute(query)).scalars())


async def _actions(db: AsyncSession, issue_id: str) -> list[IssueAction]:
    query = select(IssueAction).where(IssueAction.issue_id == issue_id)
    return list((await db.execute(query.order_by(IssueAction.occurred_at, IssueAction.id))).scalars())
