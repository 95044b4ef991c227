"""One sender's messages in their order, one at a time, across processes; each with its effects in one transaction.

The row of a conversation is the lock. Whoever holds it takes the oldest unanswered message of the identity, lets the
router answer it, and commits memory, effects, outbox rows and reply together. An exception leaves nothing behind but
an apology and a word to the staff, so that one message can never block those after it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import chats, emergencies, events, inbox, memories, moderation, outgoing, standing
from bot.first_messages import FirstMessages
from bot.inbox import Route, Waiting
from bot.standing import Standing
from bot.understanding import Reader
from bot.wakeups import SENDER, Wakeups
from community import notices, photos, residents
from community.residents import Who
from core import clock, logs
from core.crypto import Unreadable, Vault
from core.db import Database, is_transient
from core.errors import AppError
from core.messages import Inbound, InboundKind, Reply
from core.settings import Account, Config
from core.values import Platform
from handlers import texts
from handlers.dialogue import Turn
from handlers.memory import Memory
from handlers.prompt import Prompt
from handlers.routing import Routed, Router

ATTEMPTS: Final = 3
LONGEST_TEXT: Final = 2000

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Finished:
    """A message that is done and committed: its reply, and the way it takes."""

    route: Route
    reply: Reply

    @property
    def passive_reply(self) -> Reply | None:
        """What the waiting delivery is to be answered with, if anything."""
        return None if self.route is Route.OUTBOX or self.reply.is_silent else self.reply


class Conversations:
    """Works off the inbox of an identity; safe to call from any task of any process at any time."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        config: Config,
        *,
        router: Router,
        reader: Reader,
        wakeups: Wakeups,
        first_messages: FirstMessages,
    ) -> None:
        self._database = database
        self._vault = vault
        self._config = config
        self._router = router
        self._reader = reader
        self._wakeups = wakeups
        self._first_messages = first_messages
        self._locks: dict[str, asyncio.Lock] = {}
        self._claims: dict[int, Route] = {}

    async def work(self, who: Who, *, until: int = 0) -> Finished | None:
        """Answer the waiting messages of this identity, oldest first: all, or those up to message `until`.

        What came of that one, if it was answered here; whoever accepted a later one works for it.
        """
        lock = self._locks.setdefault(who.identity_id, asyncio.Lock())
        try:
            async with lock:
                while (progress := await self._one(who)) is not None:
                    if progress.message_id == until:
                        return progress.finished
            return None
        finally:
            if not lock.locked():
                self._locks.pop(who.identity_id, None)

    async def _one(self, who: Who) -> _Progress | None:
        """Answer the oldest waiting message; None when there was none."""
        refused: AppError | None = None
        for attempt in range(1, ATTEMPTS + 1):
            progress = _Progress()
            try:
                return progress if await self._attempt(who, progress, refused) else None
            except inbox.AlreadyFinished:
                return progress
            except Unreadable:
                await self._abandon(who)
                return None
            except Exception as error:  # the boundary: one message must not block those after it
                if refused is None and isinstance(error, AppError):
                    refused = error
                    continue
                if attempt < ATTEMPTS and isinstance(error, DBAPIError) and is_transient(error):
                    continue
                log.exception("message_failed", error=type(error).__name__)
                if not progress.message_id:
                    return None  # not even the message was found: the timers try again
                await self._settle(who, progress.message_id, texts.FAILED, failed=True)
                return progress
        raise AssertionError("unreachable")

    async def _attempt(self, who: Who, progress: _Progress, refused: AppError | None) -> bool:
        """One transaction. With `refused` an attempt before this one was undone: the router says what comes next."""
        async with self._database.write() as db:
            memory = await memories.locked(db, self._vault, who)
            stands = await standing.of(db, self._vault, who)
            if (waiting := stands.waiting) is None:
                return False
            who = stands.who
            progress.message_id = waiting.id
            logs.correlation_id.set(f"m{waiting.id}")
            if refused is None:
                routed = await self._answer(db, stands, waiting, memory)
            else:
                routed = self._router.refused(self._turn(db, who, waiting.id, waiting.said), memory, refused)
            finished = await self._conclude(db, who, waiting, memory, routed)
        progress.finished = finished
        if refused is None and stands.chat is None and stands.case is None:
            self._first_messages.see(who, waiting.said, memory, self._reader)
        await self._wakeups.nudge(SENDER)
        return True

    def is_emergency(self, said: Inbound) -> bool:
        return self._reader.read(said).emergency is not None

    async def answer_emergency(self, who: Who, message_id: int, said: Inbound) -> bool:
        """Answer at once and without the conversation's lock; False when the message is none or was answered."""
        if not self.is_emergency(said):
            return False
        try:
            async with self._database.write() as db:
                who = await residents.current(db, who)
                case = await emergencies.open_case(db, identity_id=who.identity_id)
                reply = await emergencies.consider(self._turn(db, who, message_id, said), case)
                if reply is None:
                    return False
                await self._reply(db, who, message_id, reply)
        except inbox.AlreadyFinished:
            return True
        except Exception as error:  # the boundary: the conversation tries it again in its own way
            log.exception("emergency_failed", error=type(error).__name__)
            return False
        await self._wakeups.nudge(SENDER)
        return True

    def _turn(self, db: AsyncSession, who: Who, message_id: int, said: Inbound) -> Turn:
        return Turn(
            db=db,
            vault=self._vault,
            config=self._config,
            account=self._reader.account(said.account),
            who=who,
            said=said,
            message_key=f"m{message_id}",
            understood=self._reader.read(said),
            understand=self._reader.of_text,
            draft={},
        )

    async def _answer(self, db: AsyncSession, stands: Standing, waiting: Waiting, memory: Memory) -> Routed:
        who, said = stands.who, waiting.said
        turn = self._turn(db, who, waiting.id, said)
        if said.event is not None:
            await events.note(turn, said.event)
        is_free = memory.current is None and stands.chat is None
        if (reply := await emergencies.consider(turn, stands.case, is_free=is_free)) is not None:
            return Routed(reply, memory)
        if len(said.text) > LONGEST_TEXT:
            return Routed(Reply(texts.TOO_LONG), memory)
        if stands.chat is not None:
            has_wish = self._router.has_wish(turn, memory)
            if (reply := await chats.listen(turn, stands.chat, has_wish=has_wish)) is not None:
                return Routed(reply, memory)
        if said.kind is InboundKind.IMAGE and said.platform is Platform.ALIPAY:
            return Routed(Reply(texts.PHOTO_ELSEWHERE), memory)
        if said.kind is InboundKind.IMAGE and said.media is not None:
            turn.media_id = await photos.expect(db, self._vault, who=who, media=said.media)
        started = clock.now()
        routed = await self._router.route(turn, memory)
        await moderation.queue(turn, since=started)
        if routed.to_human:
            await chats.wait_for_worker(turn)
        return routed

    async def _conclude(self, db: AsyncSession, who: Who, waiting: Waiting, before: Memory, routed: Routed) -> Finished:
        finished = await self._reply(db, who, waiting.id, routed.reply)
        if routed.memory != before:
            await memories.keep(db, self._vault, who, routed.memory)
        return finished

    async def _reply(
        self, db: AsyncSession, who: Who, message_id: int, reply: Reply, *, failed: bool = False
    ) -> Finished:
        """Finish a message with its reply. Raises AlreadyFinished, and the caller's transaction must be undone."""
        reply = reply.with_id(f"m{message_id}")
        claimed = self._claims.setdefault(message_id, Route.PASSIVE)
        route = await inbox.finish(
            db, self._vault, who, message_id=message_id, reply=reply, route=claimed, failed=failed
        )
        if route is None:
            raise inbox.AlreadyFinished
        await outgoing.keep_reply(db, self._vault, who, message_id=message_id, reply=reply, route=route)
        return Finished(route, reply)

    async def _abandon(self, who: Who) -> None:
        async with self._database.write() as db:
            await inbox.abandon(db, identity_id=who.identity_id)

    async def _settle(self, who: Who, message_id: int, text: str, *, failed: bool) -> None:
        """The attempt was rolled back: answer with a sentence instead, and let the staff know of a failure."""
        with contextlib.suppress(inbox.AlreadyFinished):
            async with self._database.write() as db:
                await self._reply(db, who, message_id, Reply(text), failed=failed)
                if failed:
                    facts = {"message": message_id}
                    key = str(message_id)
                    await notices.tell_staff(db, event="message.failed", area_code="", facts=facts, key=key)

    async def learn_places(self) -> None:
        """Read the areas' names again, so that places are understood."""
        async with self._database.read() as db:
            await self._reader.learn_places(db)

    def account(self, name: str) -> Account:
        return self._reader.account(name)

    async def offer(self, who: Who, prompt: Prompt) -> bool:
        """Let choices sent between messages wait for an answer; False where a dialogue is waiting for another."""
        async with self._database.write() as db:
            memory = await memories.locked(db, self._vault, who)
            if memory.current is not None:
                return False
            await memories.keep(db, self._vault, who, replace(memory, offer=prompt))
        return True

    async def remind_due(self, *, limit: int) -> int:
        """Remind once of each dialogue that was left unfinished; how many."""
        async with self._database.write() as db:
            return await memories.remind_due(db, self._vault, title_of=self._title, limit=limit)

    def _title(self, dialogue: str) -> str:
        return self._router.dialogues[dialogue].title

    async def expire_due(self, *, limit: int) -> int:
        """Forget what was said in dialogues that nobody finished within their lifetime."""
        async with self._database.write() as db:
            return await memories.expire_due(db, limit=limit)

    def claim_outbox(self, message_id: int) -> bool:
        """The deadline passed: False when this process is just committing the reply as a passive one.

        The claim is needed where SQLite's one writer is busy with that very message; the database decides otherwise.
        """
        return self._claims.setdefault(message_id, Route.OUTBOX) is Route.OUTBOX

    def release_claim(self, message_id: int) -> None:
        self._claims.pop(message_id, None)

    async def say(self, who: Who, message_id: int, text: str) -> None:
        """Answer a message with a sentence and do nothing else with it."""
        await self._settle(who, message_id, text, failed=False)


@dataclass(slots=True)
class _Progress:
    """Which message an attempt was at when it failed, and what came of it if it did not."""

    message_id: int = 0
    finished: Finished | None = None
