"""The inbox: every message is committed here, alone, before anything else is done with it.

Accepting is grouped: messages that arrive while a commit is under way share the next one. A message is known by its
account and dedupe key; a known one is not accepted again, and its row says how far the first delivery got.

`reply_route` is set once. The transaction that answers a message sets `passive`, unless the deadline of its delivery
passed before and set `outbox`; then that same transaction queues the reply.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Index, UniqueConstraint, case, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.adapters import send_windows
from bot.adapters.send_windows import Trigger
from community.residents import Identity, Who
from core import clock
from core.crypto import Vault, seal, unseal
from core.db import Base, Database, dump_json
from core.messages import Inbound, Reply
from core.outbox import rowcount

PURPOSE_BODY: Final = "inbox.body"
PURPOSE_REPLY: Final = "inbox.reply"
LARGEST_GROUP: Final = 64
GROUP_ATTEMPTS: Final = 3


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
class Accepted:
    """A committed message. `is_new` is false for a repeated delivery."""

    id: int
    who: Who
    is_new: bool


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


Queued = tuple[Inbound, Who, Route | None, asyncio.Future[Accepted]]


class Acceptor:
    """Groups the messages of this process into few commits."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._queue: list[Queued] = []
        self._running: asyncio.Task[None] | None = None

    async def accept(self, said: Inbound, who: Who, *, route: Route | None = None) -> Accepted:
        """Commit one message; returns when it is durable. `route` is given where no passive reply is possible."""
        future: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._queue.append((said, who, route, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._queue:
            group = self._next_group()
            try:
                accepted = await self._commit([(said, who, route) for said, who, route, _ in group])
            except Exception as error:  # noqa: BLE001  handed on to every caller that waits
                for *_, future in group:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (*_, future), result in zip(group, accepted, strict=True):
                if not future.done():
                    future.set_result(result)

    def _next_group(self) -> list[Queued]:
        """At most one message of an identity, so that one statement numbers them all; the rest keep their order."""
        group: list[Queued] = []
        left: list[Queued] = []
        senders: set[str] = set()
        for item in self._queue:
            identity = item[1].identity_id
            if len(group) < LARGEST_GROUP and identity not in senders:
                group.append(item)
            else:
                left.append(item)
            senders.add(identity)
        self._queue = left
        return group

    async def _commit(self, items: Sequence[tuple[Inbound, Who, Route | None]]) -> list[Accepted]:
        for attempt in range(GROUP_ATTEMPTS):
            try:
                async with self._database.write() as db:
                    return await _insert(db, self._vault, items)
            except DBAPIError as error:
                if attempt == GROUP_ATTEMPTS - 1 or not is_transient(error):
                    raise
        raise AssertionError("unreachable")


def is_transient(error: DBAPIError) -> bool:
    """A deadlock, a serialization failure or a lost connection: the same transaction may succeed when run again."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return state in ("40001", "40P01") or error.connection_invalidated or "database is locked" in str(error.orig)


async def _insert(db: AsyncSession, vault: Vault, items: Sequence[tuple[Inbound, Who, Route | None]]) -> list[Accepted]:
    ids = sorted(who.identity_id for _, who, _ in items)
    numbered = await db.execute(
        update(Identity)
        .where(Identity.id.in_(ids))
        .values(last_seq=Identity.last_seq + 1)
        .returning(Identity.id, Identity.last_seq)
        .execution_options(synchronize_session=False)
    )
    seqs = {row.id: row.last_seq for row in numbered}
    now = clock.now()
    rows = []
    for said, who, route in items:
        key = await vault.key(db, who.key_owner_id)
        rows.append(
            {
                "account": said.account,
                "dedupe_key": _key(said),
                "identity_id": who.identity_id,
                "seq": seqs[who.identity_id],
                "kind": said.kind.value,
                "trigger": _trigger(said),
                "body": seal(key, PURPOSE_BODY, dump_json(said.to_json()).encode()),
                "reply_route": route.value if route else None,
                "received_at": now,
                "failed": False,
            }
        )
    make = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    inserted = await db.execute(
        make(InboxRow)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["account", "dedupe_key"])
        .returning(InboxRow.id, InboxRow.account, InboxRow.dedupe_key)
    )
    made = {(row.account, row.dedupe_key): row.id for row in inserted}
    return [await _accepted(db, said, who, made) for said, who, _ in items]


def _key(said: Inbound) -> str:
    """The dedupe key as it is kept: hashed, because it holds the platform's id of the sender."""
    return hashlib.sha256(said.dedupe_key.encode()).hexdigest()


def _trigger(said: Inbound) -> Trigger | None:
    """What a message opens at its platform; one that came by our own API opens nothing there."""
    return None if said.is_api else send_windows.trigger_of(said)


async def _accepted(db: AsyncSession, said: Inbound, who: Who, made: dict[tuple[str, str], int]) -> Accepted:
    new_id = made.get((said.account, _key(said)))
    if new_id is not None:
        return Accepted(new_id, who, is_new=True)
    known = await db.execute(
        select(InboxRow.id).where(InboxRow.account == said.account, InboxRow.dedupe_key == _key(said))
    )
    return Accepted(known.scalar_one(), who, is_new=False)


async def next_waiting(db: AsyncSession, vault: Vault, who: Who) -> Waiting | None:
    """The oldest unanswered message of an identity."""
    row = (
        await db.execute(
            select(InboxRow.id, InboxRow.body, InboxRow.received_at)
            .where(InboxRow.identity_id == who.identity_id, InboxRow.done_at.is_(None))
            .order_by(InboxRow.seq)
            .limit(1)
        )
    ).first()
    if row is None:
        return None
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
    taken = (
        await db.execute(
            update(InboxRow)
            .where(InboxRow.id == message_id, InboxRow.done_at.is_(None))
            .values(
                done_at=clock.now(),
                reply=sealed,
                failed=failed,
                reply_route=func.coalesce(InboxRow.reply_route, route.value),
            )
            .returning(InboxRow.reply_route)
            .execution_options(synchronize_session=False)
        )
    ).scalar_one_or_none()
    return Route(taken) if taken else None


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
