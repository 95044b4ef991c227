"""What comes due for points by the clock and may wait a minute: freezes that end, months that close, honours, looks.

One process at a time does it, by a lease; nothing here would happen twice without it, it would only be read twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.duties import SETTLING_SECONDS, guarded
from bot.wakeups import SENDER, Wakeups
from community import fairness, honours, latecomers, sanctions
from core import clock, leases, logs
from core.crypto import Vault
from core.db import Database, new_id
from points import snapshots

TOPIC: Final = "points_timers"
FAILED: Final = "points_timer_failed"
TICK_SECONDS: Final = 60.0
LEASE_SECONDS: Final = 3 * TICK_SECONDS
LOOK_EVERY: Final = timedelta(hours=1)
HEAVY_AFTER: Final = timedelta(minutes=2)
"""A process that has just started answers first, and an empty database is filled; what is heavy waits for that."""

log = logs.get(__name__)


class PointsTimers:
    """Runs until the service stops; any number of processes may have one. A fault of one duty leaves the others."""

    def __init__(self, database: Database, vault: Vault, wakeups: Wakeups) -> None:
        self._database = database
        self._vault = vault
        self._wakeups = wakeups
        self._holder = new_id()
        self._settled_at = self._look_at = clock.now() + HEAVY_AFTER
        self._closed: datetime | None = None
        self._honoured: datetime | None = None

    async def run(self) -> None:
        await self._wakeups.wait(TOPIC, SETTLING_SECONDS)
        while not self._wakeups.is_stopping:
            await guarded(self.tick, failed=FAILED)
            await self._wakeups.wait(TOPIC, TICK_SECONDS)

    async def tick(self) -> None:
        """One round, if no other process does it."""
        async with self._database.write() as db:
            lease = await leases.acquire(db, name=TOPIC, seconds=LEASE_SECONDS, holder=self._holder)
        if lease is None:
            return
        await guarded(self._lift_freezes, failed=FAILED)
        await guarded(self._bring_latecomers, failed=FAILED)
        if clock.now() < self._settled_at:
            return
        await guarded(self._close_month, failed=FAILED)
        if clock.now() >= self._look_at:
            self._look_at = clock.now() + LOOK_EVERY
            await guarded(self.look, failed=FAILED)
            await guarded(self._honour, failed=FAILED)

    async def _lift_freezes(self) -> None:
        lifted = await self._database.run(lambda db: sanctions.lift_due(db, self._vault))
        if lifted:
            await self._wakeups.nudge(SENDER)

    async def _bring_latecomers(self) -> None:
        """Each in a transaction of its own, as a binding."""
        async with self._database.read() as db:
            late = await latecomers.find(db)
        for resident_id in late:
            await self._database.run(partial(latecomers.bring, vault=self._vault, resident_id=resident_id))

    async def _close_month(self) -> None:
        """Snapshots of the balances at the end of the last month, some accounts in each transaction."""
        as_of = snapshots.due(clock.now())
        after: int | None = 0 if as_of != self._closed else None
        while after is not None and not self._wakeups.is_stopping:
            async with self._database.write() as db:
                taken = await snapshots.take(db, as_of=as_of, after_id=after)
            if taken.broken:
                log.error("balances_broken", accounts=taken.broken)
            after = taken.last_id
        self._closed = as_of

    async def _honour(self) -> None:
        """Of everybody on the first round of a day, else of those with service certified since the last."""
        before, now = self._honoured, clock.now()
        since = before - LOOK_EVERY if before and clock.local(before).date() == clock.local(now).date() else None
        after: str | None = ""
        awarded = 0
        while after is not None and not self._wakeups.is_stopping:
            async with self._database.write() as db:
                done = await honours.award_all(db, self._vault, since=since, after_id=after)
            awarded, after = awarded + done.awarded, done.last_id
        self._honoured = now
        if awarded:
            await self._wakeups.nudge(SENDER)

    async def look(self) -> None:
        """Read without keeping anybody from writing, then raise what is new."""
        async with self._database.read() as db:
            found = await fairness.find(db)
        new = await self._database.run(lambda db: fairness.report(db, found)) if found else []
        if new:
            log.info("flags_raised", count=len(new))
            await self._wakeups.nudge(SENDER)
