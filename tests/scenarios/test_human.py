"""A worker takes over: the bot is quiet meanwhile, both are told when it ends, and an emergency is still answered."""

from __future__ import annotations

from bot.simulate.said import Text
from tests.house import House


async def waiting_chat(house: House) -> str:
    """The id of the chat that waits now."""
    chats = (await house.admin("GET", "/chats"))["items"]
    return str(next(one["id"] for one in chats if one["state"] == "waiting"))


async def test_from_the_call_to_the_end(house: House) -> None:
    async with house.chat() as chat:
        assert "我请工作人员来" in (await chat.say("人工")).text
        assert "已经告诉工作人员" in (await chat.say("我想问问停车的事")).text
        found = await waiting_chat(house)
        await house.admin("POST", f"/chats/{found}/reply", json={"text": "您好，请讲。"})
        assert "您好，请讲。" in (await chat.hears("您好，请讲。")).text
        assert await chat.silently(Text("车位怎么申请")) == []
        await house.admin("POST", f"/chats/{found}/close", json={})
        await chat.hears("接下来还是我")
        assert "积分可用" in (await chat.say("我的积分")).text


async def test_the_resident_ends_it(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("找个人工")
        assert "先和工作人员聊到这里" in (await chat.say("不用了")).text
        await chat.say("人工")
        assert "反映问题" in (await chat.say("菜单")).whole


async def test_an_unfinished_job_waits(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("电梯坏了")
        await chat.say("人工")
        assert "接着办「反映问题」" in (await chat.say("菜单")).whole


async def test_an_emergency_is_answered_meanwhile(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("人工")
        assert "119" in (await chat.say("3号楼着火了")).text


async def test_a_clear_wish_is_answered_while_nobody_has_come(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("人工")
        assert "积分可用" in (await chat.say("我的积分")).text
        assert "3号楼" in (await chat.say("3号楼2单元的楼道灯坏了")).whole
        assert "编号R" in (await chat.choose("1")).whole
        await waiting_chat(house)
        assert "已经告诉工作人员" in (await chat.say("我想问问停车的事")).text
