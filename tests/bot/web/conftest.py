"""One browser for a module, and for each test a stand-in of the resident API and a visit to the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest_asyncio
from playwright.async_api import Browser

from tests.bot.web.browser import Visit, chromium, visit
from tests.bot.web.stand_in import StandIn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def api() -> AsyncIterator[StandIn]:
    async with StandIn().running() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def visited(browser: Browser, api: StandIn) -> AsyncIterator[Visit]:
    """A phone; at the end no script failed, no policy was broken and nobody else was called."""
    async with visit(browser, api.url) as made:
        yield made
        assert made.complaints == []
        assert made.hosts == {urlsplit(api.url).netloc}
