"""The ways in that need no words for a job: menu, greeting, thanks, buttons of the account's menu, a person."""

from __future__ import annotations

import pytest

from tests.house import House


@pytest.mark.alike("account")
@pytest.mark.parametrize("account", ["heping", "heping-alipay", "web"])
async def test_the_menu_leads_everywhere(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        menu = await chat.say("菜单")
        for job in ("反映问题", "志愿活动", "订服务", "我的积分", "党员报到", "我的资料", "找社区工作人员"):
            assert job in menu.whole
        assert "是什么问题" in (await chat.choose("反映问题")).text
        assert "先不办了" in (await chat.say("取消")).text


async def test_kind_words(house: House) -> None:
    async with house.chat() as chat:
        assert "您好" in (await chat.say("你好")).text
        assert "不客气" in (await chat.say("谢谢您")).text
        assert "有事随时找我" in (await chat.say("好的")).text


async def test_a_button_of_the_accounts_menu(house: House) -> None:
    async with house.chat() as chat:
        assert "积分可用" in (await chat.click("points")).text
        assert "您好" in (await chat.click("a key that nobody set")).text


async def test_a_number_with_nothing_to_choose_shows_the_menu(house: House) -> None:
    async with house.chat() as chat:
        assert "反映问题" in (await chat.say("3")).whole
