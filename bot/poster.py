"""The poster: one process at a time pays what deeds have earned, many requests in one transaction, and tells of it.

It holds a lease. Every batch renews the lease in its own transaction, so that a process that was overtaken pays
nothing; and nothing is paid twice without the lease either, because requests are locked and grants are unique.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.duties import guarded
from bot.wakeups import POSTER, SENDER, Wakeups
from community import notices
from core import clock, leases, logs
from core.crypto import Unreadable, Vault
from core.db import Database, new_id
from core.leases import Lease, LeaseLost
from points import grants
from points.grant_models import GrantState
from points.grant_rows import Settled
from points.models import Unit

LEASE: Final = "poster"
AFTER_WHAT_MATTERS: Final = timedelta(minutes=1)
LEASE_SECONDS: Final = 5.0
"""So long the requests wait at most when the process that paid has died."""

IDLE_SECONDS: Final = 0.25
BATCH: Final = 500

log = logs.get(__name__)


class Poster:
    """Runs until the service stops; any number of processes may have one."""

    def __init__(self, database: Database, vault: Vault, wakeups: Wakeups) -> None:
        self._database = database
        self._vault = vault
        self._wakeups = wakeups
        self._holder = new_id()
        self._lease: Lease | None = None

    async def run(self) -> None:
        while not self._wakeups.is_stopping:
            if not await guarded(self.once, failed="poster_failed"):
                await self._wakeups.wait(POSTER, IDLE_SECONDS)
        await self._let_go()

    async def once(self) -> list[Settled]:
        """One batch, if anything is due and no other process has the lease; what became of its requests."""
        async with self._database.read() as db:
            if not await grants.are_due(db):
                return []
        try:
            lease, settled = await self._database.run(self._batch)
        except LeaseLost:
            self._lease = None
            return []
        self._lease = lease
        if any(one.state is GrantState.PAID for one in settled):
            await self._wakeups.nudge(SENDER)
        return settled

    async def _batch(self, db: AsyncSession) -> tuple[Lease | None, list[Settled]]:
        lease = await self._held(db)
        if lease is None:
            return None, []
        settled = await grants.post_due(db, limit=BATCH, tells=True)
        await self._tell(db, settled)
        return lease, settled

    async def _held(self, db: AsyncSession) -> Lease | None:
        """The lease for longer, locked until the transaction ends; None while another process has it."""
        if self._lease is not None:
            return await leases.renew(db, self._lease, seconds=LEASE_SECONDS)
        return await leases.acquire(db, name=LEASE, seconds=LEASE_SECONDS, holder=self._holder)

    async def _tell(self, db: AsyncSession, settled: Iterable[Settled]) -> None:
        """One notice to each resident, whatever number of deeds it is for."""
        earned: Counter[str] = Counter()
        first: dict[str, Settled] = {}
        for one in settled:
            if one.state is GrantState.PAID and one.request.unit == Unit.POINT:
                earned[one.request.recipient_id] += one.amount
                first.setdefault(one.request.recipient_id, one)
        for resident_id, amount in earned.items():
            try:
                await notices.tell_resident(
                    db,
                    self._vault,
                    resident_id=resident_id,
                    notice="points_granted",
                    facts={"amount": amount},
                    key=f"points_granted:{first[resident_id].request.id}",
                    not_before=clock.now() + AFTER_WHAT_MATTERS,
                )
            except Unreadable:
                log.info("nobody_to_tell")  # erased meanwhile

    async def _let_go(self) -> None:
        """Another process may go on at once."""
        if self._lease is not None:
            async with self._database.write() as db:
                await leases.release(db, self._lease)
            self._lease = None
