"""A code in the chat: in groups, with place and hours and a picture behind it; taken back; sent somebody for."""

from __future__ import annotations

import re

from sqlalchemy import select, update

from core.crypto import Vault
from points import sites
from points.reward_models import RedemptionRow, Reward
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.town import AREA, give_points

CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


async def redeemed(house: House, chat: Chat, name: str = "大米", account: str = "heping") -> str:
    """The code that the chat shows after redeeming."""
    await chat.say("你好")
    await give_points(house, chat, 100, account)
    await chat.say(f"我要兑换{name}")
    found = CODE.search((await chat.say("换")).text)
    assert found is not None, chat.transcript
    return found.group()


async def with_site(house: House, name: str = "大米") -> None:
    """Let the sample's reward be handed out at a site with hours."""
    async with house.service.database.write() as db:
        site_id = await sites.create_site(
            db,
            area_code=AREA,
            name="测试服务站",
            address="和平街1号",
            hours={day: ["09:00-12:00"] for day in "12345"},
        )
        await db.execute(update(Reward).where(Reward.name.contains(name)).values(site_id=site_id))


async def test_a_code_is_shown_with_place_and_hours_and_its_picture_follows(house: House) -> None:
    await with_site(house)
    async with house.chat() as chat:
        await chat.say("你好")
        await give_points(house, chat, 100)
        asked = await chat.say("我要兑换大米")
        assert "测试服务站（和平街1号）" in asked.text
        assert "周一至周五09:00-12:00" in asked.text
        shown = await chat.say("换")
        assert CODE.search(shown.text)
        assert shown.text.count("\n") < 3
        assert "[图片" in (await chat.hears("[图片")).text
        assert house.platform.calls("media/upload") == 1
        again = await chat.say("我的领取码")
        assert "测试服务站" in again.text
        await chat.hears("[图片")


async def test_no_code_stands_in_the_outbox_in_the_clear_or_in_a_file(house: House) -> None:
    async with house.chat() as chat:
        code = await redeemed(house, chat)
        await chat.hears("[图片")
        plain = code.replace("-", "").encode()
        stored = [one.read_bytes() for one in house.service.settings.var.rglob("*") if one.is_file()]
        assert not any(plain in one or code.encode() in one for one in stored)


async def test_an_unused_one_is_taken_back(house: House) -> None:
    async with house.chat() as chat:
        code = await redeemed(house, chat)
        await chat.say("我的领取码")
        assert "90积分退给您" in (await chat.choose("不要了，退积分")).text
        assert "给您留着" in (await chat.say("先不了")).text
        await chat.say("取消兑换")
        assert "已经还给您" in (await chat.say("退掉")).text
        assert "100积分可用" in (await chat.say("我的积分")).text
        assert "没有待领取" in (await chat.say("我的领取码")).text
        assert code not in (await chat.say("我的领取码")).whole


async def test_cancelling_names_it_among_the_things_that_can_be(house: House) -> None:
    async with house.chat() as chat:
        await redeemed(house, chat)
        assert "兑换：" in (await chat.say("我要取消")).whole


async def test_somebody_else_collects_it(house: House, vault: Vault) -> None:
    async with house.chat() as chat:
        code = await redeemed(house, chat)
        assert "写名字" in (await chat.say("请别人代领")).text
        assert "没看明白" in (await chat.say("138-0000-0000？")).text
        assert "同意" in (await chat.say("李小红")).text
        told = await chat.say("他同意")
        assert code in told.text
        assert "李小红" in told.text
        assert "由李小红替您领" in (await chat.say("我的领取码")).text
    async with house.service.database.read() as db:
        (row,) = (await db.execute(select(RedemptionRow).where(RedemptionRow.pickup_by.is_not(None)))).scalars()
    assert row.pickup_by is not None
    assert "李小红".encode() not in row.pickup_by


async def test_who_does_not_agree_is_not_named(house: House) -> None:
    async with house.chat() as chat:
        await redeemed(house, chat)
        await chat.say("代领")
        await chat.say("李小红")
        assert "您自己来领" in (await chat.say("先不请人")).text
        assert "李小红" not in (await chat.say("我的领取码")).text


async def test_what_asks_for_approval_waits_without_a_code(house: House) -> None:
    async with house.service.database.write() as db:
        await db.execute(update(Reward).where(Reward.name.contains("大米")).values(needs_approval=True))
    async with house.chat() as chat:
        await chat.say("你好")
        await give_points(house, chat, 100)
        assert "先看一下" in (await chat.say("我要兑换大米")).text
        waiting = await chat.say("换")
        assert not CODE.search(waiting.text)
        assert "审核" in (await chat.say("我的领取码")).text
        await chat.choose("不要了，退积分")
        assert "还给您" in (await chat.say("退掉")).text


async def test_one_among_several_is_chosen(house: House) -> None:
    async with house.chat() as chat:
        await redeemed(house, chat, "抽纸")
        await chat.say("我要兑换抽纸")
        await chat.say("换")
        assert "2样没领" in (await chat.say("我的领取码")).text
        assert CODE.search((await chat.choose("1")).text)
