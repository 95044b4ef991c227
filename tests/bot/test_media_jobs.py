"""Files of photos come and go with their rows, whatever is interrupted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.sender import Sender
from bot.timers import Timers
from community import photo_files, photos, residents
from core import clock
from core.errors import NotFound
from core.outbox import OutboxRow
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.test_report import photo


async def files(house: House) -> list[str]:
    """Names of all stored files that rows know of."""
    async with house.service.database.read() as db:
        rows = await db.execute(select(photos.Photo.sha256).where(photos.Photo.sha256.is_not(None)))
        return [str(sha256) for sha256 in rows.scalars()]


async def showed(house: House, chat: Chat) -> str:
    """The file of a photo that a resident sent."""
    await chat.photo(photo())
    await Sender(house.service).once()
    (sha256,) = await files(house)
    return sha256


async def erase(house: House, chat: Chat) -> None:
    database, vault = house.service.database, house.service.vault
    async with database.write() as db:
        who = await residents.find(db, vault, account="heping", sender=chat.identity)
        assert who is not None
        row = await residents.get(db, resident_id=who.resident_id)
        row.erase_at = clock.now()
    await Timers(house.service).slow_tick()


async def send(house: House, **later: float) -> None:
    with clock.frozen(clock.now() + timedelta(**later)):
        while await Sender(house.service).once():
            pass


async def test_the_file_goes_with_its_resident(quiet: House) -> None:
    async with quiet.chat() as chat:
        sha256 = await showed(quiet, chat)
        await erase(quiet, chat)
    assert await quiet.service.media.read(sha256), "the order is committed; the file goes afterwards"
    await send(quiet, hours=1)
    with pytest.raises(NotFound):
        await quiet.service.media.read(sha256)


async def test_the_file_stays_when_somebody_shows_the_same_before_it_is_gone(quiet: House) -> None:
    async with quiet.chat(user="first") as chat, quiet.chat(user="second") as other:
        sha256 = await showed(quiet, chat)
        await erase(quiet, chat)
        assert await showed(quiet, other) == sha256
    await send(quiet, hours=1)
    assert await quiet.service.media.read(sha256)


async def test_a_file_stored_in_this_moment_is_looked_at_again(quiet: House) -> None:
    stored = await quiet.service.media.put(photo("green"))
    async with quiet.service.database.write() as db:
        await photo_files.let_go(db, sha256s=[stored.sha256])
    await send(quiet)
    assert await quiet.service.media.read(stored.sha256)
    await send(quiet, hours=1)
    with pytest.raises(NotFound):
        await quiet.service.media.read(stored.sha256)


async def test_a_photo_that_arrives_after_the_erasure_leaves_no_file(quiet: House) -> None:
    """The download was under way when its resident was erased."""
    async with quiet.chat() as chat:
        await chat.photo(photo("blue"))
        async with quiet.service.database.write() as db:
            await db.execute(delete(photos.Photo))
        await send(quiet)
    async with quiet.service.database.read() as db:
        rows = await db.execute(select(OutboxRow.state).where(OutboxRow.kind == photo_files.ERASE))
        assert len(list(rows.scalars())) == 1
    await send(quiet, hours=1)
    left = [path for path in (quiet.service.settings.var / "media").rglob("*") if path.is_file()]
    assert left == []
