"""Points that cannot be spent for a while, or that were taken back: the resident sees why, and answers in one step."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.town import AREA, give_points, ref_of


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
    """Before they choose, and also when it happens between the question and the answer."""
    async with house.chat() as chat:
        await chat.say("你好")
        await give_points(house, chat, 100)
        assert "对吗" in (await chat.say("我要兑换大米")).text
        await freeze(house, chat)
        await chat.hears("积分先停用")
        for said in ("换", "我要兑换大米"):
            stopped = await chat.say(said)
            assert "先停用到" in stopped.text
            assert stopped.choice("积分申诉")


async def first_entry(house: House, ref: str) -> dict[str, Any]:
    """Once the poster has paid it."""
    for _ in range(100):
        entries = (await house.admin("GET", f"/points/{ref}/statement"))["items"]
        if entries:
            return dict(entries[0])
        await asyncio.sleep(0.1)
    raise AssertionError("nothing was paid")


async def taken_back(house: House, chat: Chat, reason: str) -> None:
    """Ten points for a deed, which a worker takes back."""
    ref = await ref_of(house, chat)
    budget = {"area_code": AREA, "amount": 1000, "period": "2026", "document_no": f"测试〔{ref}〕"}
    await house.admin("POST", "/points/funds", json=budget)
    award = {"rule": "award", "occasion": "修好了路灯"}
    await house.admin("POST", f"/points/{ref}/award", role="desk", json=award)
    paid = await first_entry(house, ref)
    await house.admin("POST", f"/transfers/{paid['transfer_id']}/clawback", role="desk", json={"reason": reason})
    await chat.hears("核对后收回了")


async def test_points_taken_back_are_appealed_against_and_come_back(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        await taken_back(house, chat, "路灯没有修好")
        asked = await chat.say("申诉")
        assert "收回了您10积分" in asked.whole
        assert "路灯没有修好" in asked.whole
        assert "收到了" in (await chat.say("修的是另一盏灯")).text
        (made,) = await appeals(house)
        shown = await house.admin("GET", f"/points/appeals/{made['id']}")
        assert (shown["against"], shown["words"], shown["clawback"]["taken_points"]) == (
            "clawback",
            "修的是另一盏灯",
            10,
        )
        await house.admin("POST", f"/points/appeals/{made['id']}/uphold", json={"reason": "是两盏灯"})
        assert "是两盏灯" in (await chat.hears("那10积分照算")).whole
        assert "10积分" in (await chat.say("积分")).text
        assert "不用申诉" not in (await chat.say("申诉")).text


async def test_which_one_is_asked_by_number(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        await taken_back(house, chat, "路灯没有修好")
        await freeze(house, chat)
        await chat.hears("积分先停用")
        asked = await chat.say("申诉")
        assert "哪一件" in asked.text
        assert "收回了您10积分" in (await chat.say("2")).whole
        await chat.say("修的是另一盏灯")
        (made,) = await appeals(house)
        await house.admin("POST", f"/points/appeals/{made['id']}/decline", json={"reason": "看了照片"})
        assert "看了照片" in (await chat.hears("收回的10积分不变")).whole
