"""People change their minds: another wish in the middle, several at once, a step back, an old button."""

from __future__ import annotations

import pytest

from bot.simulate.said import Press
from tests.house import House
from tests.scenarios.town import PHONE, activity


async def test_a_short_detour_comes_back_by_itself(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("电梯坏了")
        await chat.say("7号楼")
        await chat.say("我有多少积分")
        back = await chat.say("继续")
        assert "接着办「反映问题」" in back.text
        assert "编号R" in (await chat.say("好的")).text


async def test_what_was_put_aside_can_be_answered(house: House) -> None:
    """Without a word about going back: an option of the question that waits is enough."""
    await activity(house, "旧书漂流集市", min_age=16)
    async with house.chat() as chat:
        assert "满16岁" in (await chat.say(f"旧书漂流集市我要报名，就我一个人，电话{PHONE}")).text
        assert "积分可用" in (await chat.say("我的积分")).text
        assert "给您报名吗" in (await chat.say("都满了")).text


async def test_of_two_wishes_none_is_dropped(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("楼道灯坏了，另外志愿活动我想报名")
        await chat.say("3号楼2单元")
        done = await chat.say("好")
        assert "编号R" in done.text
        assert "志愿活动" in done.whole
        assert "想参加哪个" in (await chat.choose("再办「志愿活动」")).text


async def test_not_even_after_cancelling(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("楼道灯坏了，另外志愿活动我想报名")
        cancelled = await chat.say("取消")
        assert "先不办了" in cancelled.text
        assert "志愿活动" in cancelled.whole
        await chat.choose("再办「志愿活动」")
        assert "反映问题" not in (await chat.say("取消")).whole


async def test_the_words_that_always_work(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("电梯坏了")
        await chat.say("7号楼")
        assert "哪里" in (await chat.say("返回")).text
        assert "第一步" in (await chat.say("返回")).text
        assert "是什么问题" in (await chat.say("重新开始")).text
        assert "接着办" in (await chat.say("菜单")).whole
        assert "是什么问题" in (await chat.say("返回")).text
        assert "工作人员" in (await chat.say("人工")).text


async def test_cancel_reaches_what_was_put_aside(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("电梯坏了")
        await chat.say("菜单")
        assert "「反映问题」先不办了" in (await chat.say("取消")).text
        assert "没有可以取消" in (await chat.say("取消")).text


async def test_a_number_that_was_not_offered(house: House) -> None:
    """Said at a choice of five, taken neither for a place nor for a choice."""
    async with house.chat() as chat:
        await chat.say("电梯坏了")
        wrong = await chat.say("7")
        assert "没有这个数字" in wrong.text
        assert "哪里" in wrong.text
        await chat.say("7号楼")
        assert "请回1到5" in (await chat.say("9")).text


async def test_an_old_button_asks_again(house: House) -> None:
    async with house.chat("web") as chat:
        await chat.say("电梯坏了")
        old = await chat.say("7号楼")
        await chat.choose("改位置")
        stale = next(choice for choice in old.choices if "不报了" in choice.label)
        answer = await chat.do(Press(stale))
        assert "已经过去了" in answer.text
        assert "哪里" in answer.text


@pytest.mark.parametrize("words", ["我的订单", "我的报名", "我的资料", "我的领取码"])
async def test_a_name_is_never_taken_for_an_answer(house: House, words: str) -> None:
    async with house.chat() as chat:
        await chat.say("电梯坏了")
        answer = await chat.say(words)
        assert "这样报上去" not in answer.text
        assert "接着办「反映问题」" in answer.whole
