"""Sessions of the resident API: a bearer token stands for one identity. Only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community import residents
from community.residents import Who
from core import clock
from core.crypto import Vault
from core.db import Base
from core.errors import NotFound, Unauthenticated
from core.outbox import rowcount

LIFETIME: Final = timedelta(days=30)


class ApiSession(Base):
    """`seen` is the cursor up to which the page has everything."""

    __tablename__ = "api_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[str] = mapped_column(index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    seen: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True)
class Opened:
    token: str
    expires_at: datetime


async def open_session(db: AsyncSession, *, identity_id: str) -> Opened:
    """A new token; it is shown only now."""
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + LIFETIME
    await db.execute(
        insert(ApiSession).values(token_hash=_hash(token), identity_id=identity_id, expires_at=expires_at, seen=0)
    )
    return Opened(token, expires_at)


async def seen(db: AsyncSession, *, token: str) -> int:
    """The cursor up to which the page has everything."""
    return (await db.execute(select(ApiSession.seen).where(ApiSession.token_hash == _hash(token)))).scalar_one()


async def note_seen(db: AsyncSession, *, token: str, cursor: int) -> None:
    await db.execute(
        update(ApiSession)
        .where(ApiSession.token_hash == _hash(token), ApiSession.seen < cursor)
        .values(seen=cursor)
        .execution_options(synchronize_session=False)
    )


async def who(db: AsyncSession, vault: Vault, *, token: str) -> Who:
    """The identity behind a token. Raises Unauthenticated."""
    query = select(ApiSession.identity_id).where(
        ApiSession.token_hash == _hash(token), ApiSession.expires_at > clock.now()
    )
    identity_id = (await db.execute(query)).scalar_one_or_none()
    if identity_id is None:
        raise Unauthenticated
    try:
        return await residents.identity(db, vault, identity_id=identity_id)
    except NotFound:
        raise Unauthenticated from None


async def forget_expired(db: AsyncSession) -> int:
    return rowcount(await db.execute(delete(ApiSession).where(ApiSession.expires_at <= clock.now())))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
