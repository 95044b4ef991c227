"""A platform's API on this machine, written by hand: it records what it was asked and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = Callable[["Call"], Any]


@dataclass
class Call:
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    content_type: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class PlatformServer:
    """`answers` maps a path to a value (sent as JSON), bytes, a web.Response, or a function of the call."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    delay_seconds: float = 0.0
    url: str = ""

    def asked(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.method, request.path, dict(request.query), await request.read(), request.content_type)
        self.calls.append(call)
        await asyncio.sleep(self.delay_seconds)
        answer = self.answers.get(call.path, web.Response(status=404))
        if callable(answer):
            answer = answer(call)
        if isinstance(answer, bytes):
            return web.Response(body=answer, content_type="application/json")
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)


@asynccontextmanager
async def running() -> AsyncIterator[PlatformServer]:
    platform = PlatformServer()
    app = web.Application(client_max_size=32 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", platform.handle)
    server = TestServer(app)
    await server.start_server(access_log=None)
    platform.url = str(server.make_url("")).rstrip("/")
    try:
        yield platform
    finally:
        await server.close()
