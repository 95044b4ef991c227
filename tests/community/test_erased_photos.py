"""With a resident their photos go: the rows at once, the files by orders that leave what others show alone."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from community import issues, photo_files, photos, privacy
from community.issues import NewIssue
from community.issues import photos as issue_photos
from community.issues.history import find
from community.issues.models import IssuePhoto
from community.issues.photos import PhotoKind
from community.residents import Who
from core import clock
from core.crypto import Vault
from core.db import Database
from core.outbox import OutboxRow
from core.settings import Config
from tests.community.people import AREA, resident

MINE, SHARED, WORK, UNUSED = (letter * 64 for letter in "abcd")


@pytest.fixture
async def who(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


async def sent(database: Database, vault: Vault, who: Who, sha256: str) -> str:
    async with database.write() as db:
        return await photos.keep(db, vault, who=who, sha256=sha256, content_type="image/jpeg", gps=None)


async def reported(database: Database, vault: Vault, who: Who, *shown: str) -> str:
    draft = NewIssue(description="路灯不亮", area_code=AREA, category_code="M09", photos=shown)
    async with database.write() as db:
        filed = await issues.report(db, vault, Config(), resident_id=who.resident_id, draft=draft, source="wechat")
        await issues.withdraw(db, vault, Config(), number=filed.number, resident_id=who.resident_id)
    return filed.number


async def erase(database: Database, vault: Vault, who: Who) -> None:
    async with database.write() as db:
        await privacy.erase(db, vault, resident_id=who.resident_id, now=clock.now())


async def ordered(database: Database) -> list[str]:
    """The files that are to be erased."""
    async with database.read() as db:
        rows = await db.execute(select(OutboxRow.payload).where(OutboxRow.kind == photo_files.ERASE))
        return sorted(json.loads(payload)["sha256"] for payload in rows.scalars())


async def test_files_of_an_erased_resident_are_erased(database: Database, vault: Vault, who: Who) -> None:
    await sent(database, vault, who, UNUSED)
    await reported(database, vault, who, MINE)
    await erase(database, vault, who)
    assert await ordered(database) == [MINE, UNUSED]
    async with database.read() as db:
        for table in (photos.Photo, IssuePhoto):
            assert (await db.execute(select(func.count()).select_from(table))).scalar_one() == 0


async def test_what_another_resident_shows_too_stays(database: Database, vault: Vault, who: Who) -> None:
    other = await resident(database, vault)
    await reported(database, vault, who, MINE, SHARED)
    await reported(database, vault, other, SHARED)
    await erase(database, vault, who)
    assert await ordered(database) == [MINE]
    await erase(database, vault, other)
    assert await ordered(database) == [MINE, SHARED]


async def test_photos_of_the_work_stay_with_the_report(database: Database, vault: Vault, who: Who) -> None:
    number = await reported(database, vault, who, MINE)
    async with database.write() as db:
        shown = [issue_photos.Photo(WORK)]
        await issue_photos.add(db, await find(db, number=number), shown, kind=PhotoKind.HANDLED)
    await erase(database, vault, who)
    async with database.read() as db:
        left = await issue_photos.of(db, await find(db, number=number))
    assert [photo.sha256 for photo in left] == [WORK]
    assert await ordered(database) == [MINE]
