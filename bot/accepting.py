"""Accepting messages: each is committed to the inbox, alone and first, before anything else is done with it.

Accepting is grouped: messages that arrive while a commit is under way share the next one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.adapters import send_windows
from bot.adapters.send_windows import Trigger
from bot.inbox import PURPOSE_BODY, InboxRow, Route
from community.residents import ERASED, Identity, Who
from core import clock
from core.crypto import Vault, seal
from core.db import Database, dump_json, is_transient, table_of
from core.messages import Inbound
from core.statements import Statement

LARGEST_GROUP: Final = 64
GROUP_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Accepted:
    """A committed message. `is_new` is false for a repeated delivery."""

    id: int
    who: Who
    is_new: bool


class SenderForgotten(Exception):
    """This identity was erased; whoever writes from its account now is somebody new."""


Item = tuple[Inbound, Who, Route | None]
Queued = tuple[Inbound, Who, Route | None, asyncio.Future[Accepted]]


class Acceptor:
    """Groups the messages of this process into few commits."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._queue: list[Queued] = []
        self._running: asyncio.Task[None] | None = None

    async def accept(self, said: Inbound, who: Who, *, route: Route | None = None) -> Accepted:
        """Commit one message; returns when it is durable. `route` is given where no passive reply is possible.

        Raises SenderForgotten.
        """
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
                if future.done():
                    continue
                if result is None:
                    future.set_exception(SenderForgotten())
                else:
                    future.set_result(result)

    def _next_group(self) -> list[Queued]:
        """At most one message of an identity, so that each can be numbered alone; the rest keep their order."""
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

    async def _commit(self, items: Sequence[Item]) -> list[Accepted | None]:
        for attempt in range(GROUP_ATTEMPTS):
            try:
                async with self._database.write() as db:
                    return await _insert(db, self._vault, items)
            except DBAPIError as error:
                if attempt == GROUP_ATTEMPTS - 1 or not is_transient(error):
                    raise
        raise AssertionError("unreachable")


_IDENTITY: Final = table_of(Identity)
_INBOX: Final = table_of(InboxRow)
_NUMBER: Final = Statement(
    update(_IDENTITY)
    .where(_IDENTITY.c.id == bindparam("identity_id"), ~_IDENTITY.c.sender_index.startswith(ERASED))
    .values(last_seq=_IDENTITY.c.last_seq + 1)
    .returning(_IDENTITY.c.last_seq)
)
_INSERT: Final = Statement(
    {
        name: make(_INBOX).on_conflict_do_nothing(index_elements=["account", "dedupe_key"]).returning(_INBOX.c.id)
        for name, make in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
    },
    columns=[column.name for column in _INBOX.columns if column.name not in ("id", "reply", "done_at")],
)


async def _insert(db: AsyncSession, vault: Vault, items: Sequence[Item]) -> list[Accepted | None]:
    """Write a group, its senders always in the same order, so that two groups never wait for one another."""
    accepted = {
        who.identity_id: await _one(db, vault, said, who, route)
        for said, who, route in sorted(items, key=lambda item: item[1].identity_id)
    }
    return [accepted[who.identity_id] for _, who, _ in items]


async def _one(db: AsyncSession, vault: Vault, said: Inbound, who: Who, route: Route | None) -> Accepted | None:
    """One row under the next number of its identity; None for a sender who was erased meanwhile."""
    numbered = await _NUMBER.first(db, identity_id=who.identity_id)
    if numbered is None:
        return None
    key = await vault.key(db, who.key_owner_id)
    made = await _INSERT.first(
        db,
        account=said.account,
        dedupe_key=_key(said),
        identity_id=who.identity_id,
        seq=numbered.last_seq,
        kind=said.kind.value,
        trigger=_trigger(said),
        body=seal(key, PURPOSE_BODY, dump_json(said.to_json()).encode()),
        reply_route=route.value if route else None,
        received_at=clock.now(),
        failed=False,
    )
    if made is not None:
        return Accepted(made.id, who, is_new=True)
    known = await db.execute(
        select(InboxRow.id).where(InboxRow.account == said.account, InboxRow.dedupe_key == _key(said))
    )
    return Accepted(known.scalar_one(), who, is_new=False)


def _key(said: Inbound) -> str:
    """The dedupe key as it is kept: hashed, because it holds the platform's id of the sender."""
    return hashlib.sha256(said.dedupe_key.encode()).hexdigest()


def _trigger(said: Inbound) -> Trigger | None:
    """What a message opens at its platform; one that came by our own API opens nothing there."""
    return None if said.is_api else send_windows.trigger_of(said)
