"""What comes due by the clock: talks left by a crash, messages that waited, chats that nobody took, erasures."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from bot.inbox import InboxRow
from bot.sender import Sender
from bot.simulate.said import Text
from bot.timers import Timers
from community import notices, residents
from community.residents import Resident, Who
from core import clock
from core.messages import Inbound, InboundKind
from core.outbox import OutboxRow
from core.values import Platform
from tests.house import House


async def identity(house: House, openid: str) -> Who:
    async with house.service.database.write() as db:
        return await residents.identify(
            db, house.service.vault, account="heping", platform=Platform.WECHAT, sender=openid
        )


async def left_behind(house: House, openid: str, text: str) -> Who:
    """A message that was accepted by a process which died before it answered."""
    who = await identity(house, openid)
    said = Inbound(
        account="heping",
        platform=Platform.WECHAT,
        sender=openid,
        dedupe_key=f"{openid}:{text}",
        kind=InboundKind.TEXT,
        sent_at=clock.now(),
        text=text,
    )
    await house.service.intake._acceptor.accept(said, who)
    return who


async def tick(house: House, **later: float) -> None:
    with clock.frozen(clock.now() + timedelta(**later)):
        await Timers(house.service).tick()


async def slow_tick(house: House, **later: float) -> None:
    with clock.frozen(clock.now() + timedelta(**later)):
        await Timers(house.service).slow_tick()


async def send(house: House, **later: float) -> None:
    with clock.frozen(clock.now() + timedelta(**later)):
        await Sender(house.service).once()


async def test_what_a_crash_left_is_answered_by_the_outbox(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
        await left_behind(quiet, chat.identity, "垃圾没人收")
        await tick(quiet)
        assert await unanswered(quiet) == 1, "the platform may still be waiting for it"
        await tick(quiet, seconds=20)
        assert await unanswered(quiet) == 0
        await send(quiet, seconds=25)
        assert "哪里" in (await chat.pushed()).whole
        await tick(quiet, seconds=40)
        await send(quiet, seconds=45)
    assert len(quiet.platform.custom_messages(chat.identity)) == 1


async def unanswered(house: House) -> int:
    async with house.service.database.read() as db:
        return len(list((await db.execute(select(InboxRow.id).where(InboxRow.done_at.is_(None)))).scalars()))


async def test_one_that_cannot_be_read_does_not_keep_others_waiting(quiet: House) -> None:
    gone = await left_behind(quiet, "o" + "g" * 27, "你好")
    await left_behind(quiet, "o" + "h" * 27, "你好")
    async with quiet.service.database.write() as db:
        await quiet.service.vault.destroy(db, gone.key_owner_id)
    await tick(quiet, seconds=20)
    async with quiet.service.database.read() as db:
        rows = await db.execute(
            select(InboxRow.identity_id).where(InboxRow.done_at.is_(None), InboxRow.identity_id != gone.identity_id)
        )
        assert list(rows.scalars()) == []


async def test_what_is_held_leaves_when_the_resident_writes(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
        who = await identity(quiet, chat.identity)
        with clock.frozen(clock.now() + timedelta(days=3)):
            async with quiet.service.database.write() as db:
                await notices.tell_resident(
                    db,
                    quiet.service.vault,
                    resident_id=who.resident_id,
                    notice="chat_answer",
                    facts={"text": "您的灯修好了"},
                    key="test",
                )
            await Sender(quiet.service).once()
            assert await states(quiet) == ["held"]
            await Timers(quiet.service).tick()
            assert await states(quiet) == ["held"], "nothing happened since"
        with clock.frozen(clock.now() + timedelta(days=3, minutes=1)):
            await chat.say("你好")
            await Timers(quiet.service).tick()
            assert await states(quiet) == ["pending"]
            await Sender(quiet.service).once()
            assert "您的灯修好了" in (await chat.pushed()).whole


async def states(house: House) -> list[str]:
    async with house.service.database.read() as db:
        return list((await db.execute(select(OutboxRow.state))).scalars())


async def test_a_chat_that_nobody_took_is_closed_and_the_resident_told(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("人工")
        await chat.say("有人吗")
        await slow_tick(quiet, minutes=29)
        assert await chat.silently(Text("还在吗")) == [], "the bot is quiet meanwhile"
        await slow_tick(quiet, minutes=31)
        await send(quiet, minutes=32)
        assert (await chat.pushed()).text
        assert "哪里" in (await chat.say("垃圾没人收")).whole


async def test_an_erasure_that_is_due_is_done(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
    who = await identity(quiet, chat.identity)
    async with quiet.service.database.write() as db:
        await db.execute(
            update(Resident).where(Resident.id == who.resident_id).values(erase_at=clock.now() + timedelta(days=1))
        )
    await slow_tick(quiet)
    assert await erased(quiet, who) is False
    await slow_tick(quiet, days=2)
    assert await erased(quiet, who) is True


async def erased(house: House, who: Who) -> bool:
    async with house.service.database.read() as db:
        at = (await db.execute(select(Resident.erased_at).where(Resident.id == who.resident_id))).scalar_one()
    return at is not None


async def test_old_messages_are_forgotten_after_thirty_days(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
    await slow_tick(quiet, days=29)
    assert await kept(quiet) == 1
    await slow_tick(quiet, days=31)
    assert await kept(quiet) == 0


async def kept(house: House) -> int:
    async with house.service.database.read() as db:
        return len(list((await db.execute(select(InboxRow.id))).scalars()))
