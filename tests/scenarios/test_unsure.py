"""What cannot be understood gets a polite sentence and a way on; nothing else changes."""

from __future__ import annotations

import pytest

from tests.house import House
from tests.scenarios.test_delivery import issues_in
from tests.scenarios.town import delivered

STRANGE = [
    {"MsgType": "video", "MediaId": "m1", "ThumbMediaId": "t1"},
    {"MsgType": "shortvideo", "MediaId": "m1", "ThumbMediaId": "t1"},
    {"MsgType": "link", "Title": "标题", "Description": "说明", "Url": "https://example.com/"},
    {"MsgType": "file", "Title": "名单.zip", "Description": "", "FileKey": "k"},
    {"MsgType": "hologram"},
]


async def test_three_likeliest_then_a_person(house: House) -> None:
    async with house.chat() as chat:
        unsure = await chat.say("咕噜咕噜")
        assert "哪一项" in unsure.text
        assert len(unsure.choices) == 4
        assert unsure.choices[-1].label == "找社区工作人员"
        asked = await chat.choose("1")
        assert "咕噜咕噜" in asked.text


async def test_only_emoji(house: House) -> None:
    async with house.chat() as chat:
        assert "哪件事" in (await chat.say("😀🎉😀")).text
        await chat.say("电梯坏了")
        assert "没听明白" in (await chat.say("😀🎉😀")).text


async def test_ten_thousand_characters(house: House) -> None:
    before = await issues_in(house)
    async with house.chat() as chat:
        assert "太长" in (await chat.say("灯坏了" * 3400)).text
        await chat.say("电梯坏了")
        assert "太长" in (await chat.say("楼" * 10_000)).text
        assert "报上去" in (await chat.say("7号楼")).text
    assert await issues_in(house) == before


async def test_a_cdata_end_in_a_text(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("电梯坏了]]>和<b>一样")
        assert "]]>" in (await chat.say("7号楼")).text


async def test_kinds_of_messages_that_we_cannot_read(house: House) -> None:
    """Answered politely, and in the middle of a dialogue the question stands."""
    async with house.chat() as chat:
        for number, fields in enumerate(STRANGE):
            assert "看不了" in await delivered(house, chat, fields, number)
        await chat.say("电梯坏了")
        for number, fields in enumerate(STRANGE, start=len(STRANGE)):
            answer = await delivered(house, chat, fields, number)
            assert "看不了" in answer
            assert "哪里" in answer


@pytest.mark.parametrize("recognised", ["", "   "])
async def test_a_voice_that_was_not_recognised(house: House, recognised: str) -> None:
    async with house.chat() as chat:
        assert "没听清" in (await chat.voice(recognised)).text
        await chat.say("电梯坏了")
        assert "没听清" in (await chat.voice(recognised)).text


async def test_a_voice_is_as_good_as_a_text(house: House) -> None:
    async with house.chat() as chat:
        await chat.voice("三号楼二单元楼道灯不亮了")
        assert "编号R" in (await chat.voice("可以")).text
