"""What may reach a resident outside their own request: 48 hours and five messages, then a notice they agreed to, or
nothing until they write again. The simulator keeps the platform's side of the count and refuses what is too much.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.sender import Sender
from bot.timers import Timers
from community import notices
from core import clock
from core.outbox import OutboxRow
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.test_binding import who

TEMPLATE = "SAMPLE-TEMPLATE-ISSUE"


async def tell(house: House, chat: Chat, *names: str) -> None:
    """News of a report for this resident, one after the other, and one round of the sender for each."""
    person = await who(house, chat)
    for name in names:
        async with house.service.database.write() as db:
            await notices.tell_resident(
                db,
                house.service.vault,
                resident_id=person.resident_id,
                notice="issue_verified",
                facts={"number": "R2611210001"},
                key=name,
            )
        await Sender(house.service).once()


async def states(house: House) -> list[str]:
    async with house.service.database.read() as db:
        return list((await db.execute(select(OutboxRow.state).order_by(OutboxRow.id))).scalars())


async def test_five_messages_and_the_sixth_waits(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
        await tell(quiet, chat, "a", "b", "c", "d", "e", "f")
        assert len(quiet.platform.custom_messages(chat.identity)) == 5
        assert await states(quiet) == ["done"] * 5 + ["held"]
        with clock.frozen(clock.now() + timedelta(minutes=1)):
            await chat.say("你好")
            await Timers(quiet.service).tick()
            await Sender(quiet.service).once()
        assert len(quiet.platform.custom_messages(chat.identity)) == 6
        assert await states(quiet) == ["done"] * 6


async def test_after_two_days_only_an_agreed_notice_goes_and_each_consent_once(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
        await chat.consent(TEMPLATE)
        with clock.frozen(clock.now() + timedelta(hours=48, minutes=1)):
            await tell(quiet, chat, "a", "b")
        assert not quiet.platform.custom_messages(chat.identity)
        assert len(quiet.platform.notices(chat.identity)) == 1
        assert await states(quiet) == ["done", "held"]


async def test_within_the_window_no_consent_is_spent(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
        await chat.consent(TEMPLATE)
        await tell(quiet, chat, "a")
        assert not quiet.platform.notices(chat.identity)
        assert len(quiet.platform.custom_messages(chat.identity)) == 1


async def test_without_consent_nothing_is_even_tried(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
        with clock.frozen(clock.now() + timedelta(hours=48, minutes=1)):
            await tell(quiet, chat, "a")
        assert quiet.platform.calls("message/custom/send") == 0
        assert quiet.platform.calls("subscribe/bizsend") == 0
        assert await states(quiet) == ["held"]
