"""A running admin API over a database of its own, in which workers and a resident have settled."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from aiohttp.test_utils import TestServer

from bot.service import Service
from core.settings import Account, Config, Settings
from core.values import Platform
from tests import templates
from tests.bot.api.town import COMMUNITY, Town, application
from tests.databases import copied, made_once
from tests.house import TEST_RING

WEB = Account(name="web", platform=Platform.WEB, area=COMMUNITY)
Settled: TypeAlias = tuple[str, dict[str, Any]]
"""A template, and who has settled in it."""


@pytest.fixture(scope="session")
def settled(template: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settled:
    folder = tmp_path_factory.mktemp("settled")

    def make() -> Settled:
        settlers: dict[str, Any] = {}

        async def settle(url: str) -> None:
            async with _running(url, None, folder) as town:
                await town.settle()
                settlers.update(town.settlers)

        return templates.after(request, template, folder, settle), settlers

    name, settlers = made_once(tmp_path_factory, "settled", make)
    return name, settlers


@pytest.fixture
def database_url(settled: Settled, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with copied(settled[0], request, tmp_path) as url:
        yield url


@asynccontextmanager
async def _running(database_url: str, redis_url: str | None, var: Path, **settlers: Any) -> AsyncIterator[Town]:
    settings = Settings(
        config=Config(accounts=(WEB,)), database_url=database_url, redis_url=redis_url, secret_key=TEST_RING, var=var
    )
    service = await Service.open(settings)
    server = TestServer(application(service))
    async with server:
        yield Town(service, server, **settlers)
    await service.close()


@pytest.fixture
async def town(settled: Settled, database_url: str, redis_url: str | None, tmp_path: Path) -> AsyncIterator[Town]:
    async with _running(database_url, redis_url, tmp_path, **copy.deepcopy(settled[1])) as made:
        yield made
