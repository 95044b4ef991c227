"""Nonces of calls that reached us, kept in the transaction of their effect, so that none is replayed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, dialect_insert
from core.outbox import rowcount

KEPT: Final = timedelta(minutes=20)
"""Longer than the clock difference that a signature is accepted with, on both sides."""


class GridNonce(Base):
    __tablename__ = "grid_nonce"

    connector: Mapped[str] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


async def keep(db: AsyncSession, *, connector: str, nonce: str) -> bool:
    """False when the nonce was used before."""
    row = {"connector": connector, "nonce": nonce, "seen_at": clock.now()}
    return rowcount(await db.execute(dialect_insert(db, GridNonce).values(row).on_conflict_do_nothing())) == 1


async def forget_old(db: AsyncSession) -> int:
    return rowcount(await db.execute(delete(GridNonce).where(GridNonce.seen_at < clock.now() - KEPT)))
