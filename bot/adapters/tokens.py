"""One WeChat account's access token: one refresher, five minutes early, and never a storm.

Uses `cgi-bin/stable_token`, which gives every caller the same token and leaves other systems' tokens alone. Source:
developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken.html
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import aiohttp

from bot.adapters import http_json
from bot.adapters.failures import UNREADABLE_ANSWER
from bot.adapters.wechat_errors import error_for
from core import clock
from core.settings import Account

if TYPE_CHECKING:
    from bot.adapters.shared_tokens import RedisTokens

EARLY: Final = timedelta(minutes=5)
FORCED_APART: Final = timedelta(seconds=30)
"""The platform takes a forced refresh 20 times a day and not more often than this."""

POLL_SECONDS: Final = 0.1
POLLS: Final = 50


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and the moment from which a new one is to be used."""

    value: str
    refresh_at: datetime

    def is_fresh(self) -> bool:
        return clock.now() < self.refresh_at


class TokenBroker:
    """`shared` joins several processes; without it each fetches for itself, which the platform allows."""

    def __init__(self, account: Account, http: aiohttp.ClientSession, shared: RedisTokens | None = None) -> None:
        self._account = account
        self._http = http
        self._shared = shared
        self._lock = asyncio.Lock()
        self._current: Token | None = None
        self._failed = ""
        self._forced_at: datetime | None = None

    async def token(self) -> str:
        """A token that the platform has not refused. Raises DeliveryError."""
        current = self._current
        if current and current.is_fresh():
            return current.value
        async with self._lock:
            if not (self._current and self._current.is_fresh()):
                self._current = await self._obtained()
            return self._current.value

    async def expire(self, failed: str) -> None:
        """Forget `failed`, unless somebody has already replaced it: a late complaint must not cost a good token."""
        async with self._lock:
            if self._current is None or self._current.value != failed:
                return
            if self._shared:
                await self._shared.drop(self._account.name, self._current)
            self._failed, self._current = failed, None

    async def _obtained(self) -> Token:
        if self._shared is None:
            return await self._fetched()
        for _ in range(POLLS):
            known = await self._shared.get(self._account.name)
            if known and known.is_fresh() and known.value != self._failed:
                return known
            if mine := await self._shared.try_lock(self._account.name):
                try:
                    token = await self._fetched()
                    await self._shared.put(self._account.name, token)
                finally:
                    await self._shared.unlock(self._account.name, mine)
                return token
            await asyncio.sleep(POLL_SECONDS)
        # The holder of the lock has stopped. The endpoint gives all callers the same token, so asking is safe.
        return await self._fetched()

    async def _fetched(self) -> Token:
        """A refused token that comes back unchanged is replaced by force, within the platform's limit."""
        token = await self._ask(force=False)
        now = clock.now()
        may_force = self._forced_at is None or now - self._forced_at >= FORCED_APART
        if token.value == self._failed and may_force:
            self._forced_at = now
            token = await self._ask(force=True)
        return token

    async def _ask(self, *, force: bool) -> Token:
        body = {
            "grant_type": "client_credential",
            "appid": self._account.app_id,
            "secret": self._account.secret,
            "force_refresh": force,
        }
        url = f"{self._account.api_base}/cgi-bin/stable_token"
        _, answer = await http_json.fetch(
            self._http, "POST", url, data=http_json.write(body), content_type="application/json"
        )
        fields = http_json.read_object(answer)
        if code := fields.get("errcode", 0):
            raise error_for(int(code))
        value, seconds = fields.get("access_token"), fields.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(seconds, int):
            raise UNREADABLE_ANSWER.error()
        life = timedelta(seconds=seconds)
        # A token near its end is used up to its end; asking for it again at once would be the storm.
        return Token(value, clock.now() + (life - EARLY if life > 2 * EARLY else life / 2))
