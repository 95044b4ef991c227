"""A running admin API over a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.service import Service
from core.settings import Account, Config, Settings
from core.values import Platform
from tests.bot.api.town import COMMUNITY, Town, application
from tests.house import TEST_RING

WEB = Account(name="web", platform=Platform.WEB, area=COMMUNITY)


@pytest.fixture
async def town(database_url: str, redis_url: str | None, tmp_path: Path) -> AsyncIterator[Town]:
    settings = Settings(
        config=Config(accounts=(WEB,)),
        database_url=database_url,
        redis_url=redis_url,
        secret_key=TEST_RING,
        var=tmp_path,
    )
    service = await Service.open(settings)
    server = TestServer(application(service))
    async with server:
        made = Town(service, server)
        await made.settle()
        yield made
    await service.close()
