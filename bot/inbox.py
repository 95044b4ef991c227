"""The inbox: what was accepted, how far it got, and by which route its reply goes.

A message is known by its account and dedupe key; a known one is not accepted again (`bot.accepting`).

`reply_route` is set once. The transaction that answers a message sets `passive`, unless the deadline of its delivery
passed before and set `outbox`; then that same transaction queues the reply.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Index, String, UniqueConstraint, bindparam, case, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.adapters.send_windows import Trigger
from community.residents import Who
from core import clock
from core.crypto import Vault, seal, unseal
from core.db import Base, dump_json, table_of
from core.messages import Inbound, Reply
from core.outbox import rowcount
from core.statements import Statement

PURPOSE_BODY: Final = "inbox.body"
PURPOSE_REPLY: Final = "inbox.reply"


class Route(StrEnum):
    PASSIVE = "passive"
    OUTBOX = "outbox"


class InboxRow(Base):
    """`seq` numbers the messages of one identity without repetition; gaps are repeated deliveries.

    `trigger` is what the message opens for proactive sending (`send_windows`).
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("account", "dedupe_key"),
        UniqueConstraint("identity_id", "seq"),
        Index(
            "ix_inbox_waiting",
            "identity_id",
            "seq",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    account: Mapped[str]
    dedupe_key: Mapped[str]
    identity_id: Mapped[str]
    seq: Mapped[int]
    kind: Mapped[str]
    trigger: Mapped[str | None]
    body: Mapped[bytes]
    reply: Mapped[bytes | None]
    reply_route: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    failed: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message whose turn has come."""

    id: int
    said: Inbound
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """How far a message got: its route and reply, both None while it is not done."""

    route: Route | None
    reply: Reply | None
    done: bool


TABLE: Final = table_of(InboxRow)
_FINISH: Final = Statement(
    update(TABLE)
    .where(TABLE.c.id == bindparam("of"), TABLE.c.done_at.is_(None))
    .values({name: bindparam(name) for name in ("done_at", "reply", "failed")})
    .values(reply_route=func.coalesce(TABLE.c.reply_route, bindparam("route", type_=String)))
    .returning(TABLE.c.reply_route)
)


async def opened(db: AsyncSession, vault: Vault, who: Who, row: Any) -> Waiting:
    """A message whose turn has come, from its `id`, `body` and `received_at`. Raises Unreadable."""
    key = await vault.key(db, who.key_owner_id)
    said = Inbound.from_json(json.loads(unseal(key, PURPOSE_BODY, row.body)), sender=who.sender)
    return Waiting(row.id, said, row.received_at)


async def finish(
    db: AsyncSession,
    vault: Vault,
    who: Who,
    *,
    message_id: int,
    reply: Reply | None,
    route: Route = Route.PASSIVE,
    failed: bool = False,
) -> Route | None:
    """Mark a message done with its reply, in the transaction of its effects; the route that the reply must take.

    It is `route` unless one was set before. None: somebody else finished it first; the caller must roll back.
    """
    sealed = None
    if reply is not None and not reply.is_silent:
        key = await vault.key(db, who.key_owner_id)
        sealed = seal(key, PURPOSE_REPLY, dump_json(reply.to_json()).encode())
    taken = await _FINISH.first(db, of=message_id, route=route.value, done_at=clock.now(), reply=sealed, failed=failed)
    return Route(taken.reply_route) if taken else None


async def give_up_passive(db: AsyncSession, *, message_id: int) -> bool:
    """The deadline passed: unless it is done by now, the reply takes the outbox. True when that is so."""
    done = await db.execute(
        update(InboxRow)
        .where(InboxRow.id == message_id, InboxRow.done_at.is_(None))
        .values(reply_route=case((InboxRow.reply_route.is_(None), Route.OUTBOX.value), else_=InboxRow.reply_route))
        .execution_options(synchronize_session=False)
    )
    return rowcount(done) == 1


async def answered(db: AsyncSession, vault: Vault, who: Who, *, message_id: int) -> Answered:
    row = (
        await db.execute(
            select(InboxRow.reply_route, InboxRow.reply, InboxRow.done_at).where(InboxRow.id == message_id)
        )
    ).one()
    reply = None
    if row.reply is not None:
        key = await vault.key(db, who.key_owner_id)
        reply = Reply.from_json(json.loads(unseal(key, PURPOSE_REPLY, row.reply)))
    return Answered(Route(row.reply_route) if row.reply_route else None, reply, row.done_at is not None)


async def acts(db: AsyncSession, *, identity_id: str, since: datetime) -> list[tuple[Trigger, datetime]]:
    """What an identity did since a moment that opens a window for sending; the latest of each kind."""
    rows = await db.execute(
        select(InboxRow.trigger, func.max(InboxRow.received_at))
        .where(InboxRow.identity_id == identity_id, InboxRow.received_at >= since, InboxRow.trigger.is_not(None))
        .group_by(InboxRow.trigger)
    )
    return [(Trigger(str(row[0])), row[1]) for row in rows]


async def unfinished(db: AsyncSession, *, before: datetime, limit: int) -> list[str]:
    """Identities with messages that were accepted before that moment and are still not done."""
    rows: Any = await db.execute(
        select(InboxRow.identity_id)
        .where(InboxRow.done_at.is_(None), InboxRow.received_at < before)
        .group_by(InboxRow.identity_id)
        .order_by(func.min(InboxRow.id))
        .limit(limit)
    )
    return list(rows.scalars())


async def abandon(db: AsyncSession, *, identity_id: str) -> int:
    """Close what an erased sender left unanswered: nobody can read it any more."""
    done = await db.execute(
        update(InboxRow)
        .where(InboxRow.identity_id == identity_id, InboxRow.done_at.is_(None))
        .values(done_at=clock.now(), failed=True)
        .execution_options(synchronize_session=False)
    )
    return rowcount(done)


class AlreadyFinished(Exception):
    """Another delivery answered this message in the same moment; the transaction that lost must leave nothing."""


async def leave_to_outbox(db: AsyncSession, *, before: datetime) -> int:
    """No platform waits any longer for messages so old: their replies take the outbox."""
    done = await db.execute(
        update(InboxRow)
        .where(InboxRow.done_at.is_(None), InboxRow.received_at < before, InboxRow.reply_route.is_(None))
        .values(reply_route=Route.OUTBOX.value)
        .execution_options(synchronize_session=False)
    )
    return rowcount(done)


async def forget_old(db: AsyncSession, *, before: datetime) -> int:
    """Drop answered messages from before that moment; no platform delivers them again (CONTRACT 3: 30 days)."""
    done = await db.execute(delete(InboxRow).where(InboxRow.done_at < before))
    return rowcount(done)
