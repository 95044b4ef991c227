"""The list of volunteers in a real browser: seen, joined by consent, left; by keyboard alone; in large type."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.bot.web.browser import Visit, hears, visit
from tests.bot.web.stand_in import StandIn
from tests.bot.web.stand_in_board import AGREED, BEFORE, REFUSED

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def opened(page: Page) -> None:
    await page.click("#tab-things")
    await page.click("#board-open")
    await expect(page.locator("#board-said")).not_to_be_empty()


async def lines(page: Page) -> list[str]:
    shown: list[str] = await page.locator(".places tbody tr").evaluate_all(
        "all => all.map(row => [...row.cells].map(cell => cell.textContent).join(' '))"
    )
    return shown


async def test_neighbours_are_seen_by_nickname_with_their_time(visited: Visit, api: StandIn) -> None:
    await opened(visited.page)
    assert await lines(visited.page) == ["第1名 晚霞 2小时5分", "第2名 青松 1小时30分", "第3名 邻家老李 1小时"]
    await expect(visited.page.locator(".places caption")).to_have_text("2026年1月认证的志愿时长")
    await expect(visited.page.locator("#board-said")).to_contain_text("您没有上榜")
    assert [method for method, _ in api.board.asked] == ["GET"]


async def test_who_joins_sees_what_they_agree_to_and_where_they_stand(visited: Visit, api: StandIn) -> None:
    page = visited.page
    await opened(page)
    await expect(page.locator("#board-member")).to_contain_text(AGREED)
    await page.get_by_label("起个昵称").fill("向阳花")
    await page.click("text=我同意，加入")
    await expect(page.locator("#board-said")).to_have_text("您排并列第2名，1小时30分。")
    assert api.board.asked[-1] == ("POST", {"nickname": "向阳花", "consent": "2026-11"})
    assert (await lines(page))[1:] == [
        "并列第2名 青松 1小时30分",
        "并列第2名 向阳花（您） 1小时30分",
        "第4名 邻家老李 1小时",
    ]
    await expect(page.locator("#board-said")).to_be_focused()


async def test_a_name_that_is_refused_stays_to_be_changed(visited: Visit, api: StandIn) -> None:
    page = visited.page
    await opened(page)
    await page.fill("#nickname", "我")
    await page.press("#nickname", "Enter")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text(REFUSED)
    await expect(page.locator("#nickname")).to_have_value("我")
    await expect(page.locator("#nickname")).to_be_focused()
    assert api.board.nickname is None


async def test_what_is_agreed_to_is_shown_anew_when_it_has_changed(visited: Visit, api: StandIn) -> None:
    page = visited.page
    await opened(page)
    api.board.version = "2026-12"
    await page.fill("#nickname", "向阳花")
    await page.click("text=我同意，加入")
    await expect(page.locator("#board-said")).to_contain_text("请重新看一遍再同意")
    await page.fill("#nickname", "向阳花")
    await page.click("text=我同意，加入")
    await expect(page.locator("#board-said")).to_contain_text("您排")
    assert api.board.nickname == "向阳花"


async def test_the_name_is_changed_and_the_list_left(visited: Visit, api: StandIn) -> None:
    page = visited.page
    api.board.nickname, api.board.minutes = "向阳花", 0
    await opened(page)
    await expect(page.locator("#board-said")).to_contain_text("认证了就会上榜")
    await page.click("text=改昵称")
    await expect(page.locator("#nickname")).to_have_value("向阳花")
    await page.fill("#nickname", "老树")
    await page.click("text=我同意，加入")
    await expect(page.locator("#board-member")).to_contain_text("您的昵称：老树")
    await page.click("text=退出光荣榜")
    await page.click("text=先不退")
    assert api.board.nickname == "老树"
    await page.click("text=退出光荣榜")
    await page.click("button:text-is('退出')")
    await expect(page.locator("#board-said")).to_contain_text("您没有上榜")
    assert api.board.nickname is None


async def test_the_month_before_can_be_looked_at(visited: Visit, api: StandIn) -> None:
    page = visited.page
    await opened(page)
    await page.click("text=上月")
    await expect(page.locator(".places caption")).to_contain_text("2025年12月")
    assert await lines(page) == ["第1名 晚霞 10小时"]
    assert api.board.asked[-1] == ("GET", f"month={BEFORE}")
    await expect(page.locator(".months [aria-pressed=true]")).to_have_text("上月")
    await page.click("text=本月")
    await expect(page.locator(".places tbody tr")).to_have_count(3)


async def test_who_is_not_known_sees_nobody_and_learns_the_way(visited: Visit, api: StandIn) -> None:
    api.board.known = False
    page = visited.page
    await opened(page)
    await expect(page.locator("#board-said")).to_contain_text("回复“绑定”")
    await expect(page.locator(".places, #nickname")).to_have_count(0)
    await page.click("#board-member button")
    await hears(page, "您说的是：我有绑定码")
    await expect(page.locator("#board")).to_be_hidden()


async def test_the_keyboard_alone_opens_joins_and_closes(visited: Visit) -> None:
    page = visited.page
    await page.click("#tab-things")
    await page.focus("#board-open")
    await page.keyboard.press("Enter")
    await expect(page.locator(".places")).to_be_visible()
    for _ in range(3):  # this month, last month, the name
        await page.keyboard.press("Tab")
    await expect(page.locator("#nickname")).to_be_focused()
    await page.keyboard.type("xiangyang")
    await page.keyboard.press("Enter")
    await expect(page.locator("#board-said")).to_contain_text("您排")
    await page.keyboard.press("Escape")
    await expect(page.locator("#board")).to_be_hidden()
    await expect(page.locator("#board-open")).to_be_focused()
    await expect(page.locator(".places")).to_have_count(0)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("width", [320, 360, 1280])
async def test_nothing_is_cut_off_in_the_list(browser: Browser, api: StandIn, width: int, large: bool) -> None:
    api.board.nickname = "住在北院十二个字的邻居啊"
    async with visit(browser, api.url, viewport={"width": width, "height": 740}) as made:
        page = made.page
        if large:
            await page.click("#type-switch")
        if width < 900:
            await page.click("#tab-things")
        await page.click("#board-open")
        await page.click("text=改昵称")
        found: dict[str, Any] = await page.evaluate(
            """() => {
              const board = document.querySelector('#board');
              const targets = [...board.querySelectorAll('button, input')];
              return {
                wide: board.scrollWidth - board.clientWidth,
                small: targets.filter(target => target.offsetHeight < 44).length,
              };
            }"""
        )
        assert found == {"wide": 0, "small": 0}
        assert made.complaints == []
