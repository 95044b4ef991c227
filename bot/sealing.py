"""Sealing the ledger by the clock, and noting every new seal in a file outside the database."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from bot.duties import SETTLING_SECONDS, guarded
from bot.service import Service
from core import logs
from points import anchors, seals
from points.anchors import AnchorContradicted

TOPIC: Final = "sealing"
TICK_SECONDS: Final = 60.0

log = logs.get(__name__)


class Sealer:
    """Runs until the service stops; any number of processes may have one, and each keeps a file where it runs."""

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def anchored(self) -> Path:
        return self._service.settings.var / anchors.NAME

    async def run(self) -> None:
        await self._service.wakeups.wait(TOPIC, SETTLING_SECONDS)
        while not self._service.wakeups.is_stopping:
            if self._service.seeded.is_set():  # the sample is written as of its own days: it is sealed as a whole
                await guarded(self.watched, failed="sealing_failed")
            await self._service.wakeups.wait(TOPIC, TICK_SECONDS)

    async def watched(self) -> None:
        """`once`; an anchor that contradicts the database is told of as what it is, and what to do."""
        try:
            await self.once()
        except AnchorContradicted as error:
            log.error("ledger_anchor_contradicted", seal=error.seq, remedy="run `hc points audit`")  # noqa: TRY400

    async def once(self) -> None:
        """Seal whatever has settled, then note the newest seal, whoever made it. Raises AnchorContradicted."""
        database, vault = self._service.database, self._service.vault
        while await database.run(lambda db: seals.seal_due(db, vault)) and not self._service.wakeups.is_stopping:
            pass
        async with database.read() as db:
            newest = await seals.newest(db)
        if newest is not None:
            await asyncio.to_thread(anchors.keep, self.anchored, newest)
