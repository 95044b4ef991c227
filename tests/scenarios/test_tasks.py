"""A worker whose WeChat is bound to their role sees what was given to them and answers it from the chat."""

from __future__ import annotations

from tests.house import House
from tests.scenarios.chat import Chat

UNIT = "槐荫街道市政维护队"
"""Of the sample's handler."""


async def reported(chat: Chat) -> str:
    await chat.say("3号楼2单元的楼道灯坏了")
    return (await chat.choose("1")).text.split("编号")[1][:11]


async def dispatch(house: House, number: str) -> None:
    for step, body in (("verify", {}), ("file", {}), ("dispatch", {"unit": UNIT})):
        await house.admin("POST", f"/issues/{number}/{step}", json=body)


async def bind(house: House, chat: Chat) -> str:
    code = (await house.admin("POST", "/me/binding", role="handler", json={}))["code"]
    return (await chat.say(f"员工绑定 {code}")).text


async def test_from_binding_to_the_deed(house: House) -> None:
    async with house.chat(user="resident") as resident, house.chat(user="worker") as worker:
        number = await reported(resident)
        assert "还没有绑定" in (await worker.say("我的任务")).text
        assert "绑定好了" in await bind(house, worker)
        await dispatch(house, number)
        listed = await worker.say("我的任务")
        assert "3号楼2单元" in listed.whole
        shown = await worker.say(number)
        assert number in shown.text
        assert "3号楼2单元" in shown.text
        assert "正在处理" in (await worker.say("开始办")).text
        await worker.say("我的任务")
        await worker.say(number)
        assert "怎么办的" in (await worker.say("办好了")).text
        assert "已处理" in (await worker.say("换了新灯泡")).text
        assert "修好了吗" in (await resident.hears("处理完了")).text
        assert "打几分" in (await resident.say("修好了")).text
        assert "谢谢" in (await resident.say("很满意")).text
    lines = (await house.admin("GET", "/audit"))["items"]
    done = {line["action"] for line in lines if line["subject"] == number}
    assert {"chat.task.show", "chat.task.start", "chat.task.handle"} <= done


async def test_not_fixed_opens_it_again(house: House) -> None:
    async with house.chat(user="resident") as resident, house.chat(user="worker") as worker:
        number = await reported(resident)
        await bind(house, worker)
        await dispatch(house, number)
        for said in ("我的任务", number, "办好了", "修了"):
            await worker.say(said)
        await resident.hears("处理完了")
        assert "还有什么没弄好" in (await resident.say("没修好")).text
        assert "重新打开" in (await resident.say("还是不亮")).text


async def test_returning_needs_a_reason(house: House) -> None:
    async with house.chat(user="resident") as resident, house.chat(user="worker") as worker:
        number = await reported(resident)
        await bind(house, worker)
        await dispatch(house, number)
        await worker.say("我的任务")
        await worker.say(number)
        assert "为什么" in (await worker.say("退回")).text
        assert "退回" in (await worker.say("不是我们管的灯")).text
        assert "3号楼2单元" not in (await worker.say("我的任务")).whole


async def test_a_wrong_code_binds_nobody(house: House) -> None:
    async with house.chat() as chat:
        assert "8位数字" in (await chat.say("员工绑定")).text
        assert "不对" in (await chat.say("00000000")).text
        await chat.say("取消")
        assert "还没有绑定" in (await chat.say("我的任务")).text


async def test_after_five_wrong_codes_even_the_right_one_must_wait(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("员工绑定")
        for left in (4, 3, 2, 1, 0):
            assert f"还可以再试{left}次" in (await chat.say("00000000")).text
        assert "请十分钟后再试" in await bind(house, chat)
        assert "还没有绑定" in (await chat.say("我的任务")).text
