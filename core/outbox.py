"""Work for the outside, written in the transaction that causes it and delivered by the sender.

Rows of one `order_key` leave in the order in which they were written: only the head of a key is leased. A lease has a
fencing token and is longer than any delivery may take; who lost it cannot settle the row. A dead, held or expired row
steps aside and is seen by the staff. Payloads are JSON; with an `owner_id` they are sealed under that resident's key.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CursorResult, Index, Integer, Select, bindparam, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.crypto import Unreadable, Vault
from core.db import Base, dump_json, new_id, table_of
from core.statements import Statement

LEASE_SECONDS: Final = 120
"""Longer than the longest delivery: HTTP time-outs are 30 s in all, a media download 60 s."""

MAX_ATTEMPTS: Final = 12
FIRST_DELAY_SECONDS: Final = 2.0
LONGEST_DELAY_SECONDS: Final = 3600.0
PURPOSE: Final = "outbox.payload"


class OutboxState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    HELD = "held"
    DEAD = "dead"
    EXPIRED = "expired"


OPEN: Final = (OutboxState.PENDING.value, OutboxState.LEASED.value)


class OutboxRow(Base):
    """`key` is the idempotency key that the far side sees; the same key is enqueued once."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_head", "order_key", "id", sqlite_where=text("state IN ('pending', 'leased')"),
              postgresql_where=text("state IN ('pending', 'leased')")),
        Index("ix_outbox_due", "next_at", sqlite_where=text("state IN ('pending', 'leased')"),
              postgresql_where=text("state IN ('pending', 'leased')")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    order_key: Mapped[str]
    owner_id: Mapped[str | None] = mapped_column(index=True)
    payload: Mapped[bytes]
    state: Mapped[str] = mapped_column(default=OutboxState.PENDING.value)
    urgent: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


_TABLE: Final = table_of(OutboxRow)
_INSERT: Final = Statement(
    {
        name: make(_TABLE).on_conflict_do_nothing(index_elements=["key"]).returning(_TABLE.c.id)
        for name, make in (("sqlite", sqlite_insert), ("postgresql", postgres_insert))
    },
    columns=[
        *("key", "kind", "order_key", "owner_id", "payload", "state", "urgent", "attempts"),
        *("next_at", "created_at", "expires_at"),
    ],
)


@dataclass(frozen=True, slots=True)
class Job:
    """A leased row with its payload opened."""

    id: int
    key: str
    kind: str
    order_key: str
    owner_id: str | None
    payload: dict[str, Any]
    attempts: int
    lease_token: str
    created_at: datetime


async def enqueue(
    db: AsyncSession,
    *,
    kind: str,
    order_key: str,
    payload: dict[str, Any],
    key: str | None = None,
    owner_id: str | None = None,
    vault: Vault | None = None,
    urgent: bool = False,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Write one row into the caller's transaction; False when `key` was enqueued before.

    With `owner_id` a `vault` is needed: the payload is sealed under that resident's data key.
    """
    now = clock.now()
    made = await _INSERT.first(
        db,
        key=key or new_id(),
        kind=kind,
        order_key=order_key,
        owner_id=owner_id,
        payload=await _sealed(db, vault, owner_id, dump_json(payload)),
        state=OutboxState.PENDING.value,
        urgent=urgent,
        attempts=0,
        next_at=not_before or now,
        created_at=now,
        expires_at=expires_at,
    )
    return made is not None


async def _sealed(db: AsyncSession, vault: Vault | None, owner_id: str | None, body: str) -> bytes:
    if owner_id is None:
        return body.encode()
    if vault is None:
        raise ValueError("a payload with an owner needs the vault")
    return await vault.seal_for(db, owner_id, PURPOSE, body)


def rowcount(result: Any) -> int:
    """How many rows a DML statement touched."""
    if not isinstance(result, CursorResult):
        raise TypeError("not the result of a DML statement")
    return result.rowcount


async def lease(db: AsyncSession, vault: Vault, *, limit: int = 20) -> list[Job]:
    """Take up to `limit` due heads, urgent ones first, for LEASE_SECONDS. Runs in a transaction of its own.

    A row whose payload can no longer be read (its owner was erased) steps aside as dead.
    """
    now = clock.now()
    await _EXPIRE.rows(db, now=now)
    due = await _DUE.rows(db, now=now, limit=limit)
    if not due:
        return []
    token = new_id()
    values = {"ids": [row.id for row in due], "lease_until": now + timedelta(seconds=LEASE_SECONDS), "token": token}
    leased = (await db.execute(_LEASE, values)).all()
    jobs: list[Job] = []
    for row in sorted(leased, key=lambda r: (not r.urgent, r.id)):
        try:
            jobs.append(await _job(db, vault, row, token))
        except Unreadable:
            await _settle(db, row.id, token, state=OutboxState.DEAD, error="owner_erased")
    return jobs


_MOMENT: Final = _TABLE.c.next_at.type
_OPENED: Final = ("id", "key", "kind", "order_key", "owner_id", "payload", "urgent", "attempts", "created_at")


def _due() -> Select[int]:
    """Heads of their order keys that may leave now."""
    now, earlier = bindparam("now", type_=_MOMENT), _TABLE.alias()
    ready = or_(
        (_TABLE.c.state == OutboxState.PENDING.value) & (_TABLE.c.next_at <= now),
        (_TABLE.c.state == OutboxState.LEASED.value) & (_TABLE.c.lease_until < now),
    )
    is_open = or_(*(earlier.c.state == state for state in OPEN))
    is_head = ~exists().where(earlier.c.order_key == _TABLE.c.order_key, earlier.c.id < _TABLE.c.id, is_open)
    ranked = select(_TABLE.c.id).where(ready, is_head).order_by(_TABLE.c.urgent.desc(), _TABLE.c.id)
    return ranked.limit(bindparam("limit", type_=Integer))


_EXPIRE: Final = Statement(
    update(_TABLE)
    .where(_TABLE.c.state == OutboxState.PENDING.value, _TABLE.c.expires_at < bindparam("now", type_=_MOMENT))
    .values(state=OutboxState.EXPIRED.value, settled_at=bindparam("now", type_=_MOMENT))
)
_DUE: Final = Statement({"sqlite": _due(), "postgresql": _due().with_for_update(skip_locked=True, of=_TABLE)})
_LEASE: Final = (
    update(_TABLE)
    .where(_TABLE.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=OutboxState.LEASED.value,
        lease_until=bindparam("lease_until"),
        lease_token=bindparam("token"),
        attempts=_TABLE.c.attempts + 1,
    )
    .returning(*(_TABLE.c[name] for name in _OPENED))
)


async def _job(db: AsyncSession, vault: Vault, row: Any, token: str) -> Job:
    if row.owner_id is None:
        body = row.payload.decode()
    else:
        body = await vault.open_for(db, row.owner_id, PURPOSE, row.payload)
    opened: dict[str, Any] = json.loads(body)
    return Job(row.id, row.key, row.kind, row.order_key, row.owner_id, opened, row.attempts, token, row.created_at)


async def settle_done(db: AsyncSession, job: Job) -> bool:
    """The delivery succeeded; False when the lease had passed to somebody else."""
    return await _settle(db, job.id, job.lease_token, state=OutboxState.DONE)


async def settle_held(db: AsyncSession, job: Job, *, error: str) -> bool:
    """It can only go after something else happens; the sender's owner puts it back when that happens."""
    return await _settle(db, job.id, job.lease_token, state=OutboxState.HELD, error=error)


async def settle_failed(
    db: AsyncSession, job: Job, *, error: str, retryable: bool, retry_after_seconds: float | None = None
) -> OutboxState:
    """Back off and try again, or give up after MAX_ATTEMPTS or at once; the state that the row now has."""
    if not retryable or job.attempts >= MAX_ATTEMPTS:
        await _settle(db, job.id, job.lease_token, state=OutboxState.DEAD, error=error)
        return OutboxState.DEAD
    delay = timedelta(seconds=max(back_off_seconds(job.attempts), retry_after_seconds or 0.0))
    await _settle(db, job.id, job.lease_token, state=OutboxState.PENDING, error=error, next_at=clock.now() + delay)
    return OutboxState.PENDING


def back_off_seconds(attempts: int) -> float:
    """Doubling from 2 s to an hour, with up to a quarter of jitter so that crowds come apart."""
    base = min(FIRST_DELAY_SECONDS * 2.0 ** (attempts - 1), LONGEST_DELAY_SECONDS)
    return base * random.uniform(1.0, 1.25)  # noqa: S311  jitter, not a secret


async def _settle(
    db: AsyncSession,
    row_id: int,
    token: str,
    *,
    state: OutboxState,
    error: str | None = None,
    next_at: datetime | None = None,
) -> bool:
    settled_at = None if state is OutboxState.PENDING else clock.now()
    settled = await _SETTLE.first(
        db, of=row_id, token=token, to=state.value, error=error, next_at=next_at, settled_at=settled_at
    )
    return settled is not None


_SETTLE: Final = Statement(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("of"), _TABLE.c.lease_token == bindparam("token"))
    .values(
        state=bindparam("to"),
        lease_token=None,
        lease_until=None,
        last_error=bindparam("error"),
        next_at=func.coalesce(bindparam("next_at", type_=_MOMENT), _TABLE.c.next_at),
        settled_at=bindparam("settled_at"),
    )
    .returning(_TABLE.c.id)
)


async def retry(db: AsyncSession, *, row_id: int) -> bool:
    """Staff put a dead, held or expired row back; False when it was in none of these states."""
    done = await db.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row_id, OutboxRow.state.in_([s.value for s in _STUCK]))
        .values(state=OutboxState.PENDING.value, next_at=clock.now(), attempts=0, settled_at=None, expires_at=None)
        .execution_options(synchronize_session=False)
    )
    return rowcount(done) == 1


_STUCK: Final = (OutboxState.DEAD, OutboxState.HELD, OutboxState.EXPIRED)
