"""The way out: leases due rows of the outbox, delivers each by its kind, and settles it. At least once, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from sqlalchemy.exc import DBAPIError

from bot import deliveries, metrics
from bot.service import Service
from bot.wakeups import SENDER
from core import logs, outbox
from core.errors import AppError, DeliveryError, DeliveryHeld
from core.outbox import Job

IDLE_SECONDS: Final = 1.0
BATCH: Final = 20

Deliver = Callable[[Service, Job], Awaitable[None]]

log = logs.get(__name__)


class Sender:
    """Runs until the service stops; any number of them, in any number of processes."""

    def __init__(self, service: Service, kinds: Mapping[str, Deliver] | None = None) -> None:
        self._service = service
        self._kinds = deliveries.KINDS if kinds is None else kinds

    async def run(self) -> None:
        while not self._service.wakeups.is_stopping:
            try:
                sent = await self.once()
            except DBAPIError as error:
                log.warning("outbox_unreachable", error=type(error).__name__)
                sent = 0
            if not sent:
                await self._service.wakeups.wait(SENDER, IDLE_SECONDS)

    async def once(self) -> int:
        """Deliver one batch; how many rows it had."""
        async with self._service.database.write() as db:
            jobs = await outbox.lease(db, self._service.vault, limit=BATCH)
        under_way = {asyncio.create_task(self._deliver(job)) for job in jobs}
        while under_way:
            ended, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            await self._done([job for task in ended if (job := task.result()) is not None])
        return len(jobs)

    async def _done(self, jobs: list[Job]) -> None:
        """Settle what was delivered in the same moment in one transaction."""
        if jobs:
            async with self._service.database.write() as db:
                for job in sorted(jobs, key=lambda job: job.id):
                    await outbox.settle_done(db, job)

    async def _deliver(self, job: Job) -> Job | None:
        """One delivery, returned when it succeeded; a failure is settled here, so that a bad row can't stop others."""
        logs.correlation_id.set(f"o{job.id}")
        try:
            await self._kinds[job.kind](self._service, job)
        except DeliveryHeld as held:
            await self._failed(job, held)
        except DeliveryError as error:
            await self._failed(job, error)
        except AppError as error:
            await self._failed(job, DeliveryError(error.code, retryable=False))
        except Exception as error:  # the boundary: a fault of ours is tried again and seen by staff
            log.exception("delivery_failed", kind=job.kind, error=type(error).__name__)
            await self._failed(job, DeliveryError(type(error).__name__, retryable=True))
        else:
            metrics.deliveries.labels(job.kind, "done").inc()
            return job
        return None

    async def _failed(self, job: Job, error: DeliveryError) -> None:
        result = "held" if isinstance(error, DeliveryHeld) else "again" if error.retryable else "failed"
        metrics.deliveries.labels(job.kind, result).inc()
        log.warning("not_delivered", kind=job.kind, reason=error.reason, retryable=error.retryable)
        async with self._service.database.write() as db:
            if isinstance(error, DeliveryHeld):
                await outbox.settle_held(db, job, error=error.reason)
                return
            state = await outbox.settle_failed(
                db, job, error=error.reason, retryable=error.retryable, retry_after_seconds=error.retry_after_seconds
            )
            await deliveries.after_failure(db, job, error, state)
