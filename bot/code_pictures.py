"""The picture of a code, sent after the text that has the code: an outbox row names the redemption, never the code."""

from __future__ import annotations

from contextlib import suppress

from bot import qr, reach
from bot.service import Service
from community import residents
from core.errors import DeliveryHeld
from core.outbox import Job
from points.errors import CodeUnknown


async def send(service: Service, job: Job) -> None:
    """Draw it and send it; nothing where the code was used meanwhile, or where no way is open. Raises DeliveryError."""
    async with service.database.read() as db:
        who = await residents.identity(db, service.vault, identity_id=job.payload["identity_id"])
        try:
            drawn = await qr.of_redemption(
                db, service.vault, redemption_id=job.payload["redemption_id"], resident_id=who.resident_id
            )
        except CodeUnknown:
            return
    with suppress(DeliveryHeld):
        await reach.picture(service, who, drawn)
