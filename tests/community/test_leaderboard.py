"""The list of volunteers: only who asked for it, only service, the same order every time."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.api.admin.table import ENDPOINTS
from community import binding, consents, contacts, leaderboard, nicknames, privacy
from community.consents import Purpose
from community.leaderboard import Board, LeaderboardEntry, WorkersNotListed
from community.nicknames import NicknameRefused
from community.residents import Who
from community.workers import WorkerRow
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import Invalid
from tests.community.people import AREA, OTHER_AREA, WORDING, crowd
from tests.community.service import served

NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC)
"""When it begins in Shanghai."""

DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with clock.frozen(NOVEMBER):
        yield


async def join(database: Database, vault: Vault, resident_id: str, nickname: str, area: str = AREA) -> str:
    async with database.write() as db:
        return await leaderboard.join(
            db, vault, resident_id=resident_id, area_code=area, nickname=nickname, wording=WORDING
        )


async def leave(database: Database, resident_id: str) -> bool:
    async with database.write() as db:
        return await leaderboard.leave(db, resident_id=resident_id)


async def board(
    database: Database, vault: Vault, month: str = "2026-11", area: str = AREA, resident_id: str | None = None
) -> Board:
    async with database.read() as db:
        return await leaderboard.board(db, vault, area_code=area, month=month, resident_id=resident_id)


async def lines(
    database: Database, vault: Vault, month: str = "2026-11", area: str = AREA
) -> list[tuple[int, str, int]]:
    found = await board(database, vault, month, area)
    return [(place.rank, place.nickname, place.minutes) for place in found.items]


async def test_who_did_not_ask_is_not_shown(database: Database, vault: Vault) -> None:
    shown, hidden = await crowd(database, vault, 2)
    for one in (shown, hidden):
        await served(database, one, 60, certified_at=NOVEMBER + HOUR)
    await join(database, vault, shown, "青松")
    assert await lines(database, vault) == [(1, "青松", 60)]
    async with database.read() as db:
        assert await consents.has(db, resident_id=shown, purpose=Purpose.LEADERBOARD)
        assert not await consents.has(db, resident_id=hidden, purpose=Purpose.LEADERBOARD)


async def test_who_has_the_same_shares_a_rank_and_the_earlier_stands_first(database: Database, vault: Vault) -> None:
    people = await crowd(database, vault, 4)
    for number, (one, name) in enumerate(zip(people, ("青松", "白鹭", "晚晴", "小河"), strict=True)):
        await join(database, vault, one, name)
        minutes = (60, 90, 90, 30)[number]
        await served(database, one, minutes, certified_at=NOVEMBER + (9 - number) * HOUR)
    await served(database, people[0], 30, certified_at=NOVEMBER + 2 * HOUR)
    expected = [(1, "晚晴", 90), (1, "白鹭", 90), (1, "青松", 90), (4, "小河", 30)]
    assert await lines(database, vault) == expected
    assert await lines(database, vault) == expected


async def test_a_month_is_that_of_shanghai_and_of_the_certifying(database: Database, vault: Vault) -> None:
    [one] = await crowd(database, vault, 1)
    await join(database, vault, one, "青松")
    for minutes, moment in ((1, NOVEMBER - MOMENT), (10, NOVEMBER), (20, DECEMBER - MOMENT), (100, DECEMBER)):
        await served(database, one, minutes, certified_at=moment)
    assert await lines(database, vault) == [(1, "青松", 30)]
    assert await lines(database, vault, "2026-12") == [(1, "青松", 100)]


async def test_a_month_that_is_over_is_not_added_to(database: Database, vault: Vault) -> None:
    early, late = await crowd(database, vault, 2)
    await join(database, vault, early, "青松")
    for one in (early, late):
        await served(database, one, 60, certified_at=NOVEMBER + HOUR)
    before = await lines(database, vault)
    with clock.frozen(DECEMBER):
        await join(database, vault, late, "白鹭")
        await served(database, late, 600, certified_at=DECEMBER)
        assert await lines(database, vault) == before
        assert await lines(database, vault, "2026-12") == [(1, "白鹭", 600)]


async def test_who_leaves_is_gone_with_the_name(database: Database, vault: Vault) -> None:
    [one] = await crowd(database, vault, 1)
    await join(database, vault, one, "青松")
    await served(database, one, 60, certified_at=NOVEMBER + HOUR)
    assert await leave(database, one)
    assert not await leave(database, one)
    assert await lines(database, vault) == []
    async with database.read() as db:
        assert (await db.execute(select(LeaderboardEntry.nickname))).scalar_one() == b""
        assert await leaderboard.nickname_of(db, vault, resident_id=one, area_code=AREA) is None


async def test_a_new_name_keeps_the_place(database: Database, vault: Vault) -> None:
    [one] = await crowd(database, vault, 1)
    await join(database, vault, one, "青松")
    await served(database, one, 60, certified_at=NOVEMBER + HOUR)
    with clock.frozen(DECEMBER):
        await join(database, vault, one, "老青松")
    assert await lines(database, vault) == [(1, "老青松", 60)]


async def test_the_name_is_sealed(database: Database, vault: Vault) -> None:
    [one] = await crowd(database, vault, 1)
    await join(database, vault, one, "青松")
    async with database.read() as db:
        assert "青松".encode() not in (await db.execute(select(LeaderboardEntry.nickname))).scalar_one()


async def test_service_elsewhere_counts_where_it_was_done(database: Database, vault: Vault) -> None:
    [one] = await crowd(database, vault, 1)
    community = f"{AREA}001"
    await join(database, vault, one, "青松", community)
    for area, minutes in ((community, 10), (AREA, 20), (f"{AREA}002", 40), (OTHER_AREA, 80)):
        await served(database, one, minutes, certified_at=NOVEMBER, area_code=area)
    assert await lines(database, vault, area=community) == [(1, "青松", 30)]
    assert await lines(database, vault, area=OTHER_AREA) == []


async def test_ones_own_place_is_told_beyond_the_first(database: Database, vault: Vault) -> None:
    people = await crowd(database, vault, leaderboard.SHOWN + 2)
    for number, one in enumerate(people):
        await join(database, vault, one, f"松{'甲乙丙丁'[number % 4]}{number}")
        await served(database, one, 1000 - number, certified_at=NOVEMBER)
    found = await board(database, vault, resident_id=people[-1])
    assert len(found.items) == leaderboard.SHOWN
    assert found.mine is not None
    assert (found.mine.rank, found.mine.is_mine) == (leaderboard.SHOWN + 2, True)
    assert not any(place.is_mine for place in found.items)
    other = await board(database, vault, resident_id=people[0])
    assert other.items[0] == other.mine


async def test_workers_are_not_ranked(database: Database, vault: Vault) -> None:
    one, later = await crowd(database, vault, 2)
    await join(database, vault, later, "青松")
    await served(database, later, 60, certified_at=NOVEMBER)
    async with database.write() as db:
        for resident_id in (one, later):
            await db.execute(
                insert(WorkerRow).values(
                    id=f"w-{resident_id}", name=b"", unit="", resident_id=resident_id, created_at=NOVEMBER
                )
            )
    with pytest.raises(WorkersNotListed):
        await join(database, vault, one, "白鹭")
    assert await lines(database, vault) == []


def test_no_command_of_the_workers_shows_it() -> None:
    for endpoint in ENDPOINTS:
        module = inspect.getmodule(endpoint.handler)
        assert module is not None
        assert "leaderboard" not in inspect.getsource(module), endpoint.path


def test_a_line_has_nothing_but_rank_name_and_minutes() -> None:
    assert [type(one) for one in astuple(leaderboard.Place(1, "青松", 60, is_mine=False))] == [int, str, int, bool]
    source = inspect.getsource(leaderboard._served)
    assert not any(word in source for word in ("Account", "Transfer", "Issue", "Registration", "posted", "earned"))


async def test_a_month_that_is_none_is_refused(database: Database, vault: Vault) -> None:
    with pytest.raises(Invalid):
        await board(database, vault, "2026-13")


async def test_who_is_erased_is_gone(database: Database, vault: Vault, wechat: Who) -> None:
    await join(database, vault, wechat.resident_id, "青松")
    await served(database, wechat.resident_id, 60, certified_at=NOVEMBER)
    async with database.write() as db:
        assert await privacy.erase(db, vault, resident_id=wechat.resident_id, now=clock.now())
    assert await lines(database, vault) == []


async def test_bound_to_another_the_former_name_is_gone(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    await join(database, vault, alipay.resident_id, "青松")
    await served(database, alipay.resident_id, 60, certified_at=NOVEMBER)
    async with database.write() as db:
        code = await binding.issue_code(db, vault, resident_id=wechat.resident_id, identity_id=wechat.identity_id)
        await binding.bind(db, vault, code=code.digits, identity_id=alipay.identity_id)
    assert await lines(database, vault) == []
    await join(database, vault, wechat.resident_id, "白鹭")
    assert await lines(database, vault) == [(1, "白鹭", 60)]


REFUSED = {
    "length": ("松", "松" * 13, "", "   "),
    "signs": ("青 松", "青松😀", "1234", "<b>松", "青\u200b松", "138001"),
    "digits": ("松13800", "松一三八零零", "松１３８００"),
    "word": ("和平社区", "老党员", "加我VX", "ｗｅｉＸｉｎ", "投-诉王", "客·服"),
}


@pytest.mark.parametrize(("said", "why"), [(said, why) for why, names in REFUSED.items() for said in names])
def test_a_name_that_tells_or_harms_is_refused(said: str, why: str) -> None:
    with pytest.raises(NicknameRefused) as refused:
        nicknames.checked(said)
    assert refused.value.facts["why"] == why


@pytest.mark.parametrize("said", ["青松", "Tom", "晚晴_88", "早起的鸟", "阿·里", " 小河 ", "６０后"])
def test_a_plain_name_is_taken(said: str) -> None:
    assert nicknames.checked(said)


async def test_ones_real_name_is_refused(database: Database, vault: Vault) -> None:
    [one] = await crowd(database, vault, 1)
    async with database.write() as db:
        await contacts.keep(db, vault, resident_id=one, name="王小明")
    with pytest.raises(NicknameRefused):
        await join(database, vault, one, "王-小明8")
