"""Nudges between tasks and processes: the sender and the poster that there is work, a waiting page that there is news,
all that it is time to stop.

A nudge may be lost: whoever waits also looks by itself after a while. With Redis it crosses processes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core import logs
from core.stopping import cancelled

SENDER: Final = "sender"
POSTER: Final = "poster"
TIMERS: Final = "timers"
MODELS: Final = "models"
TRAINER: Final = "trainer"
CHANNEL: Final = "happy-community:wake"
RECONNECT_SECONDS: Final = 2.0

log = logs.get(__name__)


class Wakeups:
    """Topics are `sender`, `poster`, `timers`, `models`, `trainer` and identity ids."""

    def __init__(self, redis_url: str | None) -> None:
        self.redis: Redis | None = Redis.from_url(redis_url) if redis_url else None
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None
        self.is_stopping = False

    def stop(self) -> None:
        """Nobody waits any longer: loops end after the round they are in.

        They are not cancelled, because a statement that is cut off may leave its SQLite connection closing for ever.
        """
        self.is_stopping = True
        for topic in self._waiting:
            self._wake(topic)

    async def nudge(self, topic: str) -> None:
        """Wake whoever waits for this topic, here and elsewhere."""
        self._wake(topic)
        if self.redis is not None:
            try:
                await self.redis.publish(CHANNEL, topic)
            except RedisError as error:
                log.warning("nudge_lost", error=type(error).__name__)

    async def wait(self, topic: str, seconds: float) -> None:
        """Return when nudged, after that time, or when everything stops."""
        if self.is_stopping:
            return
        if self.redis is not None and self._listener is None:
            self._listener = asyncio.create_task(self._listen(self.redis))
        event = asyncio.Event()
        self._waiting[topic].add(event)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)
        finally:
            self._waiting[topic].discard(event)
            if not self._waiting[topic]:
                del self._waiting[topic]

    def _wake(self, topic: str) -> None:
        for event in self._waiting.get(topic, ()):
            event.set()

    async def _listen(self, redis: Redis) -> None:
        while True:
            try:
                async with redis.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self._wake(message["data"].decode())
            except RedisError as error:
                log.warning("wakeups_disconnected", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def close(self) -> None:
        if self._listener is not None:
            await cancelled(self._listener)
        if self.redis is not None:
            await self.redis.aclose()
