"""Reporting, as residents do it: in one sentence, bit by bit, with photos and places in any order."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.house import House

pytestmark = [pytest.mark.parametrize("account", ["heping", "heping-alipay", "web"]), pytest.mark.alike("account")]


def photo(colour: str = "red") -> bytes:
    """A small JPEG."""
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "JPEG")
    return made.getvalue()


async def test_one_sentence_is_enough(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        asked = await chat.say("3号楼2单元的楼道灯坏了三天了")
        assert "3号楼2单元" in asked.whole
        done = await chat.choose("1")
        assert "编号R" in done.whole


async def test_what_is_missing_is_asked_for_once(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        assert "哪里" in (await chat.say("垃圾没人收")).whole
        assert "报上去" in (await chat.say("5号楼西侧")).whole
        assert "编号R" in (await chat.say("可以")).whole


async def test_how_the_place_is_asked_for_depends_on_the_matter(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        asked = (await chat.say("电梯坏了")).whole
        assert "哪里" in asked
        assert "单元" in asked


async def test_a_word_and_a_number_choose_alike(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        await chat.say("3号楼门口井盖松了")
        assert "什么都没留下" in (await chat.say("不报了")).whole


async def test_the_way_back_and_the_way_out(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        await chat.say("电梯坏了")
        await chat.say("7号楼")
        assert "哪里" in (await chat.say("返回")).whole
        assert "先不办了" in (await chat.say("取消")).whole


async def test_progress_is_told(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        await chat.say("3号楼2单元的楼道灯坏了")
        done = await chat.choose("1")
        number = done.whole.split("编号")[1][:11]
        assert number in (await chat.say(f"{number}到哪一步了")).whole


async def test_asking_to_report_says_nothing_of_the_matter(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        assert "什么问题" in (await chat.say("我要上报问题")).whole
        assert "哪里" in (await chat.say("井盖松了")).whole


async def test_a_number_that_nobody_asked_for_is_left_out_unless_wanted(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        assert "要留给" in (await chat.say("3号楼2单元的楼道灯坏了，我的电话13800000000")).whole
        await chat.choose("2")
        done = await chat.choose("1")
        shown = await house.admin("GET", f"/issues/{done.whole.split('编号')[1][:11]}")
        assert "13800000000" not in str(shown)


async def test_a_place_that_only_the_resident_knows_is_asked_about_once(house: House, account: str) -> None:
    async with house.chat(account) as chat:
        assert "哪里" in (await chat.say("垃圾没人收")).whole
        assert "“我家楼下”具体是哪里" in (await chat.say("就在我家楼下")).whole
        assert "报上去" in (await chat.say("我家楼下")).whole
        await chat.say("改位置")
        assert "位置：5号楼" in (await chat.say("5号楼")).whole


@pytest.mark.parametrize(("answer", "confidential"), [("可以", True), ("不用保密", False)])
async def test_who_does_not_want_to_be_named_is_not(
    house: House, account: str, answer: str, *, confidential: bool
) -> None:
    async with house.chat(account) as chat:
        asked = await chat.say("别告诉别人是我反映的，2号楼有人群租")
        assert "不会告诉别人是您报的" in asked.whole
        done = await chat.say(answer)
        shown = await house.admin("GET", f"/issues/{done.whole.split('编号')[1][:11]}")
        assert shown["confidential"] is confidential
