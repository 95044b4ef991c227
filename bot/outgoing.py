"""What was sent to residents after their message, and the log that their pages poll.

A reply whose route is the outbox leaves as a message of its own. Pages of the resident API have no push: everything
for them is a row here, numbered, which `GET /api/v1/messages` reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Index, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.inbox import Route
from community.residents import Who
from core import clock, outbox
from core.crypto import Vault, seal, unseal
from core.db import Base, dialect_insert, dump_json
from core.messages import Reply
from core.values import Platform

REPLY: Final = "reply.send"
CODE_PICTURE: Final = "reply.code_picture"
PURPOSE: Final = "outgoing.body"
REPLY_WAY: Final = "reply"
PAGE_WAY: Final = "page"
SHOWN: Final = (REPLY_WAY, PAGE_WAY)
"""Ways whose rows pages show; the others log what left through a platform, perhaps as well."""

BEHIND: Final = timedelta(seconds=1)
"""So much later a picture leaves than the answer that it belongs to, which goes another way."""

POLLED: Final = (Platform.WEB, Platform.WECHAT_MINI, Platform.ALIPAY_MINI)


class Outgoing(Base):
    """One message to one identity. `opened_by` names the window of the platform that it used, if any."""

    __tablename__ = "outgoing"
    __table_args__ = (Index("ix_outgoing_identity", "identity_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    identity_id: Mapped[str]
    body: Mapped[bytes]
    way: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)
    sent_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Sent:
    id: int
    reply: Reply
    sent_at: datetime


async def keep_reply(db: AsyncSession, vault: Vault, who: Who, *, message_id: int, reply: Reply, route: Route) -> None:
    """In the transaction that answers a message: queue what cannot be answered passively, log what is polled.

    The picture of a code is a message of its own where there is no page to show it.
    """
    if reply.is_silent:
        return
    await _keep_whole(db, vault, who, message_id=message_id, reply=reply, route=route)
    if reply.qr and who.platform not in POLLED:
        await outbox.enqueue(
            db,
            kind=CODE_PICTURE,
            order_key=f"code:{who.identity_id}",  # one that fails holds up no answer
            payload={"identity_id": who.identity_id, "redemption_id": reply.qr},
            key=f"code_picture:{message_id}",
            owner_id=who.key_owner_id,
            vault=vault,
            not_before=clock.now() + BEHIND,
        )


async def _keep_whole(db: AsyncSession, vault: Vault, who: Who, *, message_id: int, reply: Reply, route: Route) -> None:
    if route is Route.PASSIVE:
        if who.platform in POLLED:
            await record(db, vault, who, reply=reply, way=REPLY_WAY)
    else:
        await outbox.enqueue(
            db,
            kind=REPLY,
            order_key=f"identity:{who.identity_id}",
            payload={"identity_id": who.identity_id, "reply": reply.to_json()},
            key=f"reply:{message_id}",
            owner_id=who.key_owner_id,
            vault=vault,
        )


async def record(db: AsyncSession, vault: Vault, who: Who, *, reply: Reply, way: str, key: str | None = None) -> None:
    """Log one message that was or is being sent; with a `key` only once."""
    sealing = await vault.key(db, who.key_owner_id)
    row = {
        "identity_id": who.identity_id,
        "body": seal(sealing, PURPOSE, dump_json(reply.to_json()).encode()),
        "way": way,
        "key": key,
        "sent_at": clock.now(),
    }
    await db.execute(dialect_insert(db, Outgoing).values(row).on_conflict_do_nothing(index_elements=["key"]))


async def cursor_after_reply(db: AsyncSession, *, identity_id: str, seen: int) -> int:
    """Where a page goes on after the newest reply; before it, while notices that it has not seen lie between."""
    newest = await db.execute(
        select(func.max(Outgoing.id)).where(Outgoing.identity_id == identity_id, Outgoing.way == REPLY_WAY)
    )
    replied = newest.scalar_one() or seen
    unseen = await db.execute(
        select(Outgoing.id)
        .where(Outgoing.identity_id == identity_id, Outgoing.way == PAGE_WAY, Outgoing.id > seen, Outgoing.id < replied)
        .limit(1)
    )
    return seen if unseen.first() else max(replied, seen)


async def since(db: AsyncSession, vault: Vault, who: Who, *, after: int, limit: int = 50) -> list[Sent]:
    """What was sent to an identity after that number, in order."""
    rows = await db.execute(
        select(Outgoing)
        .where(Outgoing.identity_id == who.identity_id, Outgoing.id > after, Outgoing.way.in_(SHOWN))
        .order_by(Outgoing.id)
        .limit(limit)
    )
    key = await vault.key(db, who.key_owner_id)
    return [
        Sent(row.id, Reply.from_json(json.loads(unseal(key, PURPOSE, row.body))), row.sent_at) for row in rows.scalars()
    ]


async def sends(db: AsyncSession, *, identity_id: str, since_at: datetime, way: str) -> list[datetime]:
    """When messages of one way left for an identity since a moment: what the platform's quotas count."""
    rows = await db.execute(
        select(Outgoing.sent_at)
        .where(Outgoing.identity_id == identity_id, Outgoing.sent_at >= since_at, Outgoing.way == way)
        .order_by(Outgoing.id)
    )
    return list(rows.scalars())
