"""The page against the service itself: a visitor reports with a photo and a place and finds the report again."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.bot.web.browser import chromium, visit
from tests.house import running

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
