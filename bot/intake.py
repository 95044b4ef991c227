"""The way in, for every platform: identify, accept, answer an emergency at once, let the conversation work, wait.

A passive reply must leave within the budget of its platform. When it cannot, the route of the reply becomes the
outbox, once and for all (`inbox.give_up_passive`), and the platform hears that the message was taken.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from bot import inbox, metrics
from bot.accepting import Accepted, Acceptor, SenderForgotten
from bot.conversations import Conversations, Finished
from bot.inbox import Route
from bot.limits import MESSAGES, Limits
from community import residents
from community.residents import Who
from core import logs
from core.crypto import Vault
from core.db import Database
from core.errors import NotFound
from core.messages import EventKind, Inbound, Reply
from core.settings import Account
from handlers import texts

PASSIVE_SECONDS: Final = 4.0
"""WeChat drops the connection after 5 s (PLATFORMS 1.2); the rest is for the way there and back."""

GIVING_UP_SECONDS: Final = 0.5
"""How long the database may take to hear that a deadline passed; a busy SQLite hears of it later."""

KNOWN: Final = 20_000
STOPPING_SECONDS: Final = 20.0

T = TypeVar("T")

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What to say now: a reply, or None because there is nothing to say or it comes by the outbox."""

    reply: Reply | None
    message_id: int


class Intake:
    def __init__(
        self, database: Database, vault: Vault, conversations: Conversations, acceptor: Acceptor, limits: Limits
    ) -> None:
        self._database = database
        self._vault = vault
        self._conversations = conversations
        self._acceptor = acceptor
        self._limits = limits
        self._known: dict[tuple[str, str], Who] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def take(
        self, said: Inbound, account: Account, *, route: Route | None = None, budget_seconds: float = PASSIVE_SECONDS
    ) -> Taken:
        """Accept one message and return its reply if that is ready within the budget.

        `route=Route.OUTBOX` is for platforms without passive replies: returns as soon as the message is safe.
        """
        metrics.messages.labels(said.platform.value).inc()
        with metrics.answer_seconds.time():
            return await self._take(said, account, route, time.monotonic() + budget_seconds)

    async def _take(self, said: Inbound, account: Account, route: Route | None, deadline: float) -> Taken:
        accepted = await self._accept(said, account, route)
        who = accepted.who
        work = self._spawn(self._work(who, accepted.id, said, is_new=accepted.is_new))
        if route is Route.OUTBOX:
            return Taken(None, accepted.id)
        if not accepted.is_new and (known := await self._known_reply(who, accepted.id)) is not None:
            return known
        await asyncio.wait({work}, timeout=max(deadline - time.monotonic(), 0.0))
        if work.done() and not work.exception() and (finished := work.result()) is not None:
            return Taken(finished.passive_reply, accepted.id)
        if not work.done() and await self._gave_up(accepted.id):
            return Taken(None, accepted.id)
        return await self._known_reply(who, accepted.id) or Taken(None, accepted.id)

    async def _accept(self, said: Inbound, account: Account, route: Route | None) -> Accepted:
        who = await self.identify(said, account)
        try:
            return await self._acceptor.accept(said, who, route=route)
        except SenderForgotten:
            self._known.pop((said.account, said.sender), None)
        return await self._acceptor.accept(said, await self.identify(said, account), route=route)

    async def identify(self, said: Inbound, account: Account) -> Who:
        """The sender's identity. What may change (whose resident it is) is read again when the message is answered."""
        known = self._known.get((said.account, said.sender))
        if known is not None:
            return known
        async with self._database.write() as db:
            who = await residents.identify(
                db,
                self._vault,
                account=said.account,
                platform=said.platform,
                sender=said.sender,
                alternate=said.alternate_sender,
                area_code=account.area,
            )
        if len(self._known) >= KNOWN:
            self._known.clear()
        self._known[said.account, said.sender] = who
        return who

    async def resume(self, identity_id: str) -> None:
        """Work off what a crash left behind."""
        try:
            async with self._database.read() as db:
                who = await residents.identity(db, self._vault, identity_id=identity_id)
        except NotFound:  # erased meanwhile
            async with self._database.write() as db:
                await inbox.abandon(db, identity_id=identity_id)
            return
        await self._conversations.work(who)

    async def stop(self) -> None:
        """Let running work finish; what does not in time is resumed by whoever starts next."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=STOPPING_SECONDS)

    async def _work(self, who: Who, message_id: int, said: Inbound, *, is_new: bool) -> Finished | None:
        try:
            return await self._answer(who, message_id, said, is_new=is_new)
        finally:
            self._conversations.release_claim(message_id)

    async def _answer(self, who: Who, message_id: int, said: Inbound, *, is_new: bool) -> Finished | None:
        """What came of the message, if it is known here; the database knows it in any case."""
        if is_new:
            if await self._conversations.answer_emergency(who, message_id, said):
                return None
            is_message = said.event is None or said.event.kind is EventKind.CLICK
            if is_message and not await self._limits.allows(MESSAGES, f"identity:{who.identity_id}"):
                await self._conversations.say(who, message_id, texts.TOO_FAST)
                return None
        return await self._conversations.work(who, until=message_id)

    async def _known_reply(self, who: Who, message_id: int) -> Taken | None:
        """The stored answer of a message; None while it is running and may still be answered passively."""
        async with self._database.read() as db:
            answered = await inbox.answered(db, self._vault, who, message_id=message_id)
        if answered.route is Route.OUTBOX:
            return Taken(None, message_id)
        return Taken(answered.reply, message_id) if answered.done else None

    async def _gave_up(self, message_id: int) -> bool:
        """Whether the reply takes the outbox from now on: claimed here, and set in the database for everybody."""
        if not self._conversations.claim_outbox(message_id):
            return False
        setting = self._spawn(self._set_outbox(message_id))
        await asyncio.wait({setting}, timeout=GIVING_UP_SECONDS)
        return setting.result() if setting.done() else True

    async def _set_outbox(self, message_id: int) -> bool:
        async with self._database.write() as db:
            return await inbox.give_up_passive(db, message_id=message_id)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Work goes on when the platform hangs up."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("work_failed", error=type(error).__name__, exc_info=error)
