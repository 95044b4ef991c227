"""The resident API: log in, talk, and read one's own things. For the web page and the mini-programs."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot import outgoing, sessions
from bot.adapters import web as messages
from bot.adapters.alipay_api import AlipayApi
from bot.adapters.media import ImageTooLarge
from bot.http import MESSAGES_PATH, SERVICE, body_of, caller, json_response, unknown_account, within_limit
from bot.limits import LOGINS, UPLOADS
from bot.service import Service
from community import photos, residents
from community.residents import Who
from core import clock, foreign_json, logs
from core.errors import DeliveryError, Invalid, RateLimited, Unauthenticated, Unavailable
from core.settings import Account
from core.values import Platform

log = logs.get(__name__)

LONGEST_WAIT_SECONDS: Final = 25.0
BUDGET_SECONDS: Final = 20.0
LOOK_AGAIN_SECONDS: Final = 3.0
MAX_IMAGE_BYTES: Final = 10 * 1024 * 1024


async def login(request: web.Request) -> web.Response:
    """`POST /api/v1/login {account, code}`: a session; a `web` account's visitors need no code."""
    service = request.app[SERVICE]
    if not await service.limits.allows(LOGINS, f"login:{caller(request)}"):
        raise RateLimited
    body = _object(await body_of(request))
    account = service.config.account(str(body.get("account", "")))
    if account is None:
        raise unknown_account()
    who = await _identified(service, account, str(body.get("code", "")))
    async with service.database.write() as db:
        opened = await sessions.open_session(db, identity_id=who.identity_id)
        resident = await residents.get(db, resident_id=who.resident_id)
    data = {"ref": resident.ref, "verified": who.verified, "area_code": resident.area_code}
    return json_response({"token": opened.token, "expires_at": clock.iso(opened.expires_at), "resident": data})


async def _identified(service: Service, account: Account, code: str) -> Who:
    try:
        sender, alternate = await _platform_id(service, account, code)
    except DeliveryError as error:
        log.warning("login_failed", account=account.name, reason=error.reason)
        raise Unavailable from None
    async with service.database.write() as db:
        return await residents.identify(
            db,
            service.vault,
            account=account.name,
            platform=account.platform,
            sender=sender,
            alternate=alternate,
            area_code=account.area,
        )


async def _platform_id(service: Service, account: Account, code: str) -> tuple[str, str]:
    """The sender behind a login code. Raises Invalid for accounts that are not logged in to."""
    if account.platform is Platform.WEB:
        return f"visitor-{secrets.token_hex(16)}", ""
    if not code:
        raise Invalid(fields={"code": "missing"})
    api = service.apis[account.name]
    if account.platform is Platform.WECHAT_MINI and not isinstance(api, AlipayApi):
        return await api.login(code), ""
    if account.platform is Platform.ALIPAY_MINI and isinstance(api, AlipayApi):
        person = await api.login(code)
        return person.open_id or person.user_id, person.user_id if person.open_id else ""
    raise Invalid(fields={"account": "platform"})


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = foreign_json.read(body)
    except ValueError:
        raise Invalid(fields={"body": "json"}) from None
    if not isinstance(data, dict):
        raise Invalid(fields={"body": "object"})
    return data


async def who_of(request: web.Request) -> Who:
    """The identity of the bearer. Raises Unauthenticated."""
    service, token = request.app[SERVICE], _token(request)
    async with service.database.read() as db:
        return await sessions.who(db, service.vault, token=token)


def _token(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


async def post_message(request: web.Request) -> web.Response:
    """`POST /api/v1/messages`: one message; its reply. The same `id` again gives the same answer."""
    service = request.app[SERVICE]
    who = await who_of(request)
    account = service.config.account(who.account)
    if account is None:
        raise unknown_account()
    said = messages.to_inbound(messages.parse(await body_of(request)), account, who.sender)
    if not await within_limit(request) and not service.conversations.is_emergency(said):
        raise RateLimited
    taken = await service.intake.take(said, account, budget_seconds=BUDGET_SECONDS)
    token = _token(request)
    async with service.database.write() as db:
        seen = await sessions.seen(db, token=token)
        cursor = await outgoing.cursor_after_reply(db, identity_id=who.identity_id, seen=seen)
        await sessions.note_seen(db, token=token, cursor=cursor)
    replies = [taken.reply.to_json()] if taken.reply and not taken.reply.is_silent else []
    return json_response({"replies": replies, "cursor": str(cursor)})


async def get_messages(request: web.Request) -> web.Response:
    """`GET /api/v1/messages?after=&wait=`: what was sent since; waits up to 25 s for something to come."""
    service = request.app[SERVICE]
    who = await who_of(request)
    after = _number(request, "after", 0)
    async with service.database.read() as db:
        seen = await sessions.seen(db, token=_token(request))
    if after > seen:
        async with service.database.write() as db:
            await sessions.note_seen(db, token=_token(request), cursor=after)
    deadline = asyncio.get_running_loop().time() + min(_number(request, "wait", 0), LONGEST_WAIT_SECONDS)
    while True:
        async with service.database.read() as db:
            sent = await outgoing.since(db, service.vault, who, after=after)
        left = deadline - asyncio.get_running_loop().time()
        if sent or left <= 0 or service.wakeups.is_stopping:
            break
        await service.wakeups.wait(who.identity_id, min(left, LOOK_AGAIN_SECONDS))
    items = [{**item.reply.to_json(), "at": clock.iso(item.sent_at)} for item in sent]
    return json_response({"items": items, "cursor": str(sent[-1].id if sent else after)})


def _number(request: web.Request, name: str, default: int) -> int:
    given = request.query.get(name, "") or str(default)
    if not given.isascii() or not given.isdigit() or len(given) > 15:
        raise Invalid(fields={name: "number"})
    return int(given)


async def post_media(request: web.Request) -> web.Response:
    """`POST /api/v1/media`: a photo as multipart `file`; the id to send it with."""
    service = request.app[SERVICE]
    who = await who_of(request)
    if not await service.limits.allows(UPLOADS, f"upload:{who.identity_id}"):
        raise RateLimited
    if request.content_length is not None and request.content_length > MAX_IMAGE_BYTES + 65536:
        raise ImageTooLarge
    if not request.content_type.startswith("multipart/"):
        raise Invalid(fields={"file": "multipart"})
    try:
        stored = await service.media.put(_chunks(await _file_of(request)))
    except (ValueError, HttpProcessingError):  # what aiohttp raises for a form that is none
        raise Invalid(fields={"file": "multipart"}) from None
    async with service.database.write() as db:
        photo_id = await photos.keep(
            db, service.vault, who=who, sha256=stored.sha256, content_type=stored.content_type, gps=stored.gps
        )
    return json_response({"media_id": photo_id})


async def _file_of(request: web.Request) -> BodyPartReader:
    """The part named `file`. Raises Invalid."""
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if isinstance(part, BodyPartReader) and part.name == "file":
            return part
    raise Invalid(fields={"file": "missing"})


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(65536):
        yield chunk


async def about(request: web.Request) -> web.Response:
    """`GET /api/v1/about`: whose service this is, for the footer of pages."""
    told = request.app[SERVICE].config.service
    return json_response({"name": told.name, "footer": told.footer, "phone": told.phone})


def routes() -> Iterable[web.RouteDef]:
    return (
        web.post("/api/v1/login", login),
        web.post(MESSAGES_PATH, post_message),
        web.get(MESSAGES_PATH, get_messages),
        web.post("/api/v1/media", post_media),
        web.get("/api/v1/about", about),
    )
