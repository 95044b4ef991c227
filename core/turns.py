"""Transactions that must not overlap go one after the other."""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import dump_json

_LOCK: Final = text("SELECT pg_advisory_xact_lock(:number)")


async def in_turn(db: AsyncSession, *said: str) -> None:
    """Wait until no other transaction that says the same is under way; SQLite has one writer anyway."""
    if db.get_bind().dialect.name == "postgresql":
        digest = hashlib.sha256(dump_json(said).encode()).digest()
        await db.execute(_LOCK, {"number": int.from_bytes(digest[:8], "big", signed=True)})
