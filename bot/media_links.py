"""Links to photos that carry their own right of access and expire: for grid systems and for workers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.adapters.media import picture_type
from bot.http import SERVICE
from bot.service import Service
from core import clock
from core.errors import Forbidden

PURPOSE: Final = "media"
VALID: Final = timedelta(days=7)


def photo_link(service: Service, sha256: str) -> tuple[str, datetime]:
    """The address of one stored photo, and when it ends."""
    ends = clock.now() + VALID
    expires = int(ends.timestamp())
    signature = service.vault.sign(PURPOSE, f"{sha256}:{expires}")
    base = service.config.service.public_url.rstrip("/")
    return f"{base}/media/{sha256}?expires={expires}&signature={signature}", ends


async def show(request: web.Request) -> web.StreamResponse:
    """`GET /media/{sha256}`: the file, for whoever holds a signed link that has not expired."""
    service = request.app[SERVICE]
    sha256, expires = request.match_info["sha256"], request.query.get("expires", "")
    signed = service.vault.is_signed(PURPOSE, f"{sha256}:{expires}", request.query.get("signature", ""))
    if not signed or not expires.isdigit() or int(expires) < clock.now().timestamp():
        raise Forbidden("link_expired")
    content = await service.media.read(sha256)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=content, content_type=picture_type(content), headers=headers)


def routes() -> Iterable[web.RouteDef]:
    return (web.get("/media/{sha256:[0-9a-f]{64}}", show),)
