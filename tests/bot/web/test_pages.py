"""The page's files are served safely: strict policy, no outside host, nothing inline, fresh after an upgrade."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web import pages

Client = TestClient[web.Request, web.Application]
NAMES = [one.name for one in pages.ROOT.iterdir() if one.suffix in pages.CONTENT_TYPES]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(pages.routes())
    async with TestClient(TestServer(app)) as made:
        yield made


@pytest.mark.parametrize("path", ["/", *(f"/assets/{name}" for name in pages.ASSETS)])
async def test_every_file_carries_the_policy(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_an_unchanged_file_is_not_sent_again(client: Client) -> None:
    first = await client.get("/assets/chat.js")
    again = await client.get("/assets/chat.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    other = await client.get("/assets/chat.js", headers={"If-None-Match": '"another"'})
    assert other.status == 200


@pytest.mark.parametrize("path", ["/assets/pages.py", "/assets/../pages.py", "/assets/short.html", "/assets/"])
async def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


def test_every_file_is_served_or_a_template() -> None:
    assert set(NAMES) == {*pages.ASSETS, "index.html", "short.html"}


@pytest.mark.parametrize("name", NAMES)
def test_no_file_names_an_outside_host(name: str) -> None:
    text = (pages.ROOT / name).read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?://[a-z]|url\(|@import|innerHTML|eval\(", text)


@pytest.mark.parametrize("name", ["index.html", "short.html"])
def test_no_script_or_style_stands_inline(name: str) -> None:
    text = (pages.ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", text)


def test_the_first_page_is_one_block() -> None:
    """On a weak line it comes at once, and who reads only its beginning breaks no pipe."""
    assert (pages.ROOT / "index.html").stat().st_size <= 4096


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, of `#rrggbb`."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ground", ["paper", "sheet", "head"])
@pytest.mark.parametrize("text", ["ink", "soft", "green", "green-deep", "seal", "warn"])
def test_dark_text_on_light_ground_can_be_read(text: str, ground: str) -> None:
    style = (pages.ROOT / "chat.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", style))
    assert (luminance(colours[ground]) + 0.05) / (luminance(colours[text]) + 0.05) >= 4.5


def test_the_duty_page_shows_text_as_text_and_asks_before_it_acts() -> None:
    page = pages.ack_page(page_id='p"1', token="<t>", text="<script>alert(1)</script> $form")
    assert page.text is not None
    assert "<script>alert" not in page.text
    assert 'method="post" action="/duty/ack"' in page.text
    assert 'value="p&quot;1"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_outcome_has_no_form() -> None:
    page = pages.short_page("已确认", "谢谢。", status=200)
    assert "<form" not in (page.text or "")
