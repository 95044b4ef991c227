"""Emergencies answer first, in any state, and say truthfully how far the call for help got."""

from __future__ import annotations

import asyncio

import pytest

from bot.memories import Conversation
from core.db import Database
from core.settings import Config
from tests.house import House, running


async def test_the_number_comes_first(house: House) -> None:
    async with house.chat() as chat:
        first = await chat.say("3号楼着火了，好大的烟")
        assert first.text.startswith("请马上打119")
        assert "正在通知值班人员" in first.whole
        assert len(first.text.splitlines()) <= 3
        assert await house.platform.until(lambda: len(house.platform.pages) == 1)


async def test_in_the_middle_of_anything(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("垃圾没人收")
        assert "119" in (await chat.say("我家厨房起火了")).whole
        assert "受伤" in (await chat.say("6号楼3单元")).whole
        await chat.say("没有")
        issues = await house.admin("GET", "/issues?limit=1")
        assert issues["items"][0]["emergency"] == "fire"
        assert issues["items"][0]["urgency"] == 3


async def test_without_the_conversations_lock(house: House) -> None:
    """Somebody else's transaction holds the conversation: the emergency is answered all the same."""
    async with house.chat() as chat:
        await chat.say("你好")
        async with held(house.service.database, chat.identity):
            answered = await asyncio.wait_for(chat.say("快来人，有人触电了"), 3.5)
        assert "120" in answered.whole


class held:  # noqa: N801  reads like a word in `async with`
    """Holds every conversation's row on PostgreSQL; SQLite has no such lock to hold."""

    def __init__(self, database: Database, _identity: str) -> None:
        self._database = database

    async def __aenter__(self) -> None:
        self._manager = self._database.write() if not self._database.is_sqlite else self._database.read()
        session = await self._manager.__aenter__()
        from sqlalchemy import select  # noqa: PLC0415

        query = select(Conversation)
        await session.execute(query if self._database.is_sqlite else query.with_for_update())

    async def __aexit__(self, *_: object) -> None:
        await self._manager.__aexit__(None, None, None)


@pytest.mark.parametrize("text", ["明天下午消防演习吗", "去年我家着过火"])
async def test_doubt_asks_one_question_beside_the_number(house: House, text: str) -> None:
    async with house.chat() as chat:
        shown = await chat.say(text)
        if shown.choices and "正在发生" in shown.choices[0].label:
            assert "119" in shown.text
            await chat.choose("2")
        assert not house.platform.pages


async def test_a_doubt_confirmed_is_an_emergency(house: House) -> None:
    async with house.chat() as chat:
        shown = await chat.say("去年我家着过火")
        assert "119" in shown.text
        assert "正在通知值班人员" in (await chat.choose("1")).whole


async def test_nobody_on_duty_is_said(
    database_url: str, tmp_path_factory: pytest.TempPathFactory, redis_url: str | None
) -> None:
    def without_duty(config: Config) -> Config:
        return config.model_copy(update={"duty": ()})

    var = tmp_path_factory.mktemp("no-duty")
    async with (
        running(database_url, var, redis_url=redis_url, adjust=without_duty) as house,
        house.chat() as chat,
    ):
        shown = await chat.say("着火了")
        assert "正在通知" not in shown.whole
        assert "请一定先打" in shown.whole


async def test_words_after_the_last_question_reach_whoever_comes(quiet: House) -> None:
    async with quiet.chat() as chat:
        for words in ("6号楼3单元着火了", "没有人受伤"):
            await chat.say(words)
        assert "119" in (await chat.say("火已经到三楼了")).whole
        assert "119" not in (await chat.say("谢谢你们")).whole
        assert "积分可用" in (await chat.say("我的积分")).whole
        number = (await quiet.admin("GET", "/issues?limit=1"))["items"][0]["number"]
        assert "火已经到三楼了" in str(await quiet.admin("GET", f"/issues/{number}"))
