"""The sample's settings with both sides on free ports: the platforms simulated, our adapters behind an echo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.simulate.platform_api import PlatformSimulator
from core.settings import DEFAULT_CONFIG, Account, Config, load_config
from tests.bot.simulate import echo
from tests.bot.simulate.echo import EchoServer
from tests.servers import free_port


@dataclass
class Both:
    config: Config
    platform: PlatformSimulator
    server: EchoServer
    port: int

    def account(self, name: str) -> Account:
        account = self.config.account(name)
        assert account
        return account


@pytest.fixture
async def both() -> AsyncIterator[Both]:
    port = free_port()
    config = load_config(DEFAULT_CONFIG, {"SIM_PORT": str(port)})
    async with PlatformSimulator(config).started(port) as platform, echo.running(config) as server:
        yield Both(config, platform, server, port)
