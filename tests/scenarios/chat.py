"""A conversation in a test, over real HTTP, as it reads in the chat:

async with Chat.open(url, account, platform=platform) as chat:
await chat.say("楼道灯坏了")
reply = await chat.choose("1")
assert "上报" in reply.whole
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, Self

import aiohttp

from bot.adapters.wire import BodyFormat
from bot.simulate.conversation import Conversation
from bot.simulate.opening import Resident, open_resident
from bot.simulate.people import DEFAULT_USER
from bot.simulate.platform_api import PlatformSimulator
from bot.simulate.said import (
    Click,
    Consent,
    Follow,
    Patience,
    Photo,
    Place,
    Press,
    Said,
    Scan,
    Shown,
    Text,
    Unfollow,
    Voice,
)
from core.settings import Account

PUSH_SECONDS: Final = 10.0
NOTHING: Final = Shown("")
"""What `say` returns when nothing was answered."""


class Chat:
    """One resident of one account. Faults of the answer are raised, not shown: see `bot.simulate.said`."""

    def __init__(self, resident: Resident, *, push_seconds: float = PUSH_SECONDS) -> None:
        self.resident = resident
        self._conversation = Conversation(resident, name="社区")
        self._push_seconds = push_seconds

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        account: Account,
        *,
        platform: PlatformSimulator | None = None,
        user: str = DEFAULT_USER,
        form: BodyFormat = BodyFormat.XML,
        patience: Patience | None = None,
        push_seconds: float = PUSH_SECONDS,
    ) -> AsyncIterator[Self]:
        """`push_seconds`: how long to wait for an answer that does not come as the answer."""
        async with aiohttp.ClientSession() as http:
            resident = await open_resident(
                account, url, http, user=user, platform=platform, form=form, patience=patience
            )
            yield cls(resident, push_seconds=push_seconds)

    @property
    def transcript(self) -> str:
        return "\n".join(self._conversation.transcript)

    @property
    def identity(self) -> str:
        """The id at the platform, for looking into its records."""
        return self.resident.identity

    async def say(self, text: str) -> Shown:
        """The answer, passive or pushed; NOTHING if there is none in time."""
        return await self.do(Text(text))

    async def choose(self, wanted: str) -> Shown:
        """A choice shown last, by number or label: pressed where there is a button, else typed by its number."""
        shown = next((one for one in reversed(self._conversation.since_said) if one.choices), NOTHING)
        choice = shown.choice(wanted)
        assert choice is not None, f"{wanted!r} is not offered:\n{self.transcript}"
        return await self.do(Press(choice) if shown.has_buttons else Text(choice.id))

    async def photo(self, content: bytes, content_type: str = "image/jpeg") -> Shown:
        return await self.do(Photo(content, content_type))

    async def location(self, lng: float, lat: float, label: str = "") -> Shown:
        return await self.do(Place(lng, lat, label))

    async def voice(self, text: str) -> Shown:
        return await self.do(Voice(text))

    async def follow(self, scene: str = "") -> Shown:
        return await self.do(Follow(scene))

    async def unfollow(self) -> None:
        await self._conversation.send(Unfollow())

    async def scan(self, scene: str) -> Shown:
        return await self.do(Scan(scene))

    async def click(self, key: str) -> Shown:
        return await self.do(Click(key))

    async def consent(self, template_id: str) -> None:
        await self._conversation.send(Consent(template_id))

    async def do(self, said: Said) -> Shown:
        """Anything a resident can do; what was answered, of several things the last."""
        answered = await self._conversation.send(said) or await self._conversation.look(self._push_seconds)
        return answered[-1] if answered else NOTHING

    async def silently(self, said: Said) -> list[Shown]:
        """Do it and wait for no pushed answer: for what nothing is to be said to."""
        return await self._conversation.send(said)

    async def pushed(self, seconds: float = PUSH_SECONDS) -> Shown:
        """The next thing that comes by itself; NOTHING if nothing does."""
        new = await self._conversation.look(seconds)
        return new[-1] if new else NOTHING

    async def until(self, is_it: Callable[[Shown], bool], seconds: float = PUSH_SECONDS) -> Shown:
        """Wait for one thing among what comes by itself, and among what was shown since the last thing said."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            for shown in self._conversation.since_said:
                if is_it(shown):
                    return shown
            left = end - loop.time()
            assert left > 0, f"it did not come:\n{self.transcript}"
            await self._conversation.look(left)

    async def hears(self, words: str, seconds: float = PUSH_SECONDS) -> Shown:
        """Wait until something that contains these words is shown."""
        return await self.until(lambda shown: words in shown.whole, seconds)
