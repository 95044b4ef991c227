"""Honours of a resident: all their certified service, by the tiers that their community chose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from community import honours
from community.honours import Round
from community.residents import Who
from core.crypto import Vault
from core.db import Database, dump_json
from handlers.honours import sentence
from points.honours import Standing, Tier
from points.models import Unit
from points.rule_models import RuleStatus, RuleVersion
from tests.community.people import AREA, OTHER_AREA, crowd, notices_of
from tests.community.service import served

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)


async def award(database: Database, vault: Vault, resident_id: str) -> list[str]:
    async with database.write() as db:
        return [tier.id for tier in await honours.award(db, vault, resident_id=resident_id)]


async def standing(database: Database, resident_id: str) -> Standing:
    async with database.read() as db:
        return await honours.standing(db, resident_id=resident_id, area_code=AREA)


async def choose(database: Database, table: str) -> None:
    """The community's scheme names another table."""
    body = dump_json({"tiers": table})
    row = {
        "area_code": AREA,
        "rule_id": "scheme",
        "version": 100,
        "unit": Unit.POINT.value,
        "purpose": "scheme",
        "effective_from": BEGIN,
        "body": body,
        "body_hash": "",
        "status": RuleStatus.ACTIVE.value,
        "created_by": "w1",
        "created_at": BEGIN,
        "approved_by": "w2",
        "activated_at": BEGIN,
    }
    async with database.write() as db:
        await db.execute(insert(RuleVersion).values(row))


async def test_all_certified_service_counts_wherever_it_was(database: Database, vault: Vault, wechat: Who) -> None:
    await served(database, wechat.resident_id, 5000, certified_at=BEGIN)
    await served(database, wechat.resident_id, 999, certified_at=BEGIN, area_code=OTHER_AREA)
    assert (await standing(database, wechat.resident_id)).missing_minutes == 1
    assert await award(database, vault, wechat.resident_id) == []
    await served(database, wechat.resident_id, 1, certified_at=BEGIN)
    assert await award(database, vault, wechat.resident_id) == ["star_1"]


async def test_who_reached_it_is_told_once(database: Database, vault: Vault, wechat: Who) -> None:
    await served(database, wechat.resident_id, 20000, certified_at=BEGIN)
    assert await award(database, vault, wechat.resident_id) == ["star_1", "star_2"]
    assert await award(database, vault, wechat.resident_id) == []
    assert await notices_of(database, vault, resident_id=wechat.resident_id) == ["activity_honour"]


async def test_a_community_chooses_its_tiers(database: Database, vault: Vault, wechat: Who) -> None:
    await choose(database, "neighbourhood")
    await served(database, wechat.resident_id, 600, certified_at=BEGIN)
    assert await award(database, vault, wechat.resident_id) == ["leaf_1"]


async def test_the_round_finds_who_was_missed(database: Database, vault: Vault) -> None:
    people = await crowd(database, vault, 5)
    for one in people[:4]:
        await served(database, one, 6000, certified_at=BEGIN + timedelta(days=1))
    after: str | None = ""
    rounds: list[Round] = []
    while after is not None:
        async with database.write() as db:
            rounds.append(await honours.award_all(db, vault, after_id=after, limit=3))
        after = rounds[-1].last_id
    assert [one.awarded for one in rounds] == [3, 1]
    async with database.write() as db:
        assert await honours.award_all(db, vault) == Round(0, None)


async def test_a_round_may_look_at_recent_service_only(database: Database, vault: Vault, wechat: Who) -> None:
    await served(database, wechat.resident_id, 6000, certified_at=BEGIN)
    async with database.write() as db:
        assert await honours.award_all(db, vault, since=BEGIN + timedelta(seconds=1)) == Round(0, None)
        assert await honours.award_all(db, vault, since=BEGIN) == Round(1, None)


STAR = Tier(id="star_1", title="一星志愿者", minutes=6000)
MEDAL = Tier(id="medal_1", title="铜星志愿者", minutes=6000, points=500)


def test_what_is_missing_is_said_in_whole_hours() -> None:
    assert sentence(Standing(0, 0, None, STAR, 6000, 0, ())) == ""
    assert sentence(Standing(1, 0, None, STAR, 5999, 0, ())) == "再服务100小时，就是一星志愿者。"
    assert sentence(Standing(5999, 0, None, STAR, 1, 0, ())) == "再服务1小时，就是一星志愿者。"
    assert sentence(Standing(6000, 1, STAR, MEDAL, 0, 499, ())) == "您是一星志愿者。再得499积分，就是铜星志愿者。"
    assert sentence(Standing(5000, 1, None, MEDAL, 1000, 499, ())) == "再服务17小时、得499积分，就是铜星志愿者。"
    assert sentence(Standing(6000, 900, MEDAL, None, 0, 0, ())) == "您是铜星志愿者，最高一级。谢谢您！"
