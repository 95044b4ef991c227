"""Which community and grid is mine: by a scanned code, a position, a name; and places that cannot be."""

from __future__ import annotations

import pytest

from tests.house import House


async def a_grid(house: House) -> tuple[str, str]:
    """The code and name of some grid."""
    areas = (await house.admin("GET", "/areas", params={"level": "grid"}))["items"]
    return areas[0]["code"], areas[0]["name"]


async def test_by_a_scanned_code(house: House) -> None:
    code, name = await a_grid(house)
    async with house.chat() as chat:
        welcomed = await chat.follow(f"grid-{code}")
        assert name in welcomed.text
        assert "欢迎" in welcomed.text
        assert "反映问题" in welcomed.whole
        assert name in (await chat.scan(f"grid-{code}")).text


async def test_a_code_that_is_not_ours_only_opens_the_door(house: House) -> None:
    async with house.chat() as chat:
        assert "欢迎" in (await chat.follow("spring-festival")).text


async def test_by_position_name_and_list(house: House) -> None:
    async with house.chat() as chat:
        assert "哪个社区" in (await chat.say("换个社区")).text
        assert "没找到" in (await chat.say("月亮社区")).text
        assert "您在" in (await chat.location(116.4272, 39.9612)).text
        await chat.say("选择社区")
        assert "和平里社区" in (await chat.say("和平里")).text


@pytest.mark.parametrize(("lng", "lat"), [(0.0, 0.0), (-73.9, 40.7), (2.35, 48.85)])
async def test_places_outside_china_change_nothing(house: House, lng: float, lat: float) -> None:
    async with house.chat() as chat:
        await chat.say("换个社区")
        wrong = await chat.location(lng, lat)
        assert "位置不对" in wrong.text
        assert "哪个社区" in wrong.text
        await chat.say("取消")
        await chat.say("楼道灯坏了")
        assert "位置不对" in (await chat.location(lng, lat)).text
        assert "报上去" in (await chat.say("3号楼2单元")).text


async def test_far_from_us_is_said(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("换个社区")
        assert "不在我们的社区里" in (await chat.location(121.47, 31.23)).text
