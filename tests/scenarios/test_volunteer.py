"""Volunteering, from "what is on" to certified hours, as it reads in the chat."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from tests.house import House
from tests.scenarios.town import PHONE, activity, far_day, spoken


async def test_one_sentence_says_it_all(house: House) -> None:
    await activity(house, "河边清洁日", risks="岸边路滑")
    async with house.chat() as chat:
        asked = await chat.say(f"{spoken(far_day())}上午两个人去打扫，电话{PHONE}")
        assert "「河边清洁日」" in asked.text
        assert "2人" in asked.text
        assert "岸边路滑" in asked.text
        assert PHONE in asked.text
        assert "报上了" in (await chat.say("要得")).text
        assert "报了1个活动" in (await chat.say("我的报名")).text
        assert "已取消" in (await chat.choose("1")).text
        assert "没有报名的活动" in (await chat.say("我报了什么活动")).text


async def test_the_same_sentence_as_an_answer(house: House) -> None:
    await activity(house, "河边清洁日")
    async with house.chat() as chat:
        assert "想参加哪个" in (await chat.say("有什么活动")).text
        asked = await chat.say(f"{spoken(far_day())}上午两个人去打扫，电话{PHONE}")
        assert "「河边清洁日」" in asked.text
        assert "给您报名吗" in asked.text


async def test_only_what_is_missing_is_asked(house: House) -> None:
    await activity(house, "旧书漂流集市", min_age=16)
    async with house.chat() as chat:
        assert "满16岁" in (await chat.say("旧书漂流集市我要报名")).text
        assert "几个人" in (await chat.say("都满了")).text
        assert "手机号" in (await chat.say("老两口")).text
        confirm = await chat.say("不留")
        assert "2人" in confirm.text
        assert "3人" in (await chat.say("不对，是三个人")).text
        assert "先不报" in (await chat.say("先不了")).text


async def test_too_young(house: House) -> None:
    await activity(house, "旧书漂流集市", min_age=18)
    async with house.chat() as chat:
        await chat.say("旧书漂流集市我要报名")
        assert "先不报了" in (await chat.say("还没满")).text


async def test_a_full_activity(house: House) -> None:
    """The second waits in line; a party too large for what is left is told how many fit; the line moves up."""
    await activity(house, "测试植树日", capacity=3, waiting_capacity=2)
    async with house.chat(user="first") as first, house.chat(user="second") as second:
        await first.say(f"测试植树日我要报名，两个人，电话{PHONE}")
        await first.say("报名")
        await second.say(f"测试植树日我要报名，五个人，电话{PHONE}")
        assert "只剩1个" in (await second.say("报名")).text
        await second.say("2人")
        assert "候补第1位" in (await second.say("报名")).text
        await first.say("取消报名")
        await first.choose("1")
        await second.hears("有名额了")


async def test_full_to_the_brim(house: House) -> None:
    await activity(house, "测试植树日", capacity=1, waiting_capacity=0)
    async with house.chat(user="first") as first, house.chat(user="second") as second:
        await first.say(f"测试植树日我要报名，就我一个人，电话{PHONE}")
        await first.say("好")
        await second.say(f"测试植树日我要报名，就我一个人，电话{PHONE}")
        others = await second.say("好")
        assert "满了" in others.text
        assert others.choices
        assert "测试植树日" not in others.whole


async def test_twice_is_once(house: House) -> None:
    await activity(house, "测试植树日")
    async with house.chat() as chat:
        for _ in range(2):
            await chat.say(f"测试植树日我要报名，就我一个人，电话{PHONE}")
            answer = await chat.say("嗯嗯")
        assert "已经报过名" in answer.text
        assert "我的报名" in answer.whole


async def test_check_in_and_out(house: House) -> None:
    soon = clock.now() + timedelta(minutes=10)
    made = await activity(house, "测试植树日", starts_at=soon)
    async with house.chat() as chat:
        await chat.say(f"测试植树日我要报名，就我一个人，电话{PHONE}")
        seated = await chat.say("好嘞")
        assert "提醒" not in seated.text, "the evening before is past"
        assert "六位" in (await chat.say("签到")).text
        assert "六位数字" in (await chat.say("忘了")).text
        assert "签到码不对" in (await chat.say("000000")).text
        code = (await house.admin("GET", f"/activities/{made}/code"))["code"]
        assert "「测试植树日」签到了" in (await chat.say(code)).text
        assert "签退了" in (await chat.say("签退")).text
        assert "还没有签到" in (await chat.say("签退")).text
