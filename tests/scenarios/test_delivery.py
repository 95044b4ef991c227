"""What a platform may do with one message: deliver it twice, at once, late, while it is slow. One effect, one reply."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.adapters.wire import text_of
from bot.inbox import InboxRow
from bot.simulate.api_resident import ApiResident
from bot.simulate.said import Patience
from bot.simulate.wechat_wire import WeChatWire
from community.issues.models import Issue
from handlers.dialogue import Turn
from handlers.memory import Memory
from handlers.routing import Routed
from tests.house import House


class Slow:
    """A router that takes its time before it answers, as an overloaded machine would."""

    def __init__(self, inner: Any, seconds: float) -> None:
        self._inner = inner
        self._seconds = seconds
        self.dialogues = inner.dialogues
        self.calls = 0

    async def route(self, turn: Turn, memory: Memory) -> Routed:
        self.calls += 1
        await asyncio.sleep(self._seconds)
        routed: Routed = await self._inner.route(turn, memory)
        return routed


def slow_down(house: House, monkeypatch: pytest.MonkeyPatch, seconds: float) -> Slow:
    slow = Slow(house.service.conversations._router, seconds)
    monkeypatch.setattr(house.service.conversations, "_router", slow)
    return slow


async def deliver(house: House, openid: str, text: str, message_id: str) -> str:
    """One plain delivery, signed and encrypted as WeChat does; the decrypted text of the answer."""
    account = house.service.config.account("heping")
    assert account is not None
    wire = WeChatWire(account)
    fields = {"CreateTime": 1700000000, "MsgType": "text", "Content": text, "MsgId": message_id}
    query, body = wire.delivery(fields, sender=openid)
    async with house.http.post(f"{house.url}/wechat/heping", params=query, data=body) as answer:
        opened = wire.opened(await answer.read(), sender=openid)
    return text_of(opened, "Content") if opened else ""


async def issues_in(house: House) -> int:
    async with house.service.database.read() as db:
        return (await db.execute(select(func.count()).select_from(Issue))).scalar_one()


async def test_slow_answer_comes_once_as_a_message(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler of 6 s and three deliveries: one run, no passive reply, one customer-service message."""
    slow = slow_down(house, monkeypatch, 6.0)
    async with house.chat(patience=Patience(wait_seconds=3.0, retries=2)) as chat:
        shown = await chat.say("你好")
        assert "您好" in shown.whole
        await asyncio.sleep(1.0)
        sent = house.platform.custom_messages(chat.identity)
    assert slow.calls == 1
    assert len(sent) == 1


async def test_many_deliveries_at_once_are_one_message(house: House) -> None:
    """Ten simultaneous deliveries of the confirming message file one report; all get the same reply."""
    before = await issues_in(house)
    async with house.chat() as chat:
        await chat.say("3号楼2单元的楼道灯坏了")
        replies = await asyncio.gather(*(deliver(house, chat.identity, "1", "77000000000000001") for _ in range(10)))
    assert len(set(replies)) == 1
    assert "编号R" in replies[0]
    assert await issues_in(house) == before + 1


async def test_messages_of_one_sender_keep_their_order(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three messages that are accepted while the first is still being answered are answered one after another."""
    slow_down(house, monkeypatch, 0.5)
    async with house.chat("web") as chat:
        assert isinstance(chat.resident, ApiResident)
        headers = {"Authorization": f"Bearer {chat.resident.token}"}

        async def post(number: int, text: str) -> Any:
            body = {"id": f"n{number}", "type": "text", "text": text}
            async with house.http.post(f"{house.url}/api/v1/messages", json=body, headers=headers) as answer:
                return await answer.json()

        before, posts = await accepted_in(house), []
        for number, text in enumerate(("垃圾没人收", "5号楼西侧", "1"), start=1):
            posts.append(asyncio.create_task(post(number, text)))
            while await accepted_in(house) < before + number:  # noqa: ASYNC110  the database has no event to wait for
                await asyncio.sleep(0.01)
        answers = await asyncio.gather(*posts)
    assert "编号R" in answers[2]["replies"][0]["text"]


async def accepted_in(house: House) -> int:
    async with house.service.database.read() as db:
        return (await db.execute(select(func.count()).select_from(InboxRow))).scalar_one()
