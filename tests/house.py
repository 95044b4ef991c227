"""The whole house in a test: the real application over real HTTP, the platforms played by the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot import app
from bot.service import Service
from bot.simulate.platform_api import PlatformSimulator
from core.settings import DEFAULT_CONFIG, Config, GridConnector, Settings, load_config
from tests.scenarios.chat import Chat
from tests.servers import free_port

TEST_RING = "t1:dGVzdC1yb290LWtleS0zMi1ieXRlcy1mb3ItdGVzdHM="


@dataclass(slots=True)
class House:
    """A running server. `platform` is None where a test does not need the platforms' side."""

    url: str
    service: Service
    platform: PlatformSimulator
    http: aiohttp.ClientSession
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    @asynccontextmanager
    async def chat(self, account: str = "heping", user: str = "", **options: Any) -> AsyncIterator[Chat]:
        """A conversation through that account, with an identity of its own for each `user`."""
        found = self.service.config.account(account)
        assert found is not None, account
        if user:
            options["user"] = user
        async with Chat.open(self.url, found, platform=self.platform, **options) as chat:
            yield chat

    async def admin(self, method: str, path: str, *, role: str = "admin", **options: Any) -> Any:
        """Call the admin API as the sample worker of a role; the JSON of a 2xx answer."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        async with self.http.request(method, f"{self.url}/admin/v1{path}", headers=headers, **options) as answer:
            data = await answer.json()
            assert answer.status < 300, (answer.status, data)
            return data


def sample_config(sim_port: int, **changes: Any) -> Config:
    """The sample's settings with the platforms at this port."""
    return load_config(DEFAULT_CONFIG, {"SIM_PORT": str(sim_port)}).model_copy(update=changes)


@asynccontextmanager
async def running(
    database_url: str,
    var: Path,
    *,
    redis_url: str | None = None,
    grid: tuple[GridConnector, ...] = (),
    adjust: Callable[[Config], Config] = lambda config: config,
    with_worker: bool = True,
) -> AsyncIterator[House]:
    """Start everything on free ports; stop it gracefully at the end."""
    sim_port, port = free_port(), free_port()
    config = adjust(sample_config(sim_port, grid=grid))
    config = config.model_copy(
        update={"service": config.service.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})}
    )
    settings = replace(
        Settings(config=config),
        database_url=database_url,
        redis_url=redis_url,
        port=port,
        sim_port=sim_port,
        secret_key=TEST_RING,
        var=var,
    )
    async with PlatformSimulator(config).started(sim_port) as platform, aiohttp.ClientSession() as http:
        service = await Service.open(settings)
        service.seeded.set()
        runner = web.AppRunner(app.build(service, with_worker=with_worker), shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield House(f"http://127.0.0.1:{port}", service, platform, http)
        finally:
            await runner.cleanup()
            await service.close()
