"""One resident as the running platform side knows them: what they did there, and what came for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.simulate.people import Act, Standing
from bot.simulate.platform_api import PlatformSimulator
from bot.simulate.said import Consent, Follow, NotHere, Said, Shown, Unfollow
from core.settings import Account


@dataclass(slots=True)
class AtPlatform:
    """Without a platform side (another simulator has the port) nothing is noted and nothing ever comes."""

    platform: PlatformSimulator | None
    account: Account
    identity: str
    _seen: int = 0

    def note(self, said: Said, act: Act | None) -> None:
        """Before the service hears of it, so that its answer finds the window open."""
        match said:
            case Follow():
                self._standing.follows = True
            case Unfollow():
                self._standing.unfollow()
            case Consent(template_id):
                self._standing.consents[template_id] += 1
        if act is not None:
            self.act(act)

    def act(self, act: Act) -> None:
        self._standing.act(act)

    @property
    def _standing(self) -> Standing:
        if self.platform is None:
            return Standing(self.account.platform)
        return self.platform.state.person(self.account, self.identity)

    def keep(self, content: bytes, content_type: str) -> str:
        """The media id of a file that the resident sent. Raises NotHere without a platform side."""
        if self.platform is None:
            raise NotHere("photos and recordings need the platform side, which runs in the other simulator")
        return self.platform.state.keep(content, content_type)

    async def pushed(self, seconds: float) -> list[Shown]:
        """Messages and notices since the last time, waiting up to `seconds` for the first."""
        if self.platform is None:
            await asyncio.sleep(seconds)
            return []
        state, account = self.platform.state, self.account.name
        await state.wait_until(lambda: len(state.sent_to(account, self.identity)) > self._seen, seconds)
        new = state.sent_to(account, self.identity)[self._seen :]
        self._seen += len(new)
        return [one.shown for one in new]
