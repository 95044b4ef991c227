"""The platform's check of the pictures of reports, for WeChat accounts whose `moderation` is `platform`.

WeChat fetches a picture by its signed link and tells its verdict up to half an hour later, in an event that names
only the trace id of the request. The event may be here before the request's answer is committed. As with words,
nothing is kept back from the staff or the grid.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.adapters.moderation import Suggestion, Verdict, suggestion
from community.photos import Photo
from core import clock, outbox
from core.db import Base, dialect_insert
from core.messages import Event

CHECK: Final = "moderation.picture"
PENDING: Final = "pending"
_SUGGESTIONS: Final = {word.value: word for word in Suggestion}


class PictureCheck(Base):
    """One request for a check. Without a report the event came first; without a suggestion it is still to come."""

    __tablename__ = "picture_check"

    trace_id: Mapped[str] = mapped_column(primary_key=True)
    issue_number: Mapped[str | None] = mapped_column(index=True)
    sha256: Mapped[str | None]
    suggestion: Mapped[str | None]
    label: Mapped[str]
    at: Mapped[datetime]


async def queue(db: AsyncSession, *, photo_id: str = "", number: str | None = None) -> None:
    """Have pictures checked that are stored and belong to a report: that photo, and all of that report. Each once."""
    found = await db.execute(
        select(Photo.issue_number, Photo.sha256, Photo.identity_id).where(
            Photo.sha256.is_not(None),
            Photo.issue_number.is_not(None),
            or_(Photo.id == photo_id, Photo.issue_number == number),
        )
    )
    for row in found:
        key = f"picture:{row.issue_number}:{row.sha256}"
        payload = {"number": row.issue_number, "sha256": row.sha256, "identity_id": row.identity_id}
        await outbox.enqueue(db, kind=CHECK, order_key=key, payload=payload, key=key)


async def requested(
    db: AsyncSession, *, trace_id: str, number: str, sha256: str, verdict: Verdict | None = None
) -> None:
    """A check was asked for; with a `verdict` of ours the platform would not judge."""
    named = {"issue_number": number, "sha256": sha256}
    await _write(db, trace_id, named, verdict)


async def heard(db: AsyncSession, event: Event) -> None:
    """The platform's verdict. A word that we don't know, or a fault of theirs, is for a person to judge."""
    if not event.key:
        return
    details = dict(event.details)
    verdict = Verdict(suggestion(details.get("suggest", ""), _SUGGESTIONS), details.get("label", ""))
    await _write(db, event.key, {}, verdict)


async def _write(db: AsyncSession, trace_id: str, named: dict[str, str], verdict: Verdict | None) -> None:
    """Add what is known of one request to its row."""
    judged = {"suggestion": verdict.suggestion.value, "label": verdict.label} if verdict else {}
    row = {"trace_id": trace_id, "label": "", "at": clock.now(), **named, **judged}
    await db.execute(
        dialect_insert(db, PictureCheck)
        .values(row)
        .on_conflict_do_update(index_elements=["trace_id"], set_={**named, **judged})
    )


async def of(db: AsyncSession, *, number: str) -> list[dict[str, Any]]:
    """`{sha256, suggestion, label}` of each picture of a report; what is still to come is for a person meanwhile."""
    rows = await db.execute(
        select(PictureCheck)
        .where(PictureCheck.issue_number == number)
        .order_by(PictureCheck.suggestion.is_not(None), PictureCheck.at)
    )
    last = {row.sha256: row for row in rows.scalars()}  # of one asked for twice, what was answered
    return [
        {
            "sha256": sha256,
            "suggestion": row.suggestion or Suggestion.REVIEW.value,
            "label": row.label if row.suggestion else PENDING,
            "at": row.at,
        }
        for sha256, row in last.items()
    ]
