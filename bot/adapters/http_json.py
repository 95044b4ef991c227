"""One HTTP call to a platform: time-outs, a cap on the answer, and no address in any error.

Addresses carry secrets and tokens in their query, and aiohttp's errors carry addresses; so they end here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from bot.adapters.failures import BUSY, UNREACHABLE, UNREADABLE_ANSWER
from core import foreign_json

TIMEOUT: Final = aiohttp.ClientTimeout(total=15, connect=4)
MAX_ANSWER_BYTES: Final = 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024


class TooMuch(Exception):
    """The far side sent more than the limit; nothing of it was kept."""


async def capped(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    """The whole body. Raises TooMuch as soon as it grows beyond the limit."""
    parts: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        size += len(chunk)
        if size > limit_bytes:
            raise TooMuch
        parts.append(chunk)
    return b"".join(parts)


async def fetch(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    data: Any = None,
    content_type: str | None = None,
    limit_bytes: int = MAX_ANSWER_BYTES,
) -> tuple[str, bytes]:
    """Content type and body of an answer. Raises DeliveryError (retryable) and TooMuch."""
    headers = {"Content-Type": content_type} if content_type else None
    try:
        async with http.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        ) as response:
            if response.status != 200:
                raise BUSY.error()
            return response.content_type, await capped(response, limit_bytes)
    except (aiohttp.ClientError, TimeoutError):
        raise UNREACHABLE.error() from None


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises DeliveryError for anything else, such as a proxy's page."""
    try:
        parsed = foreign_json.read(body)
    except ValueError:
        raise UNREADABLE_ANSWER.error() from None
    if not isinstance(parsed, dict):
        raise UNREADABLE_ANSWER.error()
    return parsed


def write(value: Mapping[str, Any]) -> bytes:
    """JSON with the characters themselves: WeChat shows escapes of them to people as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
