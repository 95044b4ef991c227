"""What becomes of one's reports: the list, one of them, urging, adding, taking back, rating."""

from __future__ import annotations

from tests.house import House
from tests.scenarios.test_tasks import reported


async def test_the_list_and_one_of_them(house: House) -> None:
    async with house.chat() as chat:
        assert "没有反映过" in (await chat.say("我的反映")).text
        first = await reported(chat)
        assert first in (await chat.say("查一下进度")).text
        await chat.say("5号楼西侧垃圾没人收")
        second = (await chat.say("可以")).text.split("编号")[1][:11]
        assert "哪一件" in (await chat.say("我反映的事")).text
        assert second in (await chat.say(second)).text


async def test_urging_and_adding_and_taking_back(house: House) -> None:
    async with house.chat() as chat:
        number = await reported(chat)
        await chat.say("到哪一步了")
        assert "替您催了" in (await chat.say("催一下")).text
        await chat.say("我的反映")
        refused = await chat.say("催催")
        assert "今天已经催过" in refused.text
        assert refused.choices
        await chat.say("我的反映")
        assert "再说两句" in (await chat.say("补充照片或说明")).text
        assert number in (await chat.say("三楼的也坏了")).text
        await chat.say("取消")
        await chat.choose("1")
        assert "撤回了" in (await chat.say("撤回")).text


async def test_somebody_elses_number_is_not_found(house: House) -> None:
    async with house.chat(user="one") as one, house.chat(user="two") as two:
        number = await reported(one)
        assert "没找到" in (await two.say(f"{number}到哪一步了")).text
