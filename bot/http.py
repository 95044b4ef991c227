"""What all HTTP of the house shares: errors as JSON, the address of the caller, limits, a correlation id."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from bot.limits import REQUESTS
from bot.service import Service
from core import logs
from core.db import dump_json
from core.errors import AppError, Invalid, NotFound, RateLimited
from handlers.wording import refusal

SERVICE: Final = web.AppKey("service", Service)
MESSAGES_PATH: Final = "/api/v1/messages"
LARGEST_BODY: Final = 64 * 1024
LARGEST_UPLOAD: Final = 11 * 1024 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logs.get(__name__)

_CODES: Final = {400: "invalid", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
                 413: "too_large", 429: "rate_limited"}  # fmt: skip


def json_response(data: Any, *, status: int = 200) -> web.Response:
    return web.Response(text=dump_json(data), status=status, content_type="application/json")


def error_response(error: AppError) -> web.Response:
    """The body of CONTRACT 3: code, a sentence for residents, and the fields that are wrong."""
    body: dict[str, Any] = {"code": error.code, "message": refusal(error)}
    if error.fields:
        body["fields"] = error.fields
    return json_response({"error": body}, status=error.status)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal and failure leaves as JSON; nothing of an unexpected one is shown."""
    logs.correlation_id.set(uuid.uuid4().hex[:12])
    try:
        _check_address(request)
        await _limit(request)
        return await handler(request)
    except AppError as error:
        return error_response(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        known = AppError(_CODES.get(error.status, "invalid"))
        response = error_response(known)
        response.set_status(error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except ConnectionResetError:
        raise
    except Exception as error:  # the boundary of the server
        log.exception("request_failed", path=request.path, error=type(error).__name__)
        body = {"error": {"code": "internal", "message": "服务暂时出了点问题，请稍后再试。"}}
        return json_response(body, status=500)


def _check_address(request: web.Request) -> None:
    """No text with a NUL goes further: PostgreSQL takes none, and nothing of ours has one in its name."""
    if "\0" in request.path or any("\0" in value for value in request.query.values()):
        raise Invalid(fields={"address": "nul"})


async def _limit(request: web.Request) -> None:
    """Messages are counted where it is known whether they are an emergency."""
    is_message = request.method == "POST" and request.path == MESSAGES_PATH
    if request.path.startswith(("/api/", "/admin/")) and not is_message and not await within_limit(request):
        raise RateLimited


async def within_limit(request: web.Request) -> bool:
    """Count one request of the caller's address."""
    return await request.app[SERVICE].limits.allows(REQUESTS, f"address:{caller(request)}")


def caller(request: web.Request) -> str:
    """The caller's address; forwarded ones are believed only from `TRUSTED_PROXIES`, from right to left."""
    trusted = [ipaddress.ip_network(p, strict=False) for p in request.app[SERVICE].settings.trusted_proxies]
    address = request.remote or ""
    chain = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    while chain and _is_within(address, trusted):
        address = chain.pop()
    return address


def _is_within(address: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


async def body_of(request: web.Request, limit: int = LARGEST_BODY) -> bytes:
    """The body, refused with 413 beyond the limit without being read whole."""
    if request.content_length is not None and request.content_length > limit:
        raise web.HTTPRequestEntityTooLarge(limit, request.content_length)
    body = await request.content.read(limit + 1)
    while len(body) <= limit and not request.content.at_eof():
        body += await request.content.read(limit + 1 - len(body))
    if len(body) > limit:
        raise web.HTTPRequestEntityTooLarge(limit, len(body))
    return body


def unknown_account() -> NotFound:
    return NotFound("unknown_account")
