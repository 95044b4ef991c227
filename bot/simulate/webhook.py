"""How a platform delivers to a webhook: one post, an answer in time, or the same message again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

from bot.simulate.said import Fault, Patience, Unreachable

Made = Callable[[], tuple[dict[str, str], bytes]]


@dataclass(slots=True)
class Webhook:
    """`attempts` counts the posts made so far, repetitions included; `observer` hears of each repetition."""

    http: aiohttp.ClientSession
    url: str
    content_type: str
    patience: Patience = field(default_factory=Patience)
    observer: Callable[[str], None] | None = None
    attempts: int = 0

    async def deliver(self, made: Made) -> bytes:
        """The body of the first answer that comes in time; `made` gives query and body anew for each attempt.

        Raises Fault if none comes or it is no 200, Unreachable if no attempt found a server.
        """
        was_reached = False
        for attempt in range(1 + self.patience.retries):
            if attempt:
                self._tell(f"no answer; sent again, {attempt} of {self.patience.retries}")
                await asyncio.sleep(self.patience.pause_seconds)
            try:
                return await self._post(*made())
            except TimeoutError:
                was_reached = True
            except aiohttp.ClientConnectorError:
                continue
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                was_reached = True
        if not was_reached:
            raise Unreachable(self.url)
        raise Fault(f"no answer within {self.patience.wait_seconds:g} s, sent {1 + self.patience.retries} times")

    async def _post(self, query: dict[str, str], body: bytes) -> bytes:
        self.attempts += 1
        timeout = aiohttp.ClientTimeout(total=self.patience.wait_seconds)
        headers = {"Content-Type": self.content_type}
        async with self.http.post(self.url, params=query, data=body, headers=headers, timeout=timeout) as response:
            answer = await response.read()
        if response.status != 200:
            raise Fault(f"the server answered {response.status}: {answer[:200].decode(errors='replace')}")
        return answer

    def _tell(self, line: str) -> None:
        if self.observer:
            self.observer(line)
