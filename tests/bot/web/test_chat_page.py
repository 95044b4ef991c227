"""The chat page in a real browser: talking, choosing, sending again, photos, places, large type."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from tests.bot.web.browser import Visit, hears, say, visit
from tests.bot.web.stand_in import MENU, StandIn

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_question_is_answered_with_a_button(visited: Visit, api: StandIn) -> None:
    page = visited.page
    await page.click("text=上报问题")
    await page.click(".choice:has-text('垃圾环卫')")
    await hears(page, "已选 c2")
    assert [one["type"] for one in api.received] == ["text", "choice"]
    await expect(page.locator(".choice:enabled")).to_have_count(0)
    await expect(page.locator(".choice[aria-pressed=true]")).to_have_text("2垃圾环卫")


async def test_no_session_is_opened_before_something_is_said(visited: Visit, api: StandIn) -> None:
    await expect(visited.page.locator("#name")).to_have_text("和平里社区")
    await expect(visited.page.locator("#foot")).to_contain_text("京ICP备")
    assert api.logins == 0


async def test_a_number_can_be_typed_as_the_answer(visited: Visit, api: StandIn) -> None:
    await say(visited.page, "我要上报")
    await say(visited.page, "2")
    await hears(visited.page, "您说的是：2")
    assert api.received[-1]["text"] == "2"


async def test_enter_chooses_a_word_while_an_input_method_composes(visited: Visit, api: StandIn) -> None:
    page = visited.page
    await page.fill("#say", "ludeng")
    await page.dispatch_event("#say", "keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    await page.dispatch_event("#say", "keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    await expect(page.locator("#say")).to_have_value("ludeng")
    assert not api.attempts


async def test_the_keyboard_alone_is_enough(visited: Visit, api: StandIn) -> None:
    page = visited.page
    await say(page, "上报")
    await expect(page.locator(".choice")).to_have_count(4)
    await page.locator(".choice").first.focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await hears(page, "已选 c2")
    await expect(page.locator("#say")).to_be_focused()


async def test_a_long_answer_is_shown_from_its_beginning(visited: Visit, api: StandIn) -> None:
    many = [{"id": f"c{n}", "label": f"第{n}样"} for n in range(9)]
    api.answer = lambda _message: [{"text": "您有200积分，想换哪一样？", "choices": many}]
    for _ in range(2):
        await say(visited.page, "换东西")
        await expect(visited.page.locator(".choice:enabled")).to_have_count(9)
    await hears(visited.page, "您有200积分", times=2)
    await expect(visited.page.locator(".us .bubble").last).to_be_in_viewport(ratio=1)
    await expect(visited.page.locator(".choice:enabled").last).not_to_be_in_viewport()


async def test_what_comes_by_both_ways_is_shown_once(visited: Visit, api: StandIn) -> None:
    await say(visited.page, "在吗")
    await hears(visited.page, "您说的是：在吗")
    api.tell({"text": "您的上报已派给市政维护队。"})
    await hears(visited.page, "市政维护队")
    await hears(visited.page, "您说的是：在吗")


@pytest.mark.parametrize("fault", ["cut", "cut_after", 503])
async def test_after_trouble_the_same_message_leaves_again(visited: Visit, api: StandIn, fault: int | str) -> None:
    api.faults.append(fault)
    await say(visited.page, "你好")
    await hears(visited.page, "您说的是：你好")
    assert len(api.received) == 1
    assert len(set(api.attempts)) == 1
    assert len(api.attempts) >= 2


async def test_what_cannot_leave_waits_for_a_touch_and_keeps_its_order(visited: Visit, api: StandIn) -> None:
    page = visited.page
    await page.clock.install()
    api.faults.extend([500] * 4)
    await say(page, "第一句")
    await say(page, "第二句")
    for _ in range(8):
        await page.clock.run_for(4000)
        await page.wait_for_timeout(100) if await page.locator(".failed button").count() == 0 else None
    await expect(page.locator(".failed button")).to_have_count(2)
    await page.locator(".failed button").first.click()
    await hears(page, "您说的是：第二句")
    assert [one["text"] for one in api.received] == ["第一句", "第二句"]


async def test_a_refusal_says_why_and_is_not_repeated(visited: Visit, api: StandIn) -> None:
    api.faults.append(422)
    await say(visited.page, "很长的话")
    await expect(visited.page.locator(".failed")).to_contain_text("请分开说")
    await expect(visited.page.locator(".failed button")).to_have_count(0)
    assert len(api.attempts) == 1


async def test_an_ended_session_is_opened_anew_and_nothing_is_lost(visited: Visit, api: StandIn) -> None:
    await say(visited.page, "一")
    await hears(visited.page, "您说的是：一")
    api.faults.append(401)
    await say(visited.page, "二")
    await hears(visited.page, "您说的是：二")
    await expect(visited.page.locator(".note")).to_contain_text("重新接通")


async def test_a_photo_is_uploaded_and_sent(visited: Visit, api: StandIn) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (800, 600), "#88aa77").save(photo, "JPEG")
    await visited.page.set_input_files(
        "#photo", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    )
    await hears(visited.page, "照片收到了")
    assert api.uploads == [photo.getvalue()]
    assert api.received[-1]["media_id"] == "media1"
    await expect(visited.page.locator(".me img")).to_be_visible()


async def test_a_video_is_declined_in_words(visited: Visit, api: StandIn) -> None:
    await visited.page.set_input_files("#photo", {"name": "v.mp4", "mimeType": "video/mp4", "buffer": b"x"})
    await expect(visited.page.locator(".note")).to_contain_text("这不是照片")
    assert not api.uploads


async def test_the_place_is_sent_with_its_reference_system(browser: Browser, api: StandIn) -> None:
    where = {"longitude": 116.42, "latitude": 39.96}
    async with visit(browser, api.url, geolocation=where, permissions=["geolocation"]) as phone:
        await phone.page.click("#tool-place")
        await hears(phone.page, "位置收到了（wgs84）")
        assert (api.received[-1]["lng"], api.received[-1]["lat"]) == (116.42, 39.96)
        await expect(phone.page.locator(".note")).to_have_count(0)
        assert phone.complaints == []


async def test_a_refused_place_is_no_dead_end(visited: Visit, api: StandIn) -> None:
    await visited.page.click("#tool-place")
    await expect(visited.page.locator(".note").last).to_contain_text("没有取到位置")
    await expect(visited.page.locator("#say")).to_be_focused()
    assert not api.received


async def test_emergency_numbers_can_be_called(visited: Visit) -> None:
    await say(visited.page, "着火了")
    await expect(visited.page.locator(".us .bubble a[href='tel:119']")).to_have_count(1)
    await expect(visited.page.locator(".us .bubble a[href='tel:120']")).to_have_count(1)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("您有120积分", []),
        ("工单HC20261101200001已收到", []),
        ("心理援助12356，燃气 010-00000001", ["12356", "01000000001"]),
        ("拨打119/120。", ["119", "120"]),
        ("电话：138-0000-0001", ["13800000001"]),
        ("110号楼3单元120室", []),
        ("共110元，第120位", []),
    ],
)
async def test_only_telephone_numbers_become_links(visited: Visit, api: StandIn, text: str, numbers: list[str]) -> None:
    api.answer = lambda _message: [{"text": text}]
    await say(visited.page, "?")
    await hears(visited.page, text)
    links = await visited.page.locator(".us .bubble a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links == [f"tel:{number}" for number in numbers]


async def test_markup_and_wicked_addresses_are_shown_as_text(visited: Visit, api: StandIn) -> None:
    wicked = "<img src=x onerror=alert(1)> ]]>"
    api.answer = lambda _message: [{"text": wicked, "type": "link", "url": "javascript:alert(1)"}]
    await say(visited.page, "<b>粗</b>")
    await hears(visited.page, wicked)
    await expect(visited.page.locator(".me .bubble")).to_have_text("<b>粗</b>")
    await expect(visited.page.locator(".us .bubble a")).to_have_count(0)


async def test_large_type_is_remembered(visited: Visit) -> None:
    page = visited.page
    before = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('#say')).fontSize)")
    await page.click("#type-switch")
    await page.reload()
    after = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('#say')).fontSize)")
    assert after >= before * 1.3


async def test_the_conversation_survives_a_reload(visited: Visit, api: StandIn) -> None:
    await say(visited.page, "上报")
    await expect(visited.page.locator(".choice")).to_have_count(4)
    await visited.page.reload()
    await expect(visited.page.locator(".me .bubble")).to_have_text("上报")
    await expect(visited.page.locator(".choice:enabled")).to_have_count(4)
    assert len(api.received) == 1


async def test_leaving_clears_this_device(visited: Visit, api: StandIn) -> None:
    page = visited.page
    await say(page, "你好")
    await hears(page, "您说的是：你好")
    await page.click("#tab-things")
    await page.click("#leave")
    await expect(page.locator(".bubble")).to_have_count(0)
    await expect(page.locator("#welcome")).to_be_visible()
    stored = await page.evaluate("[localStorage, sessionStorage].flatMap(s => Object.keys(s))")
    assert [name for name in stored if name.endswith(("token", "cursor"))] == []
    assert "你好" not in await page.evaluate("JSON.stringify({...sessionStorage})")


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
async def test_nothing_is_cut_off_and_every_target_is_large(
    browser: Browser, api: StandIn, width: int, large: bool
) -> None:
    api.answer = lambda _message: [MENU]
    async with visit(browser, api.url, viewport={"width": width, "height": 700}) as made:
        page = made.page
        if large:
            await page.click("#type-switch")
        await say(page, "上报")
        await expect(page.locator(".choice")).to_have_count(4)
        found: dict[str, Any] = await page.evaluate(
            """() => ({
              wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
              small: [...document.querySelectorAll('button')].filter(b => b.offsetParent && b.offsetHeight < 44).length,
              spacing: parseFloat(getComputedStyle(document.body).lineHeight)
                / parseFloat(getComputedStyle(document.body).fontSize),
            })"""
        )
        assert found["wide"] <= 0
        assert found["small"] == 0
        assert found["spacing"] >= 1.3
