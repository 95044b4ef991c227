"""Photos that residents sent: expected while the platform still holds them, stored by content, attached to a report.

A position that a photo carried is offered to the report while it is being written, and forgotten when it is filed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community.residents import Who
from core import clock, outbox
from core.crypto import Vault
from core.db import Base, dump_json, new_id
from core.errors import NotFound
from core.messages import Media
from core.values import Crs, Point

FETCH: Final = "media.fetch"
PURPOSE_GPS: Final = "photo.gps"


class PhotoState(StrEnum):
    EXPECTED = "expected"
    STORED = "stored"
    FAILED = "failed"


class Photo(Base):
    """One photo; `issue_number` is set when it belongs to a report, perhaps before it has arrived."""

    __tablename__ = "photo"

    id: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[str] = mapped_column(index=True)
    key_owner_id: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    sha256: Mapped[str | None] = mapped_column(index=True)
    content_type: Mapped[str | None]
    gps: Mapped[bytes | None]
    issue_number: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    sha256: str
    content_type: str


async def expect(db: AsyncSession, vault: Vault, *, who: Who, media: Media) -> str:
    """The id of the photo in a message; one that is still at the platform is queued to be fetched."""
    if media.is_stored:
        return await _uploaded(db, who=who, photo_id=media.media_id)
    photo_id = new_id()
    db.add(
        Photo(
            id=photo_id,
            identity_id=who.identity_id,
            key_owner_id=who.key_owner_id,
            state=PhotoState.EXPECTED.value,
            created_at=clock.now(),
        )
    )
    await db.flush()
    payload = {"photo_id": photo_id, "account": who.account, "media_id": media.media_id, "url": media.url}
    await outbox.enqueue(
        db, kind=FETCH, order_key=f"photo:{photo_id}", payload=payload, owner_id=who.key_owner_id, vault=vault
    )
    return photo_id


async def _uploaded(db: AsyncSession, *, who: Who, photo_id: str) -> str:
    found = await db.execute(select(Photo.id).where(Photo.id == photo_id, Photo.identity_id == who.identity_id))
    if found.scalar_one_or_none() is None:
        raise NotFound("photo_not_found")
    return photo_id


async def keep(db: AsyncSession, vault: Vault, *, who: Who, sha256: str, content_type: str, gps: Point | None) -> str:
    """A photo that was uploaded to us directly; its id."""
    photo = Photo(
        id=new_id(),
        identity_id=who.identity_id,
        key_owner_id=who.key_owner_id,
        state=PhotoState.STORED.value,
        sha256=sha256,
        content_type=content_type,
        gps=await _sealed_gps(db, vault, who.key_owner_id, gps),
        created_at=clock.now(),
    )
    db.add(photo)
    await db.flush()
    return photo.id


async def arrived(
    db: AsyncSession, vault: Vault, *, photo_id: str, sha256: str, content_type: str, gps: Point | None
) -> str | None:
    """An expected photo is stored; the number of the report that waits for it, if one does."""
    photo = (await db.execute(select(Photo).where(Photo.id == photo_id).with_for_update())).scalar_one_or_none()
    if photo is None or photo.state == PhotoState.STORED.value:
        return None
    photo.state, photo.sha256, photo.content_type = PhotoState.STORED.value, sha256, content_type
    if photo.issue_number is None:
        photo.gps = await _sealed_gps(db, vault, photo.key_owner_id, gps)
    await db.flush()
    return photo.issue_number


async def failed(db: AsyncSession, *, photo_id: str) -> None:
    await db.execute(
        update(Photo)
        .where(Photo.id == photo_id, Photo.state == PhotoState.EXPECTED.value)
        .values(state=PhotoState.FAILED.value)
    )


async def gps(db: AsyncSession, vault: Vault, *, photo_ids: list[str]) -> Point | None:
    """The position that the first of these photos carried."""
    if not photo_ids:
        return None
    rows = await db.execute(select(Photo).where(Photo.id.in_(photo_ids), Photo.gps.is_not(None)).order_by(Photo.id))
    for photo in rows.scalars():
        data: Any = json.loads(await vault.open_for(db, photo.key_owner_id, PURPOSE_GPS, photo.gps or b""))
        return Point(data["lng"], data["lat"], Crs.WGS84)
    return None


async def attach(db: AsyncSession, *, photo_ids: list[str], issue_number: str) -> tuple[StoredPhoto, ...]:
    """Give photos to a report and forget their positions; those that are here already. The rest follow on arrival."""
    if not photo_ids:
        return ()
    rows = await db.execute(
        update(Photo)
        .where(Photo.id.in_(photo_ids), Photo.issue_number.is_(None))
        .values(issue_number=issue_number, gps=None)
        .returning(Photo.sha256, Photo.content_type)
        .execution_options(synchronize_session=False)
    )
    return tuple(StoredPhoto(row.sha256, row.content_type) for row in rows if row.sha256)


async def forget(db: AsyncSession, *, owner_ids: Sequence[str]) -> set[str]:
    """With an erasure: drop the photos that these owners sent; the hashes of their files."""
    gone = await db.execute(
        delete(Photo)
        .where(Photo.key_owner_id.in_(owner_ids))
        .returning(Photo.sha256)
        .execution_options(synchronize_session=False)
    )
    return {sha256 for sha256 in gone.scalars() if sha256}


async def forget_unused(db: AsyncSession, *, before: datetime) -> set[str]:
    """Drop photos from before that moment that belong to no report; the hashes of their files."""
    gone = await db.execute(
        delete(Photo)
        .where(Photo.issue_number.is_(None), Photo.created_at < before)
        .returning(Photo.sha256)
        .execution_options(synchronize_session=False)
    )
    return {sha256 for sha256 in gone.scalars() if sha256}


async def _sealed_gps(db: AsyncSession, vault: Vault, owner_id: str, point: Point | None) -> bytes | None:
    if point is None:
        return None
    return await vault.seal_for(db, owner_id, PURPOSE_GPS, dump_json({"lng": point.lng, "lat": point.lat}))
