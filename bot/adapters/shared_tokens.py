"""Access tokens in Redis, so that several processes use one and fetch it once. All of it may vanish at any time."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.adapters.tokens import Token
from core import clock, logs

REDIS_SECONDS: Final = 2.0
UNAVAILABLE: Final = object()

LOCK_MS: Final = 20_000
"""Longer than a token fetch with its time-out, so that the lock outlives the fetch."""

_DELETE_IF_SAME: Final = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

log = logs.get(__name__)


class RedisTokens:
    """What fails here is logged and done without: the platform's endpoint gives the same token to all who ask."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def get(self, account: str) -> Token | None:
        stored = await self._ask(account, self._redis.get(_key(account)))
        return _read(stored) if isinstance(stored, (bytes, str)) else None

    async def put(self, account: str, token: Token) -> None:
        seconds = max(int((token.refresh_at - clock.now()).total_seconds()), 1)
        await self._ask(account, self._redis.set(_key(account), _write(token), ex=seconds))

    async def drop(self, account: str, token: Token) -> None:
        """Forget this token; one that another process has put there meanwhile stays."""
        await self._delete_if(account, _key(account), _write(token))

    async def try_lock(self, account: str) -> str | None:
        """A key to `unlock` with, or None while another process refreshes. Without Redis everybody may."""
        mine = secrets.token_hex(8)
        taken = await self._ask(account, self._redis.set(_lock_key(account), mine, nx=True, px=LOCK_MS))
        return mine if taken else None

    async def unlock(self, account: str, mine: str) -> None:
        await self._delete_if(account, _lock_key(account), mine)

    async def _delete_if(self, account: str, key: str, value: str) -> None:
        await self._ask(account, self._redis.eval(_DELETE_IF_SAME, 1, key, value))

    async def _ask(self, account: str, command: Awaitable[Any]) -> Any:
        """The answer, or UNAVAILABLE, which is true."""
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                return await command
        except (RedisError, TimeoutError) as error:
            log.warning("shared tokens unavailable", account=account, error=type(error).__name__)
            return UNAVAILABLE


def _key(account: str) -> str:
    return f"hc:token:{account}"


def _lock_key(account: str) -> str:
    return f"hc:token-lock:{account}"


def _write(token: Token) -> str:
    return json.dumps([token.value, int(token.refresh_at.timestamp())])


def _read(stored: bytes | str) -> Token | None:
    try:
        value, refresh_at = json.loads(stored)
        return Token(str(value), datetime.fromtimestamp(int(refresh_at), UTC))
    except (ValueError, TypeError):
        return None
