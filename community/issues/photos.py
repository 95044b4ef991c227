"""Which stored photos belong to a report, and what they show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community.issues.models import Issue, IssuePhoto
from core import clock, outbox
from core.db import dialect_insert

USUAL_TYPE: Final = "image/jpeg"


class PhotoKind(StrEnum):
    """A photo of the report itself, one sent after it, or one of the work that was done."""

    REPORT = "report"
    FOLLOW_UP = "follow_up"
    HANDLED = "handled"


@dataclass(frozen=True, slots=True)
class Photo:
    sha256: str
    content_type: str = USUAL_TYPE


async def add(db: AsyncSession, issue: Issue, given: Sequence[Photo], *, kind: PhotoKind) -> int:
    """Name photos as belonging to a report; how many of them did not before."""
    if not given:
        return 0
    now = clock.now()
    rows = [
        {
            "issue_id": issue.id,
            "sha256": photo.sha256,
            "content_type": photo.content_type,
            "kind": kind.value,
            "position": position,
            "added_at": now,
        }
        for position, photo in enumerate(dict.fromkeys(given))
    ]
    done = await db.execute(
        dialect_insert(db, IssuePhoto).values(rows).on_conflict_do_nothing(index_elements=["issue_id", "sha256"])
    )
    return outbox.rowcount(done)


async def of(db: AsyncSession, issue: Issue) -> list[IssuePhoto]:
    """The photos of a report in the order in which they came."""
    rows = await db.execute(
        select(IssuePhoto)
        .where(IssuePhoto.issue_id == issue.id)
        .order_by(IssuePhoto.added_at, IssuePhoto.position, IssuePhoto.sha256)
    )
    return list(rows.scalars())
