"""What a deed that began before a binding leaves with the former identity comes after it."""

from __future__ import annotations

import pytest

from community import latecomers, privacy
from community.residents import Who
from core import clock
from tests.community.codes import bound
from tests.points.town import Town

pytestmark = pytest.mark.usefixtures("on_monday")


async def brought(town: Town) -> list[int]:
    """How many points of each."""
    async with town.database.write() as db:
        return [await latecomers.bring(db, town.vault, resident_id=one) for one in await latecomers.find(db)]


async def test_points_requests_and_codes_follow(town: Town, wechat: Who, alipay: Who) -> None:
    former, now = alipay.resident_id, wechat.resident_id
    await town.fund(100)
    await bound(town.database, town.vault, wechat, alipay)
    assert await brought(town) == []
    await town.adjust(former, 30)
    made = await town.redeem(former, await town.reward(price=20))
    await town.ask(former, "1")
    assert await brought(town) == [30]
    assert await brought(town) == []
    await town.pay()
    assert await town.posted([former, now]) == [0, 40]
    assert [mine.code for mine in await town.redemptions(now)] == [made.code]
    assert await town.findings() == []


async def test_of_who_was_erased_nothing_is_looked_for(town: Town, wechat: Who, alipay: Who) -> None:
    await bound(town.database, town.vault, wechat, alipay)
    async with town.database.write() as db:
        await privacy.erase(db, town.vault, resident_id=wechat.resident_id, now=clock.now())
    await town.ask(alipay.resident_id, "1")
    assert await brought(town) == []
