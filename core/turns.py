"""Transactions that must not overlap go one after the other."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import dump_json

Found = TypeVar("Found")

_LOCK: Final = text("SELECT pg_advisory_xact_lock(:number)")


async def in_turn(db: AsyncSession, *said: str) -> None:
    """Wait until no other transaction that says the same is under way; SQLite has one writer anyway."""
    if db.get_bind().dialect.name == "postgresql":
        digest = hashlib.sha256(dump_json(said).encode()).digest()
        await db.execute(_LOCK, {"number": int.from_bytes(digest[:8], "big", signed=True)})


async def lock_as_found(
    db: AsyncSession, find: Callable[[], Awaitable[Found]], hold: Callable[[Found], Awaitable[None]]
) -> Found:
    """Find what is to be locked, and `hold` it; what was found is still so then.

    When something else is found once it is locked, it is let go and all begins anew: who keeps a lock and takes another
    one as an afterthought may wait in a circle with those who take both in order.
    """
    while True:
        async with db.begin_nested() as locking:
            found = await find()
            await hold(found)
            if await find() == found:
                return found
            await locking.rollback()
