"""One sender's messages in order, each with its effects in one transaction; a failure leaves an apology and no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError

from bot.inbox import InboxRow
from bot.memories import Conversation
from bot.sender import Sender
from bot.timers import Timers
from community import residents
from community.residents import Resident
from core import clock
from core.crypto import DataKey
from core.errors import Refused
from core.outbox import OutboxRow
from core.values import Platform
from handlers import texts
from handlers.dialogue import Turn
from handlers.memory import Memory
from handlers.routing import Routed
from tests.house import House


class Stumbling:
    """The real router behind a step that writes something and then fails as often as it is told to."""

    def __init__(self, inner: Any, error: Exception, times: int) -> None:
        self._inner = inner
        self._error = error
        self.left = times
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def route(self, turn: Turn, memory: Memory) -> Routed:
        self.calls += 1
        if self.left:
            self.left -= 1
            await turn.db.execute(update(Resident).where(Resident.id == turn.resident_id).values(grid_code="half-done"))
            raise self._error
        routed: Routed = await self._inner.route(turn, memory)
        return routed


def stumble(house: House, monkeypatch: pytest.MonkeyPatch, error: Exception, times: int = 1) -> Stumbling:
    made = Stumbling(house.service.conversations._router, error, times)
    monkeypatch.setattr(house.service.conversations, "_router", made)
    return made


class Deadlock(Exception):
    """What a driver raises for a transaction that the database gave up."""

    sqlstate = "40P01"


async def count(house: House, *where: Any) -> int:
    async with house.service.database.read() as db:
        return (await db.execute(select(func.count()).select_from(OutboxRow).where(*where))).scalar_one()


async def half_done(house: House) -> int:
    async with house.service.database.read() as db:
        rows = await db.execute(select(func.count()).select_from(Resident).where(Resident.grid_code == "half-done"))
        return rows.scalar_one()


async def told_of_failure(house: House) -> int:
    return await count(house, OutboxRow.kind == "notice.staff", OutboxRow.key.contains("message.failed"))


async def test_a_failure_leaves_an_apology_and_a_word_to_staff(quiet: House, monkeypatch: pytest.MonkeyPatch) -> None:
    stumble(quiet, monkeypatch, RuntimeError("a fault of ours"))
    async with quiet.chat() as chat:
        assert (await chat.say("垃圾没人收")).text == texts.FAILED
        assert await half_done(quiet) == 0
        await Sender(quiet.service).once()
        assert [message.payload["event"] for message in quiet.platform.staff_messages] == ["message.failed"]
        assert "哪里" in (await chat.say("垃圾没人收")).whole


async def test_a_failure_keeps_the_dialogue_where_it_was(quiet: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with quiet.chat() as chat:
        await chat.say("垃圾没人收")
        stumble(quiet, monkeypatch, RuntimeError("a fault of ours"))
        assert (await chat.say("5号楼西侧")).text == texts.FAILED
        assert "报上去" in (await chat.say("5号楼西侧")).whole


async def test_what_passes_by_itself_is_tried_again(quiet: House, monkeypatch: pytest.MonkeyPatch) -> None:
    router = stumble(quiet, monkeypatch, OperationalError("x", {}, Deadlock()), times=2)
    async with quiet.chat() as chat:
        assert "哪里" in (await chat.say("垃圾没人收")).whole
    assert router.calls == 3
    assert await half_done(quiet) == 0


async def test_what_does_not_pass_ends_in_an_apology(quiet: House, monkeypatch: pytest.MonkeyPatch) -> None:
    router = stumble(quiet, monkeypatch, OperationalError("x", {}, Deadlock()), times=9)
    async with quiet.chat() as chat:
        assert (await chat.say("垃圾没人收")).text == texts.FAILED
    assert router.calls == 3


async def test_a_refusal_is_said_and_is_no_failure(quiet: House, monkeypatch: pytest.MonkeyPatch) -> None:
    stumble(quiet, monkeypatch, Refused("activity_full"))
    async with quiet.chat() as chat:
        shown = await chat.say("垃圾没人收")
    assert shown.text
    assert shown.text != texts.FAILED
    assert await half_done(quiet) == 0
    async with quiet.service.database.read() as db:
        assert list((await db.execute(select(InboxRow.failed))).scalars()) == [False]


async def test_a_refusal_that_cannot_be_said_is_a_failure(quiet: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong, the message is done with and the next one has its turn."""
    stumble(quiet, monkeypatch, Refused("activity_full"), times=2)
    monkeypatch.setattr(Stumbling, "refused", unsayable, raising=False)
    async with quiet.chat() as chat:
        assert (await chat.say("垃圾没人收")).text == texts.FAILED
        monkeypatch.undo()
        assert "哪里" in (await chat.say("垃圾没人收")).whole


def unsayable(*_: Any) -> Routed:
    raise Refused("once_more")


async def test_a_talk_is_forgotten_after_a_day(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("垃圾没人收")
        with clock.frozen(clock.now() + timedelta(hours=24, minutes=1)):
            assert "报上去" not in (await chat.say("5号楼西侧")).whole


async def test_the_words_of_an_unfinished_talk_are_wiped_after_a_day(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("垃圾没人收")
        timers = Timers(quiet.service)
        await timers.tick()
        assert await remembered(quiet) == 1
        with clock.frozen(clock.now() + timedelta(hours=24, minutes=1)):
            await timers.tick()
        assert await remembered(quiet) == 0


async def remembered(house: House) -> int:
    async with house.service.database.read() as db:
        rows = await db.execute(select(func.count()).select_from(Conversation).where(Conversation.memory.is_not(None)))
        return rows.scalar_one()


async def test_an_unfinished_talk_is_reminded_of_once(quiet: House) -> None:
    timers = Timers(quiet.service)
    async with quiet.chat() as chat:
        await chat.say("垃圾没人收")
        with clock.frozen(clock.now() + timedelta(minutes=29)):
            await timers.tick()
            assert await count(quiet) == 0
        with clock.frozen(clock.now() + timedelta(minutes=31)):
            await timers.tick()
            await timers.tick()
            assert await count(quiet) == 1
            await Sender(quiet.service).once()
            assert "还差一步" in (await chat.pushed()).whole
            assert "报上去" in (await chat.say("5号楼西侧")).whole


async def test_a_finished_talk_is_not_reminded_of(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("垃圾没人收")
        await chat.say("取消")
        with clock.frozen(clock.now() + timedelta(minutes=31)):
            await Timers(quiet.service).tick()
    assert await count(quiet, OutboxRow.key.startswith("remind:")) == 0


async def test_somebody_erased_does_not_keep_others_from_their_reminder(quiet: House) -> None:
    async with quiet.chat(user="gone") as gone, quiet.chat(user="here") as here:
        await gone.say("垃圾没人收")
        await here.say("垃圾没人收")
        await destroy_key(quiet, gone.identity)
        with clock.frozen(clock.now() + timedelta(minutes=31)):
            await Timers(quiet.service).tick()
            await Sender(quiet.service).once()
            assert "还差一步" in (await here.pushed()).whole


async def destroy_key(house: House, openid: str) -> str:
    """What erasing does to what was said; the identity's id."""
    service = house.service
    async with service.database.write() as db:
        who = await residents.identify(db, service.vault, account="heping", platform=Platform.WECHAT, sender=openid)
        await service.vault.destroy(db, who.key_owner_id)
        await db.execute(delete(DataKey).where(DataKey.owner_id == who.key_owner_id))
    return who.identity_id


async def test_what_nobody_can_read_any_more_does_not_turn_in_circles(quiet: House) -> None:
    """A message that waits under a destroyed key is put aside; the work on it comes to an end."""
    async with quiet.chat() as chat:
        await chat.say("你好")
        async with quiet.service.database.write() as db:
            await db.execute(update(InboxRow).values(done_at=None))
        identity_id = await destroy_key(quiet, chat.identity)
    async with quiet.service.database.read() as db:
        row = (await db.execute(select(InboxRow).where(InboxRow.identity_id == identity_id))).scalars().first()
    assert row is not None
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        await Timers(quiet.service).tick()
        await Timers(quiet.service).tick()
