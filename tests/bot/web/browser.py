"""A real Chromium for the tests of the page: `CHROMIUM`, or the one on the path; without one they are skipped."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

DESKTOP = {"width": 1280, "height": 800}

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def executable() -> str | None:
    """The path of a Chromium; None where there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), None)


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser. Skips the test where there is no Chromium."""
    path = executable()
    if path is None:
        pytest.skip("no Chromium on this machine (set CHROMIUM to one): the H5 page is not driven")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS), headless=True)
        try:
            yield browser
        finally:
            await browser.close()


class Visit:
    """One visit to the page; `complaints` are script errors and policy violations, `hosts` whom it called."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _said(self, message: ConsoleMessage) -> None:
        # A failed request is logged by the browser itself; tests cause some on purpose.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if request.url.startswith("http"):
            self.hosts.add(request.url.split("/")[2])


@contextlib.asynccontextmanager
async def visit(browser: Browser, url: str, **context: Any) -> AsyncIterator[Visit]:
    """Open the page in a context of its own, 360 by 740 unless `viewport` says otherwise."""
    given = {"viewport": {"width": 360, "height": 740}, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **context}
    opened = await browser.new_context(**given)
    opened.set_default_timeout(15_000)
    page = await opened.new_page()
    made = Visit(page)
    await page.goto(url)
    try:
        yield made
    finally:
        await opened.close()


async def say(page: Page, text: str) -> None:
    """Write it and press Enter."""
    await page.fill("#say", text)
    await page.press("#say", "Enter")


async def hears(page: Page, text: str, *, times: int = 1) -> None:
    """Wait until the community has said it so many times."""
    await expect(page.locator(".us .bubble", has_text=text)).to_have_count(times)
