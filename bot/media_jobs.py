"""Files of photos on their way in and out: fetched from where they are, erased when nobody needs them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot import picture_checks
from bot.adapters import http_json
from bot.adapters.alipay_api import AlipayApi
from bot.adapters.pictures import ImageTooLarge, NotAnImage
from bot.service import Service
from community import issues, photo_files, photos
from core import clock
from core.errors import DeliveryError
from core.outbox import Job

SETTLED: Final = timedelta(minutes=10)
"""Whoever stores a file has committed the row that names it by then."""


async def fetch(service: Service, job: Job) -> None:
    """Bring a photo from its platform into the store; a report that waits for it gets it."""
    api = service.apis.get(job.payload["account"])
    photo_id = job.payload["photo_id"]
    if api is None or isinstance(api, AlipayApi):
        await _failed(service, photo_id)
        raise DeliveryError("media_not_supported", retryable=False)
    try:
        download = await api.download(job.payload["media_id"])
        stored = await service.media.put(download.content)
    except (NotAnImage, ImageTooLarge, http_json.TooMuch) as error:
        await _failed(service, photo_id)
        raise DeliveryError(type(error).__name__, retryable=False) from None
    async with service.database.write() as db:
        number = await photos.arrived(
            db,
            service.vault,
            photo_id=photo_id,
            sha256=stored.sha256,
            content_type=stored.content_type,
            gps=stored.gps,
        )
        if number is not None:
            await issues.add_photo(
                db, service.vault, service.config, number=number, sha256=stored.sha256, content_type=stored.content_type
            )
            if service.conversations.account(job.payload["account"]).moderation == "platform":
                await picture_checks.queue(db, photo_id=photo_id)
        await photo_files.let_go(db, sha256s=[stored.sha256])  # the resident may have been erased meanwhile


async def _failed(service: Service, photo_id: str) -> None:
    async with service.database.write() as db:
        await photos.failed(db, photo_id=photo_id)


async def erase(service: Service, job: Job) -> None:
    """Erase a file that no row names; one that was stored again just now is looked at again later."""
    sha256 = job.payload["sha256"]
    async with service.database.read() as db:
        if await photo_files.is_needed(db, sha256=sha256):
            return
    if not await service.media.erase(sha256, before=clock.now() - SETTLED):
        raise DeliveryError("stored_again", retryable=True, retry_after_seconds=SETTLED.total_seconds())
