"""Points that cannot be spent for a while: the resident sees why, and answers in one step."""

from __future__ import annotations

from typing import Any

from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.town import give_points, ref_of


async def freeze(house: House, chat: Chat) -> None:
    ref = await ref_of(house, chat)
    body = {"reason": "同一件事报了好几次，要核对一下", "days": 10}
    await house.admin("POST", f"/points/{ref}/freeze", role="desk", json=body)


async def appeals(house: House) -> list[dict[str, Any]]:
    return list((await house.admin("GET", "/points/appeals?state=open"))["items"])


async def frozen_chat(house: House, chat: Chat) -> None:
    """A resident who has points, cannot spend them and was told so."""
    await chat.say("你好")
    await give_points(house, chat, 100)
    await freeze(house, chat)
    await chat.hears("积分先停用")


async def test_told_why_they_answer_at_once_and_are_heard(house: House) -> None:
    async with house.chat() as chat:
        await frozen_chat(house, chat)
        asked = await chat.say("申诉")
        assert "原因：同一件事报了好几次" in asked.whole
        assert "另一位工作人员" in asked.whole
        assert "收到了" in (await chat.say("不是同一件，一个在东门一个在西门")).text
        (made,) = await appeals(house)
        shown = await house.admin("GET", f"/points/appeals/{made['id']}")
        assert shown["words"] == "不是同一件，一个在东门一个在西门"
        assert "正在看" in (await chat.say("申诉")).text
        reason = {"reason": "核对过，是两件事"}
        await house.admin("POST", f"/points/appeals/{made['id']}/uphold", json=reason)
        assert "是两件事" in (await chat.hears("您说得对")).whole
        assert "不用申诉" in (await chat.say("申诉")).text


async def test_declined_they_may_say_it_once_more(house: House) -> None:
    async with house.chat() as chat:
        await frozen_chat(house, chat)
        await chat.say("我的积分怎么用不了")
        await chat.say("我没有多报")
        (made,) = await appeals(house)
        await house.admin("POST", f"/points/appeals/{made['id']}/decline", json={"reason": "照片是同一张"})
        await chat.hears("回“申诉”可以再说一次")
        assert "原因" in (await chat.say("申诉")).whole
        assert "收到了" in (await chat.say("第二张是第二天拍的")).text
        assert len(await appeals(house)) == 1


async def test_without_a_freeze_there_is_nothing_to_answer(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        assert "不用申诉" in (await chat.say("我要申诉")).text


async def test_they_may_leave_it(house: House) -> None:
    async with house.chat() as chat:
        await frozen_chat(house, chat)
        await chat.say("申诉")
        assert "想说的时候" in (await chat.say("先不了")).text
        assert await appeals(house) == []


async def test_who_redeems_hears_how_to_answer(house: House) -> None:
    async with house.chat() as chat:
        await frozen_chat(house, chat)
        await chat.say("我要兑换大米")
        assert "申诉" in (await chat.say("换")).whole
