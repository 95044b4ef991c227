"""Consents to single notices, as the platform tells of them: each pays for one notice of one template."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, dialect_insert
from core.messages import Event

ACCEPTED: Final = "accept"


class NoticeConsent(Base):
    """How many notices of a template an identity still allows."""

    __tablename__ = "notice_consent"

    identity_id: Mapped[str] = mapped_column(primary_key=True)
    template: Mapped[str] = mapped_column(primary_key=True)
    remaining: Mapped[int]


async def note(db: AsyncSession, *, identity_id: str, event: Event) -> None:
    """Take up a popup or change event: `details` are pairs of template and `accept` or `reject`."""
    for template, answer in event.details:
        if answer == ACCEPTED:
            await _add(db, identity_id, template)
        else:
            await _clear(db, identity_id, template)


async def _add(db: AsyncSession, identity_id: str, template: str) -> None:
    row = {"identity_id": identity_id, "template": template, "remaining": 1}
    await db.execute(
        dialect_insert(db, NoticeConsent)
        .values(row)
        .on_conflict_do_update(
            index_elements=["identity_id", "template"], set_={"remaining": NoticeConsent.remaining + 1}
        )
    )


async def _clear(db: AsyncSession, identity_id: str, template: str) -> None:
    await db.execute(
        update(NoticeConsent)
        .where(NoticeConsent.identity_id == identity_id, NoticeConsent.template == template)
        .values(remaining=0)
    )


async def has(db: AsyncSession, *, identity_id: str, template: str) -> bool:
    query = select(NoticeConsent.remaining).where(
        NoticeConsent.identity_id == identity_id, NoticeConsent.template == template
    )
    return ((await db.execute(query)).scalar_one_or_none() or 0) > 0


async def use(db: AsyncSession, *, identity_id: str, template: str) -> None:
    await db.execute(
        update(NoticeConsent)
        .where(
            NoticeConsent.identity_id == identity_id,
            NoticeConsent.template == template,
            NoticeConsent.remaining > 0,
        )
        .values(remaining=NoticeConsent.remaining - 1)
    )
