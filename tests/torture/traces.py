"""What a run left in the database, read as the tests ask about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, not_, select, update

from bot.inbox import InboxRow
from community.issues.models import Issue
from community.residents import Identity, sender_index
from core import clock
from core.crypto import Vault
from core.db import Database
from core.outbox import OPEN, OutboxRow, OutboxState


@dataclass(slots=True)
class Traces:
    """By keyed index of the sender: numbers of reports, and how many messages were accepted.

    `stuck` counts outbox rows that are neither done nor on their way; `out_of_order` names identities one of whose
    messages was answered before an earlier one.
    """

    vault: Vault
    account: str
    numbers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    accepted: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)
    out_of_order: list[str] = field(default_factory=list)

    def sender(self, openid: str) -> str:
        return sender_index(self.vault, self.account, openid)


async def let_leases_run_out(database: Database) -> None:
    """Do to the rows what the passing of two minutes would: their owners are dead, but the clock does not know."""
    past = clock.now() - timedelta(seconds=1)
    async with database.write() as db:
        await db.execute(update(OutboxRow).where(OutboxRow.state == OutboxState.LEASED.value).values(lease_until=past))
        await db.execute(update(OutboxRow).where(OutboxRow.state == OutboxState.PENDING.value).values(next_at=past))
        await db.execute(
            update(InboxRow).where(InboxRow.done_at.is_(None)).values(received_at=past - timedelta(minutes=2))
        )


async def is_drained(database: Database) -> bool:
    async with database.read() as db:
        waiting = await db.execute(select(func.count()).where(OutboxRow.state.in_(OPEN)))
        unanswered = await db.execute(select(func.count()).where(InboxRow.done_at.is_(None)))
        return waiting.scalar_one() + unanswered.scalar_one() == 0


async def answered(database: Database) -> int:
    """How many messages were answered until now."""
    async with database.read() as db:
        return (await db.execute(select(func.count()).where(InboxRow.done_at.is_not(None)))).scalar_one()


async def of(database: Database, vault: Vault, *, account: str) -> Traces:
    traces = Traces(vault, account)
    async with database.read() as db:
        reports = await db.execute(
            select(Identity.sender_index, Issue.number)
            .join(Issue, Issue.resident_id == Identity.resident_id)
            .where(Identity.account == account)
        )
        for sender, number in reports:
            traces.numbers[sender].append(number)
        messages = await db.execute(
            select(Identity.sender_index, InboxRow.done_at)
            .join(InboxRow, InboxRow.identity_id == Identity.id)
            .where(InboxRow.account == account)
            .order_by(Identity.sender_index, InboxRow.seq)
        )
        answered: dict[str, list[datetime]] = defaultdict(list)
        unanswered: set[str] = set()
        for sender, done_at in messages:
            traces.accepted[sender] += 1
            if done_at is None:
                unanswered.add(sender)
            else:
                answered[sender].append(done_at)
        # News of points waits for the resident's next word rather than use up what a platform lets us send.
        is_news = OutboxRow.key.startswith("notice:points_granted", autoescape=True)
        that_matter = select(OutboxRow.state, func.count()).where(not_(is_news)).group_by(OutboxRow.state)
        states = await db.execute(that_matter)
        traces.stuck.update({state: count for state, count in states if state != OutboxState.DONE.value})
    traces.out_of_order = [
        sender for sender, times in answered.items() if sender in unanswered or times != sorted(times)
    ]
    return traces
