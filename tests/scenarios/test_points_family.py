"""A family in the chat: begun, joined, filled, spent from and left; and points given away."""

from __future__ import annotations

from datetime import timedelta

from bot.simulate.said import Shown
from community import contacts, families
from core import clock
from points import freezes
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.town import AREA, give_points, resident_of

PHONE = "13800007302"


async def with_phone(house: House, chat: Chat, phone: str = PHONE) -> None:
    async with house.service.database.write() as db:
        await contacts.keep(db, house.service.vault, resident_id=await resident_of(house, chat), phone=phone)


async def begin_a_family(house: House, chat: Chat, points: int, *then: str) -> Shown:
    """Say hello, get points, found a family, and say what comes then; the last answer."""
    await chat.say("你好")
    await give_points(house, chat, points)
    await chat.say("家庭积分")
    for said in ("同意", "放积分进去", *then[:-1]):
        await chat.say(said)
    return await chat.say(then[-1])


async def test_two_pool_redeem_and_part(house: House) -> None:
    async with house.chat(user="first") as first, house.chat(user="second") as second:
        for chat in (first, second):
            await chat.say("你好")
            await give_points(house, chat, 60)
        await with_phone(house, second)
        assert "全家的" in (await first.say("家庭积分")).text
        assert "建好了" in (await first.choose("1")).text
        assert "手机号" in (await first.choose("请家人")).text
        assert "没看到电话" in (await first.say("我女儿")).text
        assert "登记过的话" in (await first.say(PHONE)).text
        await second.hears("一起用积分")
        assert "同意加入吗" in (await second.say("家庭积分")).text
        assert "2个人" in (await second.say("同意")).text
        assert "尾号7302" in (await first.hears("加入了")).text
        for chat, said in ((first, "50"), (second, "全部")):
            await chat.say("家庭积分")
            assert "放多少" in (await chat.choose("放积分进去")).text
            assert "对吗" in (await chat.say(said)).text
            assert "放好了" in (await chat.say("对")).text
        assert "110积分可用" in (await first.say("家庭积分")).text
        assert "用家里的积分换" in (await second.say("我要兑换大米")).whole
        assert "领取码" in (await second.choose("1")).text
        assert "20积分可用。另有90分" in (await first.say("家庭积分")).text
        assert "留给家里人" in (await first.say("退出家庭")).text
        assert "退出了" in (await first.say("退出")).text
        assert "10积分可用" in (await first.say("我的积分")).text
        assert "最后一个人" in (await second.say("退出家庭")).text
        assert "还有90分在兑换中" in (await second.say("退出")).text


async def test_who_left_meanwhile_spends_nothing_of_the_family(house: House) -> None:
    async with house.chat() as chat:
        await begin_a_family(house, chat, 100, "全部", "对")
        assert "用家里的积分换" in (await chat.say("我要兑换大米")).whole
        async with house.service.database.write() as db:
            await families.leave(db, resident_id=await resident_of(house, chat))
        assert "还没有和家人一起" in (await chat.say("用家里的")).text
        assert "100积分可用" in (await chat.say("我的积分")).text


async def test_a_frozen_resident_spends_nothing_of_the_family(house: House) -> None:
    async with house.chat() as chat:
        await begin_a_family(house, chat, 100, "全部", "对")
        resident_id = await resident_of(house, chat)
        ends_at = clock.now() + timedelta(days=3)
        async with house.service.database.write() as db:
            await freezes.freeze(
                db, area_code=AREA, resident_id=resident_id, reason="核对", worker_id="w", ends_at=ends_at
            )
        for wish in ("我要兑换大米", "我想捐积分", "放积分进去"):
            stopped = await chat.say(wish)
            assert "先停用到" in stopped.text
            assert stopped.choice("积分申诉")
        shown = await chat.say("我的积分")
        assert "暂停使用" in shown.text
        assert shown.choice("积分申诉")


async def test_without_consent_there_is_no_family(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        await chat.say("家庭积分")
        assert "您自己用" in (await chat.say("先不用")).text
        assert "建一个家庭" in (await chat.say("家庭积分")).whole


async def test_an_invitation_can_be_declined(house: House) -> None:
    async with house.chat(user="first") as first, house.chat(user="second") as second:
        for chat in (first, second):
            await chat.say("你好")
        await with_phone(house, second)
        await first.say("家庭积分")
        await first.say("同意")
        await first.say("请家人")
        await first.say(PHONE)
        await second.hears("一起用积分")
        await second.say("家庭积分")
        assert "不会知道" in (await second.say("不加入")).text
        assert "建一个家庭" in (await second.say("家庭积分")).whole


async def test_a_no_is_understood_at_every_question(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        await give_points(house, chat, 30)
        for before in ([], ["邻居"], ["邻居", "10"]):
            await chat.say("捐积分")
            for answer in before:
                await chat.say(answer)
            assert (await chat.say("不捐了")).text == "好的，积分先留着。", before
        assert "30积分可用" in (await chat.say("我的积分")).text
    async with house.chat(user="family") as chat:
        await chat.say("你好")
        assert (await begin_a_family(house, chat, 30, "不放了")).text == "好的，您的积分还是您自己用。"


async def test_too_much_and_nonsense_are_asked_again(house: House) -> None:
    async with house.chat() as chat:
        assert "1到30都行" in (await begin_a_family(house, chat, 30, "31")).text
        for said in ("0", "很多"):
            assert "1到30都行" in (await chat.say(said)).text
        assert "把15积分" in (await chat.say("一半")).text


async def test_taking_the_consent_back_leaves_the_family(house: House) -> None:
    async with house.chat() as chat:
        await begin_a_family(house, chat, 30, "全部", "对")
        await chat.say("我同意过什么")
        await chat.choose("1")
        assert "撤回了" in (await chat.say("撤回")).text
        assert "30积分可用" in (await chat.say("我的积分")).text


async def test_points_are_given_to_neighbours(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        assert "心意" in (await chat.say("我想捐积分")).text
        await give_points(house, chat, 30)
        assert "捐给谁" in (await chat.say("我想捐积分")).text
        assert "想捐多少" in (await chat.say("邻居")).text
        assert "收不回来" in (await chat.say("二十")).text
        assert "谢谢" in (await chat.say("同意")).text
        assert "10积分可用" in (await chat.say("我的积分")).text
        assert "捐赠" in (await chat.say("积分明细")).text


async def test_a_gift_can_be_thought_over(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        await give_points(house, chat, 30)
        await chat.say("捐积分")
        await chat.say("社区公益")
        await chat.say("5")
        assert "先留着" in (await chat.say("先不了")).text
        assert "30积分可用" in (await chat.say("我的积分")).text
