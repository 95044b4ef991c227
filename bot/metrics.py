"""Figures for Prometheus: counters of this process, and the queues as they stand in the database."""

from __future__ import annotations

from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import func, select

from bot.chats import Chat
from bot.inbox import InboxRow
from core import clock
from core.db import Database
from core.outbox import OutboxRow

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
REGISTRY: Final = CollectorRegistry()

messages: Final = Counter("hc_messages", "Messages taken in.", ["platform"], registry=REGISTRY)
answer_seconds: Final = Histogram("hc_answer_seconds", "From delivery to answer.", registry=REGISTRY)
deliveries: Final = Counter("hc_deliveries", "Outbox rows by kind and result.", ["kind", "result"], registry=REGISTRY)
_outbox: Final = Gauge("hc_outbox_rows", "Outbox rows that are not done.", ["state"], registry=REGISTRY)
_unanswered: Final = Gauge("hc_inbox_unanswered", "Messages accepted and not yet answered.", registry=REGISTRY)
_oldest: Final = Gauge("hc_inbox_oldest_seconds", "Age of the oldest unanswered message.", registry=REGISTRY)
_chats: Final = Gauge("hc_chats_waiting", "Residents who wait for a worker.", registry=REGISTRY)


async def render(database: Database) -> bytes:
    """The exposition format, with the queues read now."""
    async with database.read() as db:
        rows = await db.execute(
            select(OutboxRow.state, func.count()).where(OutboxRow.state != "done").group_by(OutboxRow.state)
        )
        counts: dict[str, int] = {row[0]: row[1] for row in rows}
        waiting = (
            await db.execute(select(func.count(), func.min(InboxRow.received_at)).where(InboxRow.done_at.is_(None)))
        ).one()
        chats = (await db.execute(select(func.count()).where(Chat.state == "waiting"))).scalar_one()
    for state in ("pending", "leased", "held", "dead", "expired"):
        _outbox.labels(state).set(counts.get(state, 0))
    _unanswered.set(waiting[0])
    _oldest.set((clock.now() - waiting[1]).total_seconds() if waiting[1] else 0)
    _chats.set(chats)
    return generate_latest(REGISTRY)
