"""Photos sent to a worker: fetched, shown to whoever may read the resident's words, and gone with the messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import chat_photos
from bot.chat_photos import ChatPhoto
from bot.inbox import PURPOSE_BODY, InboxRow
from bot.sender import Sender
from bot.timers import Timers
from community import residents
from community.photos import Photo
from core import clock
from core.crypto import unseal
from core.db import Base
from core.errors import NotFound
from core.messages import Inbound
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.test_human import waiting_chat
from tests.scenarios.test_report import photo


async def showed(house: House, chat: Chat) -> str:
    """A resident in a chat sends a photo; the id of the chat."""
    await chat.say("人工")
    await chat.photo(photo())
    await take(house)
    await Sender(house.service).once()
    return await waiting_chat(house)


async def take(house: House) -> None:
    """Take up the photo of the newest message, where the conversation has not done so itself."""
    service = house.service
    async with service.database.write() as db:
        row = (await db.execute(select(InboxRow).order_by(InboxRow.id.desc()).limit(1))).scalar_one()
        who = await residents.identity(db, service.vault, identity_id=row.identity_id)
        opened = unseal(await service.vault.key(db, who.key_owner_id), PURPOSE_BODY, row.body)
        said = Inbound.from_json(json.loads(opened), sender=who.sender)
        if await db.get(ChatPhoto, f"m{row.id}") is None:
            await chat_photos.take(service.conversations._turn(db, who, row.id, said))


async def messages(house: House, chat_id: str, role: str = "admin") -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = (await house.admin("GET", f"/chats/{chat_id}", role=role))["messages"]
    return shown


async def rows(house: House, table: type[Base]) -> int:
    async with house.service.database.read() as db:
        return (await db.execute(select(func.count()).select_from(table))).scalar_one()


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
        await take(quiet)
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
