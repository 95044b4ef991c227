"""The queue holds words without persons, each once, and lets go of them: by time, by number, by erasure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from community import privacy, teaching
from community.residents import Who
from community.teaching import CandidateState, Found, Source, candidates, reindexing
from community.teaching.deciding import ExampleKnown
from core import clock
from core.crypto import Ring, Vault
from core.db import Database
from core.errors import Invalid
from tests.community.people import AREA, MONDAY, OTHER_AREA, resident
from tests.community.teaching.examples import REPORT, add, count, queued, row, take, words


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
async def who(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


async def test_open_words_are_masked_and_sealed(database: Database, vault: Vault, who: Who) -> None:
    said = "我叫王小明，电话13800000000，和平里3栋2单元501的灯不亮"
    found = await queued(database, vault, who, said)
    kept = await row(database, found)
    assert kept.text is None
    assert kept.sealed is not None
    assert "灯不亮".encode() not in kept.sealed
    shown = await words(database, vault, found)
    assert "灯不亮" in shown
    assert not any(secret in shown for secret in ("王小明", "13800000000", "501"))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("我妈李桂花要订餐", "我妈〔姓名〕要订餐"),
        ("我妈周三要订餐，谢谢", "我妈周三要订餐,谢谢"),
        ("单号R2611220019办得怎么样", "单号〔工单号〕办得怎么样"),
        ("手机一三八零零零零零零零零", "手机〔电话〕"),
        ("3栋2单元501漏水", "〔住址〕漏水"),
        ("京A12345占了车位", "〔车牌〕占了车位"),
    ],
)
def test_who_could_be_found_is_blanked(said: str, left: str) -> None:
    assert teaching.blanked(said) == left
    assert teaching.blanked(left) == left


async def test_the_same_words_are_queued_once_however_they_are_written(
    database: Database, vault: Vault, who: Who
) -> None:
    await queued(database, vault, who, "楼下那个东西又响了")
    async with database.write() as db:
        again = Found(Source.SHADOW, who.key_owner_id, AREA, "楼下那个东西 又响了！！")
        assert not await teaching.queue(db, vault, again)


@pytest.mark.parametrize("text", ["", "。。。", "好", "〔电话〕", "长" * 501])
async def test_what_teaches_nothing_is_not_queued(database: Database, vault: Vault, who: Who, text: str) -> None:
    async with database.write() as db:
        assert not await teaching.queue(db, vault, Found(Source.UNCERTAIN, who.key_owner_id, AREA, text))


async def test_an_erasure_takes_open_words_and_leaves_taken_ones_which_are_nobodys(
    database: Database, vault: Vault, who: Who
) -> None:
    waiting = await queued(database, vault, who, "那个什么灯的事情")
    taken = await queued(database, vault, who, "杆子上的灯不亮")
    await take(database, vault, taken)
    async with database.write() as db:
        await privacy.erase(db, vault, resident_id=who.resident_id, now=clock.now())
    async with database.read() as db:
        with pytest.raises(candidates.CandidateNotFound):
            await teaching.get(db, candidate_id=waiting)
    kept = await row(database, taken)
    assert (kept.text, kept.owner_id, kept.sealed) == ("杆子上的灯不亮", None, None)


async def test_of_an_erased_resident_nothing_is_queued(database: Database, vault: Vault, who: Who) -> None:
    async with database.write() as db:
        await privacy.erase(db, vault, resident_id=who.resident_id, now=clock.now())
    async with database.write() as db:
        assert not await teaching.queue(db, vault, Found(Source.UNCERTAIN, who.key_owner_id, AREA, "灯的事情"))


async def test_what_nobody_took_leaves_after_ninety_days(database: Database, vault: Vault, who: Who) -> None:
    await queued(database, vault, who, "那个什么灯的事情")
    await add(database, vault, "杆子上的灯不亮")
    for days, left in ((89, 2), (91, 1)):
        with clock.frozen(MONDAY + timedelta(days=days)):
            async with database.write() as db:
                await teaching.forget_old(db)
        assert await count(database) == left


async def test_of_too_many_uncertain_ones_the_oldest_leave(
    database: Database, vault: Vault, who: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST_OPEN", 3)
    ids = []
    for number, text in enumerate(("一点小事情", "两件小事情", "三件麻烦事", "四件难办的事", "五件怪事情")):
        with clock.frozen(MONDAY + timedelta(minutes=number)):
            ids.append(await queued(database, vault, who, text))
    async with database.write() as db:
        await teaching.forget_old(db)
    async with database.read() as db:
        page = await listed(db, vault, areas=("",))
    assert [one["id"] for one in page["items"]] == ids[:1:-1]


async def listed(db: AsyncSession, vault: Vault, **query: Any) -> dict[str, Any]:
    rules = {"areas": ("",), "state": None, "source": None, "cursor": None, "limit": 50} | query
    return await teaching.listing(db, vault, **rules)


async def test_the_list_has_pages_filters_and_areas(database: Database, vault: Vault, who: Who) -> None:
    for minute, (text, area) in enumerate((("第一件怪事", AREA), ("第二件怪事", AREA), ("别处的怪事", OTHER_AREA))):
        with clock.frozen(MONDAY + timedelta(minutes=minute)):
            await queued(database, vault, who, text, area=area)
    await add(database, vault, "杆子上的灯不亮")
    async with database.read() as db:
        page = await listed(db, vault, areas=(AREA,), state=CandidateState.OPEN, limit=1)
        assert [one["text"] for one in page["items"]] == ["第二件怪事"]
        page = await listed(db, vault, areas=(AREA,), state=CandidateState.OPEN, limit=1, cursor=page["next"])
        assert [one["text"] for one in page["items"]] == ["第一件怪事"]
        assert page["next"] is None
        page = await listed(db, vault, source=Source.MANUAL)
        assert [one["text"] for one in page["items"]] == ["杆子上的灯不亮"]
        assert (await listed(db, vault, areas=()))["items"] == []
        with pytest.raises(Invalid):
            await listed(db, vault, cursor="nonsense")


async def test_after_a_change_of_the_root_key_the_same_words_are_still_known(
    database: Database, vault: Vault, who: Who
) -> None:
    await queued(database, vault, who, "那个什么灯的事情")
    await add(database, vault, "杆子上的灯不亮")
    afresh = Vault(Ring((("new", b"n" * 32), *vault.ring.keys)))
    async with database.write() as db:
        assert await teaching.queue(db, afresh, Found(Source.UNCERTAIN, who.key_owner_id, AREA, "那个什么灯的事情"))
    async with database.write() as db:
        last = await reindexing.reindex(db, afresh, after="", limit=10)
        assert last is not None
        assert await reindexing.reindex(db, afresh, after=last, limit=10) is None
        with pytest.raises(ExampleKnown):
            await teaching.add(db, afresh, text="杆子上的灯不亮", label=REPORT, area_code=AREA, worker_id="w-desk")
