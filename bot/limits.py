"""How fast one identity or address may come. Counters live in Redis or in the process; they may vanish."""

from __future__ import annotations

from typing import Any, Final

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from core import logs

log = logs.get(__name__)

MESSAGES: Final = RateLimitItemPerMinute(30)
"""Messages of one identity; a resident who sends nine photos and a few words stays far below."""

REQUESTS: Final = RateLimitItemPerMinute(600)
"""Requests of one address: a whole street office may share one."""

LOGINS: Final = RateLimitItemPerMinute(60)
UPLOADS: Final = RateLimitItemPerHour(200)


class Limits:
    """Asks whether one more is within a limit."""

    def __init__(self, redis_url: str | None) -> None:
        self._redis = ConnectionPool.from_url(redis_url) if redis_url else None
        shared: dict[str, Any] = {"connection_pool": self._redis}
        storage = (
            RedisStorage(f"async+{redis_url}", implementation="redispy", **shared) if redis_url else MemoryStorage()
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)

    async def allows(self, limit: RateLimitItem, key: str) -> bool:
        """Count one and say whether it is allowed. Without its counters nobody is turned away."""
        try:
            return await self._limiter.hit(limit, key)
        except (RedisError, OSError) as error:
            log.warning("limits_unavailable", error=type(error).__name__)
            return True

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()
