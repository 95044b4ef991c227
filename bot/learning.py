"""What every process that answers residents does beside it: follow the version that serves, write down what was read,
and let a version in the shadow read along.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.duties import guarded
from bot.first_messages import FirstMessage, FirstMessages
from bot.understanding import Reader
from bot.wakeups import MODELS, SENDER, Wakeups
from community import notices, teaching
from community.residents import Resident
from community.teaching import Found, Source, readings, versions
from community.teaching.readings import ABSTAINED, Reading
from community.teaching.versions import SHIPPED, VersionUnusable
from core import logs
from core.crypto import Vault
from core.db import Database
from nlp.comparing import decision
from nlp.linear import BrokenModel
from nlp.models import Models
from nlp.packing import unpacked

FAILED: Final = "learning_failed"
LOOK_SECONDS: Final = 10.0
MOST_QUEUED: Final = 50
"""New examples of one look. The queue is short anyway, and a flood of one text is one example."""

MOST_SHADOWED: Final = 100
"""Messages of one look that the shadow model reads as well."""

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Shadow:
    """A version that reads along."""

    number: int
    models: Models


@dataclass(frozen=True, slots=True)
class _Example:
    """A message that a worker should look at, its words with blanks for persons."""

    message: FirstMessage
    source: Source
    text: str


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look found, before anything is written."""

    examples: list[_Example]
    same: int = 0
    different: int = 0


class Learning:
    """Runs until everything stops. `serving` is the version that this process reads with."""

    def __init__(
        self, database: Database, vault: Vault, reader: Reader, wakeups: Wakeups, messages: FirstMessages
    ) -> None:
        self._database = database
        self._vault = vault
        self._reader = reader
        self._wakeups = wakeups
        self._messages = messages
        self._broken: set[int] = set()
        self.serving = SHIPPED
        self.shadow: Shadow | None = None

    async def run(self) -> None:
        while not self._wakeups.is_stopping:
            await self.look()
            await self._wakeups.wait(MODELS, LOOK_SECONDS)
        await guarded(self.write_down, failed=FAILED)

    async def look(self) -> None:
        """One round."""
        await guarded(self.follow, failed=FAILED)
        await guarded(self.write_down, failed=FAILED)

    async def follow(self) -> None:
        """Read with the version that serves and the areas that there are now.

        A version that cannot be read is told of; the one before serves on.
        """
        async with self._database.read() as db:
            wanted = await versions.in_use(db)
            await self._reader.learn_places(db)
        if wanted.serving != self.serving and wanted.serving not in self._broken:
            models = await self._loaded(wanted.serving) if wanted.serving != SHIPPED else None
            if models is not None or wanted.serving == SHIPPED:
                self._reader.use(models)
                self.serving = wanted.serving
                log.info("models_changed", version=wanted.serving)
        await self._follow_shadow(wanted.shadow)

    async def _follow_shadow(self, number: int | None) -> None:
        if number is None:
            self.shadow = None
        elif number not in self._broken and (self.shadow is None or self.shadow.number != number):
            models = await self._loaded(number)
            self.shadow = Shadow(number, models) if models is not None else None

    async def _loaded(self, number: int) -> Models | None:
        """The models of a version, made in another thread; None when they are broken."""
        try:
            async with self._database.read() as db:
                packed = await versions.files(db, number=number)
            return await asyncio.to_thread(unpacked, packed)
        except (BrokenModel, VersionUnusable) as error:
            log.warning("model_broken", version=number, error=str(error))
        self._broken.add(number)
        async with self._database.write() as db:
            facts = {"version": number}
            await notices.tell_staff(db, event="nlp.broken", area_code="", facts=facts, key=f"nlp:{number}")
        await self._wakeups.nudge(SENDER)
        return None

    async def write_down(self) -> None:
        """Count what was read, and queue what was not sure or what the shadow reads otherwise.

        What a database that is away could not take is tried again with the next.
        """
        messages, shadow = self._messages.drain(), self.shadow
        if not messages:
            return
        look = await asyncio.to_thread(_looked, messages, self._reader, shadow)
        try:
            await self._record(messages, look, shadow)
        except (OperationalError, InterfaceError, OSError):
            self._messages.put_back(messages)
            raise

    async def _record(self, messages: Sequence[FirstMessage], look: _Look, shadow: Shadow | None) -> None:
        async with self._database.write() as db:
            areas = await _areas(db, messages)
            await readings.count(db, [Reading(one.day, areas[one], one.seen.intent or ABSTAINED) for one in messages])
            for example in look.examples:
                await teaching.queue(db, self._vault, _found(example, areas[example.message]))
            if shadow is not None:
                await readings.count_shadow(db, version=shadow.number, same=look.same, different=look.different)


def _looked(messages: Sequence[FirstMessage], reader: Reader, shadow: Shadow | None) -> _Look:
    """What is worth a worker's time: what was asked back, and what the shadow model would answer otherwise."""
    unsure = [one for one in messages if one.seen.intent is None]
    read_twice = messages[:MOST_SHADOWED] if shadow is not None else ()
    differing = [
        one
        for one in read_twice
        if shadow is not None and decision(reader.with_models(one.text, shadow.models)) != decision(one.seen)
    ]
    chosen = dict.fromkeys(differing, Source.SHADOW) | dict.fromkeys(unsure, Source.UNCERTAIN)
    wanted = [(one, source) for one, source in chosen.items() if not one.seen.confidential][:MOST_QUEUED]
    examples = [_Example(one, source, teaching.blanked(one.text)) for one, source in wanted]
    return _Look(examples, len(read_twice) - len(differing), len(differing))


async def _areas(db: AsyncSession, messages: Sequence[FirstMessage]) -> dict[FirstMessage, str]:
    """Where the one who wrote lives, or where the account answers."""
    residents = {one.who.resident_id for one in messages}
    rows = await db.execute(select(Resident.id, Resident.area_code).where(Resident.id.in_(residents)))
    homes = {row.id: row.area_code for row in rows}
    return {one: homes.get(one.who.resident_id) or one.account_area for one in messages}


def _found(example: _Example, area_code: str) -> Found:
    seen = example.message.seen
    likeliest = seen.candidates[0] if seen.candidates else None
    return Found(
        source=example.source,
        owner_id=example.message.who.key_owner_id,
        area_code=area_code,
        text=example.text,
        predicted_intent=likeliest.name if likeliest else None,
        predicted_category=seen.category,
        confidence=likeliest.confidence if likeliest else None,
    )
