"""What comes due by the clock: rows that say when, looked at by whoever runs. Any number of processes may."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot import chat_photos, chats, inbox, reach, sessions
from bot.duties import SETTLING_SECONDS, guarded
from bot.grid import nonces
from bot.service import Service
from bot.wakeups import SENDER, TIMERS
from community import audit, exchanges, issues, photo_files, photos, privacy, teaching
from core import clock
from points import expiry

TICK_SECONDS: Final = 2.0
SLOW_EVERY: Final = 30
FIRST_SLOW: Final = int(SETTLING_SECONDS / TICK_SECONDS)
UNFINISHED_AFTER: Final = timedelta(seconds=15)
"""After that time the platform no longer waits for a passive reply, so that what is left belongs to us."""

INBOX_KEPT: Final = timedelta(days=30)
BATCH: Final = 100


class Timers:
    """Runs until the service stops. Each duty stands alone: a fault of one does not keep the others from their time."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def run(self) -> None:
        ticks = 0
        while not self._service.wakeups.is_stopping:
            await self.tick()
            if ticks % SLOW_EVERY == FIRST_SLOW:
                await self.slow_tick()
            ticks += 1
            await self._service.wakeups.wait(TIMERS, TICK_SECONDS)

    async def tick(self) -> None:
        """What residents would notice within seconds."""
        quick = (
            self._resume_unfinished,
            self._release_held,
            self._remind,
            self._expire_conversations,
        )
        for duty in quick:
            await guarded(duty, failed="timer_failed")

    async def slow_tick(self) -> None:
        """What may wait a minute."""
        for duty in (self._close_chats, self._expire_points, self._erase, self._seal_audit, self._forget):
            await guarded(duty, failed="timer_failed")

    async def _resume_unfinished(self) -> None:
        async with self._service.database.read() as db:
            left = await inbox.unfinished(db, before=clock.now() - UNFINISHED_AFTER, limit=BATCH)
        if left:
            async with self._service.database.write() as db:
                await inbox.leave_to_outbox(db, before=clock.now() - UNFINISHED_AFTER)
        for identity_id in left:
            await self._service.intake.resume(identity_id)

    async def _release_held(self) -> None:
        async with self._service.database.write() as db:
            released = await reach.release_held(db)
        if released:
            await self._service.wakeups.nudge(SENDER)

    async def _remind(self) -> None:
        if await self._service.conversations.remind_due(limit=BATCH):
            await self._service.wakeups.nudge(SENDER)

    async def _expire_conversations(self) -> None:
        await self._service.conversations.expire_due(limit=BATCH)

    async def _close_chats(self) -> None:
        async with self._service.database.write() as db:
            await chats.close_unanswered(db, self._service.vault)

    async def _expire_points(self) -> None:
        async with self._service.database.write() as db:
            await exchanges.expire_due(db, self._service.vault)
        async with self._service.database.write() as db:
            await expiry.expire_due(db)

    async def _erase(self) -> None:
        """Each in a transaction of its own: with the next one's rows it would wait for others in a circle."""
        while await self._service.database.run(self._erase_one) and not self._service.wakeups.is_stopping:
            pass

    async def _erase_one(self, db: AsyncSession) -> list[str]:
        return await privacy.erase_due(db, self._service.vault, clock.now(), limit=1)

    async def _seal_audit(self) -> None:
        async with self._service.database.write() as db:
            await audit.seal_due(db, self._service.vault)

    async def _forget(self) -> None:
        async with self._service.database.write() as db:
            await nonces.forget_old(db)
            await sessions.forget_expired(db)
            await inbox.forget_old(db, before=clock.now() - INBOX_KEPT)
            await chat_photos.forget_old(db, before=clock.now() - INBOX_KEPT)
            unused = await photos.forget_unused(db, before=clock.now() - INBOX_KEPT)
            await photo_files.let_go(db, sha256s=unused)
            await issues.expire_parked(db)
            await teaching.forget_old(db)
            await teaching.readings.forget_old(db)
