"""What conversations remember between messages: one sealed row an identity, which is also its lock.

Its timers are columns: who looks at them finds what to remind of and what to forget.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Index, Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from community import notices, residents
from community.residents import Who
from core import clock
from core.crypto import Vault, seal, unseal
from core.db import Base, dialect_insert, dump_json, table_of
from core.errors import NotFound
from core.outbox import rowcount
from core.statements import Statement
from handlers.memory import Memory

PURPOSE: Final = "conversation.memory"
LIFETIME: Final = timedelta(hours=24)
"""How long an unfinished dialogue and what was said in it are kept (DESIGN 3.9)."""

REMIND_AFTER: Final = timedelta(minutes=30)


class Conversation(Base):
    """The memory of one identity, sealed. `remind_at` and `expires_at` are timers that a sweep reads."""

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_remind", "remind_at"), Index("ix_conversation_expires", "expires_at"))

    identity_id: Mapped[str] = mapped_column(primary_key=True)
    memory: Mapped[bytes | None]
    remind_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


_TABLE: Final = table_of(Conversation)
_STORED: Final = select(_TABLE.c.memory, _TABLE.c.expires_at).where(_TABLE.c.identity_id == bindparam("identity_id"))
_LOCK: Final = Statement({"sqlite": _STORED, "postgresql": _STORED.with_for_update()})
_REMEMBER: Final = Statement(
    update(_TABLE)
    .where(_TABLE.c.identity_id == bindparam("of"))
    .values({name: bindparam(name) for name in ("memory", "expires_at", "remind_at")})
)


async def locked(db: AsyncSession, vault: Vault, who: Who) -> Memory:
    """Take the conversation's row until the transaction ends, and read it; what has expired is empty."""
    stored = await _lock(db, who)
    if stored is None or stored.memory is None:
        return Memory()
    if stored.expires_at is not None and stored.expires_at <= clock.now():
        return Memory()
    return _opened(await vault.key(db, who.key_owner_id), stored.memory)


def _opened(key: bytes, sealed: bytes) -> Memory:
    return Memory.from_json(json.loads(unseal(key, PURPOSE, sealed)))


async def _lock(db: AsyncSession, who: Who) -> Any:
    """Take the conversation's row; SQLite's one writer is lock enough there."""
    stored = await _LOCK.first(db, identity_id=who.identity_id)
    if stored is not None:
        return stored
    await db.execute(
        dialect_insert(db, Conversation)
        .values(identity_id=who.identity_id)
        .on_conflict_do_nothing(index_elements=["identity_id"])
    )
    return await _LOCK.first(db, identity_id=who.identity_id)


async def keep(db: AsyncSession, vault: Vault, who: Who, memory: Memory) -> None:
    """Write the memory down and set its timers anew."""
    sealed = None
    if not memory.is_empty:
        key = await vault.key(db, who.key_owner_id)
        sealed = seal(key, PURPOSE, dump_json(memory.to_json()).encode())
    now = clock.now()
    await _REMEMBER.rows(
        db,
        of=who.identity_id,
        memory=sealed,
        expires_at=now + LIFETIME if sealed else None,
        remind_at=now + REMIND_AFTER if memory.current else None,
    )


async def remind_due(db: AsyncSession, vault: Vault, *, title_of: Callable[[str], str], limit: int) -> int:
    """Remind once of each dialogue that was left unfinished; how many. `title_of` names a dialogue."""
    rows = await db.execute(
        update(Conversation)
        .where(Conversation.identity_id.in_(_due(Conversation.remind_at, limit)))
        .values(remind_at=None)
        .returning(Conversation.identity_id, Conversation.memory)
        .execution_options(synchronize_session=False)
    )
    due = [row for row in rows if row.memory is not None]
    for row in due:
        await _remind(db, vault, row.identity_id, row.memory, title_of)
    return len(due)


async def _remind(
    db: AsyncSession, vault: Vault, identity_id: str, sealed: bytes, title_of: Callable[[str], str]
) -> None:
    try:
        who = await residents.identity(db, vault, identity_id=identity_id)
    except NotFound:
        return  # erased meanwhile: there is nobody to remind
    memory = _opened(await vault.key(db, who.key_owner_id), sealed)
    if memory.current is None:
        return
    await notices.tell_resident(
        db,
        vault,
        resident_id=who.resident_id,
        notice="conversation_reminder",
        facts={"title": title_of(memory.current.dialogue)},
        key=f"remind:{identity_id}:{memory.current.prompt.key}",
        identity_id=identity_id,
    )


async def expire_due(db: AsyncSession, *, limit: int) -> int:
    """Forget what was said in dialogues that nobody finished within their lifetime."""
    done = await db.execute(
        update(Conversation)
        .where(Conversation.identity_id.in_(_due(Conversation.expires_at, limit)))
        .values(memory=None, expires_at=None, remind_at=None)
        .execution_options(synchronize_session=False)
    )
    return rowcount(done)


def _due(timer: InstrumentedAttribute[datetime | None], limit: int) -> Select[str]:
    return select(Conversation.identity_id).where(timer <= clock.now()).order_by(timer).limit(limit)
