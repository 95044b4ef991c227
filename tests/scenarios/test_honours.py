"""A volunteer's tier: said with the points, with the hours and when it is asked for; and where the list is seen."""

from __future__ import annotations

import pytest

from core import clock
from tests.community.service import served
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.town import AREA, resident_of


async def with_service(house: House, chat: Chat, minutes: int) -> None:
    resident_id = await resident_of(house, chat)
    await served(house.service.database, resident_id, minutes, certified_at=clock.now(), area_code=AREA)


async def test_who_has_begun_hears_what_is_missing(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        assert "还没有认证过" in (await chat.say("我的荣誉")).text
        await with_service(house, chat, 750)
        asked = await chat.say("我的荣誉")
        assert asked.text == "您认证的志愿服务一共12小时30分。\n再服务88小时，就是一星志愿者。"
        assert asked.choice("志愿活动")
        assert "志愿服务12小时30分，单独记着，不换积分。再服务88小时" in (await chat.say("我的积分")).text
        assert "再服务88小时，就是一星志愿者。" in (await chat.say("我的时长")).text


async def test_a_tier_is_said_with_the_next_one(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        await with_service(house, chat, 6000)
        said = "您是一星志愿者。再服务200小时，就是二星志愿者。"
        for asked in ("我的荣誉", "我是几星志愿者", "我的积分", "我的时长"):
            assert said in (await chat.say(asked)).text
        await with_service(house, chat, 84_000)
        assert "最高一级" in (await chat.say("我的荣誉")).text


@pytest.mark.parametrize(("account", "is_led"), [("heping", True), ("heping-alipay", True), ("web", False)])
async def test_the_list_is_seen_on_the_page(house: House, account: str, *, is_led: bool) -> None:
    async with house.chat(account) as chat:
        shown = await chat.say("光荣榜")
        assert "看光荣榜" in shown.whole
        assert (house.url in shown.whole) is is_led
