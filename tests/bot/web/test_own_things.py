"""My things in a real browser: beside the chat or behind a tab, points with their notes, codes with their picture."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Browser, expect

from tests.bot.web.browser import DESKTOP, Visit, hears, say, visit
from tests.bot.web.stand_in import THINGS, StandIn

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_own_things_stand_beside_the_chat_and_ask_for_progress(browser: Browser, api: StandIn) -> None:
    api.things = THINGS
    async with visit(browser, api.url, viewport=DESKTOP) as desktop:
        page = desktop.page
        await say(page, "你好")
        await expect(page.locator("#things .thing")).to_have_count(6)
        await expect(page.locator(".balance")).to_have_text("65 分，另有30分在兑换中")
        await expect(page.locator(".entry").first).to_have_text("11月20日 反映问题：R2611180003+20")
        await expect(page.locator("#things")).to_contain_text("社区食堂午餐（送餐到家）")
        await expect(page.locator("#things .state").first).to_have_text("处理中")
        await page.locator("text=问进度").first.click()
        await hears(page, "查进度 HC20261121000003")
        assert desktop.complaints == []


async def test_points_say_what_expires_next_and_keep_minutes_and_family_apart(browser: Browser, api: StandIn) -> None:
    api.things = THINGS
    async with visit(browser, api.url, viewport=DESKTOP) as desktop:
        page = desktop.page
        await say(page, "你好")
        things = page.locator("#things")
        await expect(things).to_contain_text("其中20分到1月1日周五 00:00为止")
        await expect(things).to_contain_text("家里3个人，一共120分")
        await expect(things).to_contain_text("志愿服务12小时30分，单独记着")
        await expect(things).to_contain_text("您是一星志愿者。再服务88小时，就是二星志愿者。")
        await page.click("text=看更早的")
        await expect(page.locator(".entry")).to_have_count(4)
        await page.click("text=捐积分")
        await hears(page, "捐积分")
        assert desktop.complaints == []


async def test_who_may_not_spend_reads_why_and_until_when_and_can_object(browser: Browser, api: StandIn) -> None:
    frozen = {"reason": "有一条上报要核对", "until": "2026-12-01T00:00:00+08:00"}
    api.things = {**THINGS, "points": {**THINGS["points"], "frozen": frozen}}
    async with visit(browser, api.url, viewport=DESKTOP) as desktop:
        page = desktop.page
        await say(page, "你好")
        await expect(page.locator("#things")).to_contain_text("攒的分都在，最晚12月1日恢复。有一条上报要核对")
        await expect(page.locator("#things .wishes button")).to_have_text(["不同意，去申诉", "家庭积分"])
        await page.click("text=不同意，去申诉")
        await hears(page, "申诉")
        assert desktop.complaints == []


async def test_a_code_stands_in_groups_with_its_picture_and_the_place(browser: Browser, api: StandIn) -> None:
    api.things = THINGS
    async with visit(browser, api.url) as phone:
        page = phone.page
        await say(page, "你好")
        await page.click("#tab-things")
        await expect(page.locator("#things .code")).to_have_text("8H2K-7M4Q")
        await expect(page.locator("#things .code")).to_have_attribute("aria-label", "领取码 8 H 2 K 7 M 4 Q")
        await expect(page.locator("#things .qr img")).to_be_visible()
        assert await page.locator("#things .qr img").evaluate("image => image.naturalWidth") > 200
        await expect(page.locator("#things")).to_contain_text("和平里社区服务站（和平街1号）")
        await expect(page.locator("#things")).to_contain_text("等审核")
        assert api.drawn == ["redemptions/f00d/qr"]
        assert phone.complaints == []


async def test_a_reply_with_a_code_shows_its_picture(visited: Visit, api: StandIn) -> None:
    api.answer = lambda _: [{"text": "换好了！领取码：8H2K-7M4Q", "qr": "f00d"}]
    await say(visited.page, "换")
    await hears(visited.page, "8H2K-7M4Q")
    await expect(visited.page.locator(".us .bubble .in-code")).to_have_text("8H2K-7M4Q")
    await expect(visited.page.locator(".us .bubble .qr img")).to_be_visible()
    stored = await visited.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "blob:" not in stored


async def test_on_a_phone_own_things_are_a_tab(visited: Visit) -> None:
    await expect(visited.page.locator("#things")).to_be_hidden()
    await visited.page.click("#tab-things")
    await expect(visited.page.locator("#things")).to_be_visible()
    await expect(visited.page.locator("#chat")).to_be_hidden()


async def test_ones_data_can_be_taken_along_as_a_file(visited: Visit, api: StandIn) -> None:
    page = visited.page
    api.things = {"me/export": {"profile": {"ref": "R1"}}}
    await page.click("#tab-things")
    async with page.expect_download() as started:
        await page.click("#export")
    download = await started.value
    assert download.suggested_filename == "我的资料.json"
    assert json.loads((await download.path()).read_text(encoding="utf-8")) == {"profile": {"ref": "R1"}}
