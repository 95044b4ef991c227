"""Photos that residents send while a worker answers them: fetched like any other, and found by their message."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community import photos
from community.photos import Photo
from core import clock
from core.db import Base
from core.messages import InboundKind
from core.values import Platform
from handlers.dialogue import Turn


class ChatPhoto(Base):
    """Which photo came with a message, named by its `Turn.message_key`."""

    __tablename__ = "chat_photo"

    message_key: Mapped[str] = mapped_column(primary_key=True)
    photo_id: Mapped[str]
    sent_at: Mapped[datetime]


async def take(turn: Turn) -> None:
    """Have the photo of this message fetched, if it has one; Alipay's chat gives none away."""
    media = turn.said.media
    if turn.said.kind is not InboundKind.IMAGE or media is None or turn.said.platform is Platform.ALIPAY:
        return
    photo_id = await photos.expect(turn.db, turn.vault, who=turn.who, media=media)
    turn.db.add(ChatPhoto(message_key=turn.message_key, photo_id=photo_id, sent_at=clock.now()))
    await turn.db.flush()


async def of(db: AsyncSession, *, message_keys: Collection[str]) -> dict[str, str]:
    """The files of these messages' photos, by message; those that are here already."""
    rows = await db.execute(
        select(ChatPhoto.message_key, Photo.sha256)
        .join(Photo, Photo.id == ChatPhoto.photo_id)
        .where(ChatPhoto.message_key.in_(message_keys), Photo.sha256.is_not(None))
    )
    return {row.message_key: row.sha256 for row in rows if row.sha256}


async def forget_old(db: AsyncSession, *, before: datetime) -> None:
    """With the messages that they came with."""
    await db.execute(delete(ChatPhoto).where(ChatPhoto.sent_at < before))
