"""Photos, places and words sent separately become one report; a late photo still finds it."""

from __future__ import annotations

import asyncio

from tests.house import House
from tests.scenarios.test_report import photo


async def photos_of(house: House, number: str) -> int:
    for _ in range(100):
        shown = await house.admin("GET", f"/issues/{number}")
        if shown["photos"]:
            return len(shown["photos"])
        await asyncio.sleep(0.1)
    return 0


def number_in(text: str) -> str:
    return text.split("编号")[1][:11]


async def test_photo_first(house: House) -> None:
    async with house.chat() as chat:
        assert "照片收到" in (await chat.photo(photo())).whole
        await chat.say("单元门坏了关不上")
        await chat.say("6号楼1单元")
        number = number_in((await chat.choose("1")).whole)
    assert await photos_of(house, number) == 1


async def test_place_first_then_words_then_photo(house: House) -> None:
    async with house.chat() as chat:
        assert "位置收到" in (await chat.location(116.4272, 39.9612, "和平里北院")).whole
        await chat.say("井盖丢了")
        await chat.photo(photo())
        number = number_in((await chat.choose("1")).whole)
    assert await photos_of(house, number) == 1
    shown = await house.admin("GET", f"/issues/{number}")
    assert shown["location"]["crs"] == "gcj02"
    assert shown["urgency"] == 3
    assert shown["emergency"] is None


async def test_a_photo_after_filing_is_added(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("3号楼2单元的楼道灯坏了")
        number = number_in((await chat.choose("1")).whole)
        assert number in (await chat.photo(photo("blue"))).whole
    assert await photos_of(house, number) == 1
