"""Calling the people on duty in an emergency, one after another until somebody answers for it.

All calls of a page are queued at once, each later by the time that the one before has to answer; after an
acknowledgement the calls that are left find nobody to call. Without a `[[duty]]` entry nobody is called, and the
answer to the resident must say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community import notices
from community.issues import history
from core import clock, outbox
from core.crypto import Unreadable, Vault
from core.db import Base, dialect_insert, new_id
from core.errors import NotFound
from core.settings import Config

PAGE: Final = "duty.page"
ROUNDS: Final = 3
"""How often the chain is gone through before it is given up."""


class PageNotFound(NotFound):
    code = "page_not_found"


class DutyPage(Base):
    """One page for one report; `channels` is how many people it could call, `acked_by` who answers for it."""

    __tablename__ = "duty_page"

    id: Mapped[str] = mapped_column(primary_key=True)
    issue_number: Mapped[str] = mapped_column(unique=True)
    emergency: Mapped[str]
    area_code: Mapped[str] = mapped_column(index=True)
    channels: Mapped[int]
    created_at: Mapped[datetime]
    acked_at: Mapped[datetime | None]
    acked_by: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Paged:
    """`channels` is how many people are being called; none: say truthfully that nobody is."""

    page_id: str
    channels: int


async def page(
    db: AsyncSession, vault: Vault, config: Config, *, issue_number: str, emergency: str, area_code: str
) -> Paged:
    """Queue the calls for a report, once however often it is asked for."""
    del vault  # pages carry numbers only; the caller's signature is that of all services that queue
    page_id, now = new_id(), clock.now()
    made = await db.execute(
        dialect_insert(db, DutyPage)
        .values(
            id=page_id,
            issue_number=issue_number,
            emergency=emergency,
            area_code=area_code,
            channels=len(config.duty),
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["issue_number"])
    )
    if outbox.rowcount(made) == 0:
        known = (await db.execute(select(DutyPage).where(DutyPage.issue_number == issue_number))).scalar_one()
        return Paged(known.id, known.channels)
    await _queue_calls(db, config, page_id, now)
    if not config.duty:
        facts = {"number": issue_number, "emergency": emergency}
        await notices.tell_staff(db, event="duty.nobody", area_code=area_code, facts=facts, key=issue_number)
    return Paged(page_id, len(config.duty))


async def _queue_calls(db: AsyncSession, config: Config, page_id: str, start: datetime) -> None:
    at = start
    for turn in range(ROUNDS):
        for level, entry in enumerate(config.duty):
            key = f"duty:{page_id}:{turn}:{level}"
            await outbox.enqueue(
                db,
                kind=PAGE,
                order_key=key,
                payload={"page_id": page_id, "level": level},
                key=key,
                urgent=True,
                not_before=at,
            )
            at += timedelta(seconds=entry.ack_seconds)


async def to_call(db: AsyncSession, *, page_id: str) -> DutyPage | None:
    """The page when somebody must still be called for it, None when one has answered."""
    query = select(DutyPage).where(DutyPage.id == page_id, DutyPage.acked_at.is_(None))
    return (await db.execute(query)).scalar_one_or_none()


async def get(db: AsyncSession, *, page_id: str) -> DutyPage:
    """Raises PageNotFound."""
    query = select(DutyPage).where(DutyPage.id == page_id).execution_options(populate_existing=True)
    found = (await db.execute(query)).scalar_one_or_none()
    if found is None:
        raise PageNotFound
    return found


async def acknowledge(db: AsyncSession, vault: Vault, *, page_id: str, by: str) -> bool:
    """Somebody answers for it, and the resident hears so; False when another did before. Raises PageNotFound.

    `by` is a worker's id, or `link` when the signed link of a page was opened.
    """
    done = await db.execute(
        update(DutyPage)
        .where(DutyPage.id == page_id, DutyPage.acked_at.is_(None))
        .values(acked_at=clock.now(), acked_by=by)
        .execution_options(synchronize_session=False)
    )
    found = await get(db, page_id=page_id)
    if outbox.rowcount(done) == 0:
        return False
    issue = await history.find(db, number=found.issue_number)
    if issue.resident_id is not None:
        await _tell(db, vault, issue.resident_id, found.issue_number)
    return True


async def _tell(db: AsyncSession, vault: Vault, resident_id: str, number: str) -> None:
    try:
        await notices.tell_resident(
            db,
            vault,
            resident_id=resident_id,
            notice="duty_acknowledged",
            facts={"number": number},
            key=f"duty:{number}",
        )
    except Unreadable:
        return  # the resident was erased: there is nobody to tell


async def listing(
    db: AsyncSession, *, areas: Sequence[str] = ("",), waiting: bool = False, limit: int = 50
) -> list[dict[str, Any]]:
    """Pages within these code prefixes, the newest first; with `waiting` only those that nobody answered for."""
    rules: list[ColumnElement[bool]] = [
        or_(*(DutyPage.area_code.startswith(a, autoescape=True) for a in areas), ~true())
    ]
    if waiting:
        rules.append(DutyPage.acked_at.is_(None))
    rows = await db.execute(
        select(DutyPage).where(*rules).order_by(DutyPage.created_at.desc(), DutyPage.id).limit(limit)
    )
    return [show(row) for row in rows.scalars()]


def show(row: DutyPage) -> dict[str, Any]:
    """The JSON of a page."""
    return {
        "id": row.id,
        "issue_number": row.issue_number,
        "emergency": row.emergency,
        "area_code": row.area_code,
        "channels": row.channels,
        "created_at": clock.iso(row.created_at),
        "acked_at": clock.iso(row.acked_at) if row.acked_at else None,
        "acked_by": row.acked_by,
    }
