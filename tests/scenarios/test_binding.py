"""One resident by two ways: bound by a code through the chat; unfollowing, following again, and being forgotten."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.sender import Sender
from bot.timers import Timers
from bot.transcripts import history
from community import notices, privacy, residents
from community.residents import Identity, Resident, Who
from core import clock
from core.crypto import DataKey
from core.errors import NotFound
from core.values import Platform
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.test_api import api, reported
from tests.scenarios.test_bad_input_api import Visitor


async def who(house: House, chat: Chat, account: str = "heping", platform: Platform = Platform.WECHAT) -> Who:
    async with house.service.database.write() as db:
        return await residents.identify(
            db, house.service.vault, account=account, platform=platform, sender=chat.identity
        )


async def bind(first: Chat, second: Chat) -> str:
    """Shown the code in one chat, typed in the other; what the second is told."""
    shown = await first.say("绑定支付宝")
    code = re.search(r"\d{4} \d{4}", shown.whole)
    assert code, first.transcript
    await second.say("我有绑定码")
    return (await second.say(code[0])).whole


async def test_wechat_and_alipay_become_one_resident(house: House) -> None:
    async with house.chat("heping") as wechat, house.chat("heping-alipay") as alipay:
        number = await reported(wechat)
        await alipay.say("你好")
        assert "绑定好了" in await bind(wechat, alipay)
        one = await who(house, wechat)
        other = await who(house, alipay, "heping-alipay", Platform.ALIPAY)
        assert one.resident_id == other.resident_id, f"{wechat.transcript}\n{alipay.transcript}"
        assert number in (await alipay.say("我的上报")).whole


async def resident(house: House, resident_id: str) -> Resident:
    async with house.service.database.read() as db:
        return await residents.get(db, resident_id=resident_id)


async def notify(house: House, resident_id: str, key: str) -> None:
    async with house.service.database.write() as db:
        await notices.tell_resident(
            db, house.service.vault, resident_id=resident_id, notice="chat_answer", facts={"text": "好"}, key=key
        )
    await Sender(house.service).once()


async def test_who_unfollows_is_told_nothing_more_and_forgotten_in_time(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
        person = await who(quiet, chat)
        await notify(quiet, person.resident_id, "before")
        assert len(quiet.platform.custom_messages(chat.identity)) == 1
        await chat.unfollow()
        calls = quiet.platform.calls("custom/send")
        await notify(quiet, person.resident_id, "after")
        assert quiet.platform.calls("custom/send") == calls, "not even tried"
    due = (await resident(quiet, person.resident_id)).erase_at
    assert due is not None
    assert timedelta(days=29) < due - clock.now() <= timedelta(days=30)
    await slow_tick(quiet, due + timedelta(minutes=1))
    assert (await resident(quiet, person.resident_id)).erased_at is not None


async def test_following_again_calls_it_off(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
        person = await who(quiet, chat)
        await chat.unfollow()
        await chat.follow()
        assert (await resident(quiet, person.resident_id)).erase_at is None
        await notify(quiet, person.resident_id, "again")
        assert quiet.platform.custom_messages(chat.identity)


async def slow_tick(house: House, moment: datetime | None = None) -> None:
    with clock.frozen(moment or clock.now() + timedelta(seconds=1)):
        await Timers(house.service).slow_tick()


async def test_open_cases_put_an_erasure_off(quiet: House) -> None:
    async with quiet.chat() as chat:
        number = await reported(chat)
        person = await who(quiet, chat)
        await chat.unfollow()
        await slow_tick(quiet, clock.now() + timedelta(days=31))
        assert (await resident(quiet, person.resident_id)).erased_at is None
        await quiet.admin("POST", f"/issues/{number}/reject", json={"reason": "不在本社区"})
        await slow_tick(quiet, clock.now() + timedelta(days=31))
        assert (await resident(quiet, person.resident_id)).erased_at is not None


async def test_who_asks_to_be_forgotten_is(quiet: House) -> None:
    """`DELETE /me`: within one run of the timers the key is gone, and with it every word; the session ends."""
    async with quiet.chat("web") as chat:
        await chat.say("你好，我家在3号楼")
        visitor = Visitor(quiet, api(chat).token)
        _, exported = await visitor.call("GET", "/api/v1/me/export")
        sender = exported["identities"][0]["sender"]
        person = await identity_of(quiet, sender)
        status, answer = await visitor.call("DELETE", "/api/v1/me")
        assert (status, answer["open_cases"]) == (202, {})
        await slow_tick(quiet)
        assert (await visitor.call("GET", "/api/v1/me"))[0] == 401
        assert (await visitor.say(id="m9", type="text", text="还在吗"))[0] == 401
    database, vault = quiet.service.database, quiet.service.vault
    async with database.read() as db:
        assert (await db.execute(select(DataKey).where(DataKey.owner_id == person.key_owner_id))).first() is None
        row = (await db.execute(select(Identity).where(Identity.id == person.identity_id))).scalar_one()
        assert row.sender == b""
        try:
            lines = await history(db, vault, identity_id=person.identity_id)
        except NotFound:
            lines = []
        assert lines == []


async def identity_of(house: House, sender: str) -> Who:
    async with house.service.database.read() as db:
        found = await residents.find(db, house.service.vault, account="web", sender=sender)
    assert found is not None
    return found


async def test_who_was_forgotten_and_writes_again_is_somebody_new(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("你好")
        before = await who(quiet, chat)
        async with quiet.service.database.write() as db:
            await privacy.request_erasure(db, resident_id=before.resident_id)
        await slow_tick(quiet)
        assert (await chat.say("你好")).text
        after = await who(quiet, chat)
    assert after.identity_id != before.identity_id
    assert after.resident_id != before.resident_id
