"""What the simulated platforms remember: people, messages sent to them, files, pages, calls."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.simulate.faults import Faults
from bot.simulate.people import Standing
from bot.simulate.said import Shown, Way
from core import clock
from core.settings import Account, Config

Observer = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message or notice that the service had delivered to a resident; `payload` as it came."""

    account: str
    recipient: str
    shown: Shown
    payload: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class StaffMessage:
    """What came to a duty or staff webhook; `payload` as it came."""

    path: str
    payload: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    content_type: str


@dataclass(slots=True)
class PlatformState:
    """`observer` hears in a line each what a resident's screen does not show."""

    config: Config
    observer: Observer | None = None
    faults: Faults = field(default_factory=Faults)
    delay_seconds: float = 0.0
    sent: list[Sent] = field(default_factory=list)
    pages: list[StaffMessage] = field(default_factory=list)
    staff_messages: list[StaffMessage] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    files: dict[str, File] = field(default_factory=dict)
    menus: dict[str, list[Any]] = field(default_factory=dict)
    used_codes: set[str] = field(default_factory=set)
    _people: dict[tuple[str, str], Standing] = field(default_factory=dict)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def account_of(self, app_id: str) -> Account | None:
        return next((account for account in self.config.accounts if app_id and account.app_id == app_id), None)

    def person(self, account: Account, identity: str) -> Standing:
        """What the platform keeps of this person towards this account; somebody new follows it and has done nothing."""
        return self._people.setdefault((account.name, identity), Standing(account.platform))

    def tell(self, line: str) -> None:
        if self.observer:
            self.observer(line)

    def keep(self, content: bytes, content_type: str) -> str:
        """The media id under which `media/get` serves it."""
        media_id = secrets.token_urlsafe(24)
        self.files[media_id] = File(content, content_type)
        return media_id

    async def deliver(self, account: Account, recipient: str, shown: Shown, payload: Mapping[str, Any]) -> None:
        self.sent.append(Sent(account.name, recipient, shown, payload, clock.now()))
        await self.announce()

    async def announce(self) -> None:
        """Wake whoever waits for something to come."""
        async with self._news:
            self._news.notify_all()

    def sent_to(self, account: str, recipient: str) -> list[Sent]:
        return [one for one in self.sent if one.account == account and one.recipient == recipient]

    async def wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether the condition came true in time; looked at whenever something arrives."""
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(condition)
        except TimeoutError:
            return condition()
        return True

    def messages(self, recipient: str | None, *ways: Way) -> list[Sent]:
        return [one for one in self.sent if one.shown.way in ways and recipient in (None, one.recipient)]
