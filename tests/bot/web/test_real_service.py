"""The page against the service itself: a report with photo and place, an emergency, the list of volunteers."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from core import clock
from tests.bot.web.browser import chromium, hears, say, visit
from tests.community.service import served
from tests.house import House, running
from tests.scenarios.town import AREA, resident_of

pytestmark = pytest.mark.browser


@pytest.fixture
async def url(database_url: str, redis_url: str | None, tmp_path: Path) -> AsyncIterator[str]:
    async with running(database_url, tmp_path, redis_url=redis_url) as house:
        yield house.url


async def test_a_visitor_reports_with_a_photo_and_a_place(url: str) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (640, 480), "#88aa77").save(photo, "JPEG")
    where = {"longitude": 116.4205, "latitude": 39.9605}
    async with chromium() as browser, visit(browser, url, geolocation=where, permissions=["geolocation"]) as phone:
        page = phone.page
        await page.set_input_files("#photo", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
        await expect(page.locator(".us .bubble")).to_have_count(1)
        await page.click("#tool-place")
        await expect(page.locator(".us .bubble")).to_have_count(2)
        await page.fill("#say", "单元门口的井盖翻起来了")
        await page.press("#say", "Enter")
        await page.locator(".choice:enabled").first.click()
        await expect(page.locator(".us .bubble").last).to_contain_text("编号")
        await page.click("#tab-things")
        await expect(page.locator("#things .thing")).to_have_count(1)
        assert phone.complaints == []


async def test_an_emergency_is_answered_with_a_number_to_call(url: str) -> None:
    async with chromium() as browser, visit(browser, url) as phone:
        await phone.page.fill("#say", "厨房着火了")
        await phone.page.press("#say", "Enter")
        await expect(phone.page.locator(".us .bubble a[href='tel:119']")).to_have_count(1)


async def test_who_is_bound_joins_the_list_and_leaves_it(house: House) -> None:
    async with house.chat() as chat, chromium() as browser, visit(browser, house.url) as phone:
        page = phone.page
        await chat.say("你好")
        code = re.search(r"\d{4} \d{4}", (await chat.say("绑定支付宝")).whole)
        assert code is not None
        resident_id = await resident_of(house, chat)
        await served(house.service.database, resident_id, 95, certified_at=clock.now(), area_code=AREA)
        await page.click("#tab-things")
        await page.click("#board-open")
        await page.click("#board-member button")
        await hears(page, "8位绑定码")
        await say(page, code.group())
        await hears(page, "绑定好了")
        await page.click("#tab-things")
        await page.click("#board-open")
        await page.fill("#nickname", "老党员")
        await page.press("#nickname", "Enter")
        await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("请换一个")
        await page.fill("#nickname", "向阳花")
        await page.press("#nickname", "Enter")
        await expect(page.locator("#board-said")).to_have_text("您排第1名，1小时35分。")
        await expect(page.locator(".places .mine")).to_contain_text("向阳花（您）")
        await page.click("text=退出光荣榜")
        await page.click("button:text-is('退出')")
        await expect(page.locator(".places")).to_have_count(0)
        assert phone.complaints == []
