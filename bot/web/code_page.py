"""`/code/{id}`: one code with its picture, for who was sent the signed link, in a chat that carries no pictures.

The link shows nothing that the chat has not said in words. It ends with the code: once that is used, taken back or
expired, the page says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

from aiohttp import web

from bot import qr
from bot.http import SERVICE
from bot.web.pages import short_page
from core.crypto import Vault
from core.errors import Forbidden
from handlers import texts_points as words
from handlers.points.codes import lines_of
from points import own_redemptions, redemption_views
from points.errors import CodeUnknown
from points.redemption_views import Redemption

PATH: Final = "/code/{id:[0-9a-f]{32}}"
PURPOSE: Final = "code_page"


def link(public_url: str, vault: Vault, redemption_id: str) -> str:
    """The address of the page of one redemption."""
    return f"{public_url.rstrip('/')}/code/{redemption_id}?signature={vault.sign(PURPOSE, redemption_id)}"


async def show(request: web.Request) -> web.Response:
    """`GET /code/{id}?signature=`: the code, until when and where it counts, and its picture."""
    if not _is_signed(request):
        return short_page(words.CODES_TITLE, words.CODE_LINK_BROKEN, status=403)
    try:
        redemption = await _redemption(request)
    except CodeUnknown:
        return short_page(words.CODES_TITLE, words.CODE_GONE)
    if redemption.code is None:
        return short_page(redemption.reward_name, words.CODE_GONE)
    async with request.app[SERVICE].database.read() as db:
        text = await lines_of(db, redemption)
    picture = f"{request.path}/qr?signature={request.query['signature']}"
    more = (
        f'<p class="code">{escape(redemption.code)}</p>'
        f'<img class="qr" src="{escape(picture)}" alt="{words.CODE_PICTURE}"><p>{words.CODE_SHOW}</p>'
    )
    return short_page(redemption.reward_name, text, more)


async def show_picture(request: web.Request) -> web.Response:
    """`GET /code/{id}/qr?signature=`. Raises Forbidden, and CodeUnknown once the code counts no more."""
    if not _is_signed(request):
        raise Forbidden("link_expired")
    service, redemption_id = request.app[SERVICE], request.match_info["id"]
    async with service.database.read() as db:
        of = await redemption_views.get(db, redemption_id=redemption_id)
        drawn = await qr.of_redemption(db, service.vault, redemption_id=of.id, resident_id=of.resident_id)
    return web.Response(body=drawn, content_type="image/png", headers={"Cache-Control": "no-store"})


def _is_signed(request: web.Request) -> bool:
    vault = request.app[SERVICE].vault
    return vault.is_signed(PURPOSE, request.match_info["id"], request.query.get("signature", ""))


async def _redemption(request: web.Request) -> Redemption:
    """The one that the link names, as its resident sees it. Raises CodeUnknown."""
    service, redemption_id = request.app[SERVICE], request.match_info["id"]
    async with service.database.read() as db:
        of = await redemption_views.get(db, redemption_id=redemption_id)
        return await own_redemptions.get(db, service.vault, redemption_id=redemption_id, resident_id=of.resident_id)


def routes() -> Iterable[web.RouteDef]:
    return (web.get(PATH, show), web.get(f"{PATH}/qr", show_picture))
