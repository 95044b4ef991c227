"""Ordering a service for oneself or a relative, with everything that may change before it is placed."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from tests.house import House
from tests.scenarios.town import AREA, PHONE

LUNCH = "后天"
"""Lunch of tomorrow is closed from four in the afternoon on; that of the day after never is."""


async def test_lunch_for_mother(house: House) -> None:
    async with house.chat() as chat:
        assert "几份" in (await chat.say(f"给我妈订{LUNCH}的午饭")).text
        assert "送到哪里" in (await chat.say("一份")).text
        assert "手机号" in (await chat.say("和平里北院3号楼2单元501")).text
        confirm = await chat.say(PHONE)
        assert "给母亲" in confirm.text
        assert "午餐" in confirm.text
        assert "家人同意" in confirm.text
        assert "订好了，单号D" in (await chat.say("行吧")).text
        assert "等待接单" in (await chat.say("我的订单")).text


async def test_one_sentence_and_corrections(house: House) -> None:
    """Nothing that was said is asked; 不对 is never taken for no."""
    async with house.chat() as chat:
        said = f"给我自己订{LUNCH}的午饭，两份，送到和平里北院3号楼2单元501，电话{PHONE}"
        assert "2份" in (await chat.say(said)).text
        assert "3份" in (await chat.say("不对，是3份")).text
        assert "5号楼1单元202" in (await chat.say("应该是5号楼1单元202")).text
        assert "直接说对的" in (await chat.say("不对")).text
        assert "什么时候" in (await chat.say("改时间")).text
        assert "这样下单可以吗" in (await chat.say("最后一个")).text
        assert "订好了" in (await chat.say("好嘞，谢谢")).text


async def test_the_address_is_remembered(house: House) -> None:
    said = f"给我自己订{LUNCH}的午饭，一份，电话{PHONE}"
    async with house.chat() as chat:
        await chat.say(f"{said}，送到和平里北院3号楼2单元501")
        await chat.say("可以")
        assert "3号楼2单元501" in (await chat.say(said)).whole
        assert "3号楼2单元501" in (await chat.say("老地方")).text
        assert "先不订" in (await chat.say("先不了")).text


async def test_what_is_no_address_is_asked_again(house: House) -> None:
    async with house.chat() as chat:
        await chat.say(f"给我自己订{LUNCH}的午饭，一份，电话{PHONE}")
        assert "没看明白地址" in (await chat.say("不知道")).text
        assert "位置不对" in (await chat.location(0.0, 0.0)).text
        assert "这样下单可以吗" in (await chat.location(116.4272, 39.9612, "和平里北院")).text


async def test_a_slot_that_fills_up_meanwhile(house: House) -> None:
    """Two want the last portion: the second is offered other times, and nothing else is asked again."""
    offer = {
        "area_code": AREA,
        "kind": "haircut",
        "title": "测试理发",
        "windows": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "start": "09:00", "end": "10:00"}],
        "capacity": 1,
        "needs_address": False,
    }
    await house.admin("POST", "/services", json=offer)
    day = clock.local(clock.now()) + timedelta(days=2)
    said = f"给我自己约{day.month}月{day.day}日上午的测试理发，电话{PHONE}"
    async with house.chat(user="first") as first, house.chat(user="second") as second:
        assert "到社区来" in (await first.say(said)).text
        await second.say(said)
        assert "订好了" in (await first.say("好")).text
        sorry = await second.say("好")
        assert "订满了" in sorry.text
        assert "这样下单可以吗" in (await second.choose("1")).text
        assert "订好了" in (await second.say("好")).text


async def test_cancelling_and_rating(house: House) -> None:
    said = f"给我自己订{LUNCH}的午饭，一份，送到和平里北院3号楼2单元501，电话{PHONE}"
    async with house.chat() as chat:
        await chat.say(said)
        number = (await chat.say("中")).text.split("单号")[1][:11]
        assert "想取消哪一件" in (await chat.say("取消")).text
        assert f"{number}取消了" in (await chat.choose("1")).text
        await chat.say(said)
        number = (await chat.say("得嘞")).text.split("单号")[1][:11]
        await house.admin("POST", f"/orders/{number}/assign", json={"provider": "社区食堂"})
        await house.admin("POST", f"/orders/{number}/complete", json={})
        await chat.hears("做完了")
        assert "打分" in (await chat.say("我的订单")).whole
        assert "打几分" in (await chat.say("打分")).text
        assert "谢谢您直说" in (await chat.say("不满意")).text


async def test_what_there_is(house: House) -> None:
    async with house.chat() as chat:
        offered = await chat.say("有什么服务")
        assert "午餐" in offered.whole
        assert "水电小修" in offered.whole
        assert "没找到" in (await chat.say("遛狗")).text
        assert "给谁订" in (await chat.say("水电小修")).text
        assert "什么时候" in (await chat.say("我自己")).text
