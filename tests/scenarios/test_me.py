"""What is known of a resident and what they may do about it: see, take along, take back, erase; bind two apps."""

from __future__ import annotations

from tests.house import House
from tests.scenarios.town import PHONE, activity


async def test_a_visitor_binds_and_goes_on(house: House) -> None:
    """Seats need a known resident: the visitor is told how, and finds the wish kept after binding."""
    await activity(house, "测试植树日")
    async with house.chat("web") as page, house.chat() as phone:
        assert "绑定" in (await page.say(f"测试植树日我要报名，就我一个人，电话{PHONE}")).text
        assert "8位" in (await page.choose("我有绑定码")).text
        assert "8位数字" in (await page.say("123")).text
        assert "还可以再试" in (await page.say("00000000")).text
        shown = await phone.say("绑定")
        code = shown.text.split("绑定码：")[1][:9]
        bound = await page.say(code)
        assert "绑定好了" in bound.text
        assert "给您报名吗" in (await page.choose("再办「志愿活动」")).text
        assert "报上了" in (await page.say("好")).text
        assert "报了1个活动" in (await phone.say("我的报名")).text


async def test_a_code_by_itself_is_understood(house: House) -> None:
    async with house.chat("web") as page, house.chat() as phone:
        code = (await phone.say("绑定微信")).text.split("绑定码：")[1][:9]
        assert "绑定好了" in (await page.say(code)).text


async def test_seeing_and_taking_along(house: House) -> None:
    async with house.chat() as chat:
        mine = await chat.say("我的资料")
        assert "没留" in mine.text
        assert "微信" in mine.text
        exported = await chat.choose("导出我的资料")
        assert "http" in exported.whole


async def test_consent_is_withdrawn_as_easily_as_given(house: House) -> None:
    await activity(house, "测试植树日")
    async with house.chat() as chat:
        assert "没有要撤回" in (await chat.say("我同意过什么")).text
        await chat.say(f"测试植树日我要报名，就我一个人，电话{PHONE}")
        await chat.say("好")
        assert "138****0000" in (await chat.say("我的资料")).text
        assert "电话" in (await chat.say("撤回同意")).whole
        assert "忘掉" in (await chat.choose("1")).text
        assert "撤回了" in (await chat.say("撤回")).text
        assert "没留" in (await chat.say("我的资料")).text


async def test_erasing(house: House) -> None:
    async with house.chat() as chat:
        assert "不能找回" in (await chat.say("删除我的资料")).text
        assert "什么都没删" in (await chat.say("先不了")).text
        await chat.say("注销账号")
        assert "会按您说的删除" in (await chat.say("确定删除")).text
