"""Photos sent to a worker: fetched, shown to whoever may read the resident's words, and gone with the messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.chat_photos import ChatPhoto
from bot.sender import Sender
from bot.timers import Timers
from community.photos import Photo
from core import clock
from core.db import Base
from core.errors import NotFound
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.test_human import waiting_chat
from tests.scenarios.test_report import photo


async def showed(house: House, chat: Chat) -> str:
    """A resident in a chat sends a photo; the id of the chat."""
    await chat.say("人工")
    await chat.photo(photo())
    await Sender(house.service).once()
    return await waiting_chat(house)


async def messages(house: House, chat_id: str, role: str = "admin") -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = (await house.admin("GET", f"/chats/{chat_id}", role=role))["messages"]
    return shown


async def rows(house: House, table: type[Base]) -> int:
    async with house.service.database.read() as db:
        return (await db.execute(select(func.count()).select_from(table))).scalar_one()


@pytest.mark.alike("account")
@pytest.mark.parametrize("account", ["heping", "web"])
async def test_the_worker_sees_the_photo_in_the_chat(quiet: House, account: str) -> None:
    async with quiet.chat(account) as chat:
        chat_id = await showed(quiet, chat)
        urls = [line["photo_url"] for line in await messages(quiet, chat_id, role="desk")]
    (url,) = [url for url in urls if url]
    async with quiet.http.get(url) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")


async def test_a_message_without_a_photo_takes_none(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("人工")
        chat_id = await waiting_chat(quiet)
        assert [line["photo_url"] for line in await messages(quiet, chat_id)] == [None, None]
    assert await rows(quiet, ChatPhoto) == await rows(quiet, Photo) == 0


async def test_after_thirty_days_it_is_gone_with_the_messages(quiet: House) -> None:
    async with quiet.chat() as chat:
        await showed(quiet, chat)
    async with quiet.service.database.read() as db:
        sha256 = (await db.execute(select(Photo.sha256))).scalar_one() or ""
    for days, left in ((29, 1), (31, 0)):
        with clock.frozen(clock.now() + timedelta(days=days)):
            await Timers(quiet.service).slow_tick()
            while await Sender(quiet.service).once():
                pass
        assert (await rows(quiet, ChatPhoto), await rows(quiet, Photo)) == (left, left)
    with pytest.raises(NotFound):
        await quiet.service.media.read(sha256)


async def test_a_photo_of_a_report_stays(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("3号楼2单元的楼道灯坏了")
        await chat.choose("1")
        await chat.photo(photo())
        await Sender(quiet.service).once()
    with clock.frozen(clock.now() + timedelta(days=31)):
        await Timers(quiet.service).slow_tick()
    assert await rows(quiet, Photo) == 1
