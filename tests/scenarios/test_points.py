"""Points: the balance and where it came from, rewards, codes, and what happens when they are not to be had."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from handlers.wording import moment
from points import corrections
from tests.house import House
from tests.scenarios.town import AREA, give_points, resident_of


async def reward(house: House, name: str, price: int, stock: int) -> str:
    body = {"area_code": AREA, "name": name, "pickup": "社区服务站", "price_points": price, "stock": stock}
    return str((await house.admin("POST", "/rewards", json=body))["id"])


async def test_from_nothing_to_a_code(house: House) -> None:
    async with house.chat() as chat:
        assert "0积分" in (await chat.say("我有多少积分")).text
        assert "还差" in (await chat.say("换东西")).whole
        assert "都能攒" in (await chat.say("大米")).text
        await give_points(house, chat, 100)
        assert "100积分" in (await chat.say("积分")).text
        assert "测试" in (await chat.say("积分怎么来的")).text
        assert "90积分" in (await chat.say("我要兑换大米")).text
        code = await chat.say("换")
        assert "领取码" in code.text
        assert "大米" in (await chat.say("我的领取码")).text
        assert "10积分可用。另有90分" in (await chat.say("我的积分")).text


async def test_what_expires_is_answered_also_where_nothing_does(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        await give_points(house, chat, 30)
        assert "现在没有要到期的分" in (await chat.say("分啥时候到期")).text
        assert "能换东西" in (await chat.say("积分咋用")).text
        assert (await chat.say("我有多少积分")).text == "您现在有30积分可用。"


async def test_what_is_not_offered_is_said_to_be_missing(house: House) -> None:
    await reward(house, "旧书一本", 1, 0)
    async with house.chat() as chat:
        await chat.say("你好")
        await give_points(house, chat, 100)
        assert (await chat.say("换个垃圾袋")).text.startswith("没找到您说的这样东西")
        assert (await chat.say("换东西")).text.startswith("您有100积分")
        assert (await chat.say("旧书")).text.startswith("「旧书一本」已经换完了")
        await chat.say("算了")
        assert (await chat.say("我要兑换旧书")).text.startswith("「旧书一本」已经换完了")
        assert "大米" in (await chat.say("换米")).text


async def test_who_says_no_keeps_the_points(house: House) -> None:
    for no in ("不换了", "不换", "还是不换了吧", "先不换了", "换一个"):
        async with house.chat(user=f"declines-{no}") as chat:
            await chat.say("你好")
            await give_points(house, chat, 100)
            assert "对吗" in (await chat.say("我要兑换抽纸")).text
            answered = (await chat.say(no)).text
            assert answered.startswith("好的，积分先留着" if no != "换一个" else "您有100积分"), no
            assert "领取码：" not in (await chat.say("换")).whole, no


async def test_another_is_chosen_by_its_name_instead_of_an_answer(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        await give_points(house, chat, 300)
        await chat.say("我要兑换抽纸")
        assert "家庭保洁" in (await chat.say("家庭保洁")).text
        assert (await chat.say("电冰箱")).text.startswith("不好意思")


async def test_what_expires_next_and_minutes_apart(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        until = clock.now() + timedelta(days=9)
        async with house.service.database.write() as db:
            await corrections.adjust(
                db,
                area_code=AREA,
                resident_id=await resident_of(house, chat),
                amount_points=30,
                reason="测试",
                actor_id="w",
                key="expiring",
                expires_at=until,
            )
        await give_points(house, chat, 12)
        text = (await chat.say("查积分")).text
        assert "42积分可用" in text
        assert f"30分到{moment(until)}为止" in text
        assert "小时" not in text


async def test_entries_are_read_back_page_by_page(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        for amount in (1, 2, 3, 4, 5):
            await give_points(house, chat, amount)
        first = await chat.say("积分明细")
        assert "+5分" in first.text
        assert "+4分" in first.text
        assert "经核实" in first.text
        older = await chat.choose("看更早的")
        assert all(f"+{amount}分" in older.text for amount in (3, 2, 1))
        assert older.choice("看更早的") is None


async def test_sold_out_meanwhile(house: House) -> None:
    """The last one goes to the first who confirms; the second keeps the points and sees what else there is."""
    await reward(house, "测试雨伞", 5, 1)
    async with house.chat(user="first") as first, house.chat(user="second") as second:
        for chat in (first, second):
            await chat.say("你好")
            await give_points(house, chat, 30)
            assert "对吗" in (await chat.say("兑换测试雨伞")).text
        assert "领取码" in (await first.say("好")).text
        others = await second.say("好")
        assert "兑完了" in others.text
        assert "抽纸" in others.whole
        assert "测试雨伞" not in others.whole
        assert "30积分" in (await second.say("我的积分")).text


async def test_another_one(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        await give_points(house, chat, 100)
        await chat.say("我要兑换大米")
        assert "想换哪一样" in (await chat.say("换一个")).text
        assert "没找到" in (await chat.say("飞机票")).text
        assert "抽纸三包" in (await chat.say("抽纸")).text
        assert "先留着" in (await chat.say("先不了")).text
