"""A grid event system played by hand: it checks signatures, keeps what it was sent, fails in the ways that are known.

`faults` is a script: each call to `POST …/events` or `…/actions` takes the next one; when it is empty all goes well.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.grid import signing
from core import clock
from core.db import dump_json
from core.errors import Unauthenticated
from core.settings import GridConnector


class Fault(StrEnum):
    """What goes wrong with one call. The first two happen after the event was taken."""

    SILENT_AFTER_ACCEPT = "silent_after_accept"
    CUT_AFTER_ACCEPT = "cut_after_accept"
    SILENT = "silent"
    CUT = "cut"
    ERROR_500 = "error_500"
    BUSY_503 = "busy_503"
    LIMITED_429 = "limited_429"
    HTML = "html"
    GARBAGE = "garbage"
    REDIRECT = "redirect"
    REFUSED_422 = "refused_422"
    CONFLICT_WITHOUT_NUMBER = "conflict_without_number"
    CODE_7 = "code_7"


class FakeGrid:
    """`events` and `actions` hold what was accepted; `repeated` counts creations of an event that was already there."""

    def __init__(self, *, signer: str = "hmac-sha256", secret: str = "gridsecret") -> None:
        self.events: dict[str, dict[str, Any]] = {}
        self.external: dict[str, str] = {}
        self.actions: dict[str, dict[str, Any]] = {}
        self.faults: deque[Fault] = deque()
        self.look_ups = 0
        self.repeated = 0
        self.unsigned = 0
        self.calls: list[str] = []
        self.silence_seconds = 60.0
        self._signer = signer
        self._secret = secret
        self._nonces: set[str] = set()
        self._server: TestServer | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[FakeGrid]:
        app = web.Application()
        app.router.add_post("/api/events", self._create)
        app.router.add_get("/api/events/{number}", self._look_up)
        app.router.add_post("/api/events/{number}/actions", self._act)
        self._server = TestServer(app)
        await self._server.start_server(shutdown_timeout=0.1)
        try:
            yield self
        finally:
            await self._server.close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return str(self._server.make_url("/api"))

    def connector(self, **changes: Any) -> GridConnector:
        """Settings that reach this server."""
        given = {"name": "district", "kind": "signed_json", "url": self.url, "app_id": "community",
                 "secret": self._secret, "signer": self._signer}  # fmt: skip
        return GridConnector.model_validate(given | changes)

    async def update(self, url: str, body: dict[str, Any], *, connector: GridConnector) -> tuple[int, dict[str, Any]]:
        """Call the service's `POST /grid/v1/{connector}/updates` as this system does; status and JSON."""
        raw = dump_json(body).encode()
        async with aiohttp.ClientSession() as http:
            path_qs = URL(url).raw_path_qs
            headers = signing.sign(connector, method="POST", path_qs=path_qs, body=raw)
            async with http.post(url, data=raw, headers=headers | {"Content-Type": "application/json"}) as answer:
                return answer.status, await answer.json()

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body = await self._checked(request)
        number = body["event_no"]
        assert request.headers["Idempotency-Key"] == number
        fault = self.faults.popleft() if self.faults else None
        if fault in (None, Fault.SILENT_AFTER_ACCEPT, Fault.CUT_AFTER_ACCEPT):
            if number in self.events:
                self.repeated += 1
                return web.json_response({"code": 409, "data": self._data(number)}, status=409)
            self.events[number] = body
            self.external[number] = f"WG-{len(self.external) + 1:06d}"
        return await self._answer(request, fault, self._data(number) if number in self.external else {})

    async def _look_up(self, request: web.Request) -> web.StreamResponse:
        await self._checked(request)
        self.look_ups += 1
        number = request.match_info["number"]
        if number not in self.events:
            return web.json_response({"code": 404, "message": "no such event"}, status=404)
        return web.json_response({"code": 0, "data": self._data(number)})

    async def _act(self, request: web.Request) -> web.StreamResponse:
        body = await self._checked(request)
        number, action_id = request.match_info["number"], body["action_id"]
        assert request.headers["Idempotency-Key"] == action_id
        if number not in self.events:
            return web.json_response({"code": 404, "message": "no such event"}, status=404)
        fault = self.faults.popleft() if self.faults else None
        if fault in (None, Fault.SILENT_AFTER_ACCEPT, Fault.CUT_AFTER_ACCEPT):
            if action_id in self.actions:
                return web.json_response({"code": 409, "data": self._data(number)}, status=409)
            self.actions[action_id] = body | {"event_no": number}
        return await self._answer(request, fault, self._data(number))

    def _data(self, number: str) -> dict[str, str]:
        return {"event_no": number, "external_no": self.external[number]}

    async def _checked(self, request: web.Request) -> dict[str, Any]:
        """The body of a call whose signature holds and whose nonce is new."""
        raw = await request.read()
        self.calls.append(f"{request.method} {request.raw_path}")
        try:
            nonce = signing.verify(
                self.connector(), method=request.method, path_qs=request.raw_path, headers=request.headers, body=raw,
                now=clock.now(),
            )  # fmt: skip
        except Unauthenticated as error:
            self.unsigned += 1
            raise web.HTTPUnauthorized(text=str(error)) from None
        if nonce in self._nonces:
            raise web.HTTPUnauthorized(text="nonce used before")
        self._nonces.add(nonce)
        body: dict[str, Any] = json.loads(raw) if raw else {}
        return body

    async def _answer(self, request: web.Request, fault: Fault | None, data: dict[str, str]) -> web.StreamResponse:
        if fault in (Fault.SILENT, Fault.SILENT_AFTER_ACCEPT):
            await asyncio.sleep(self.silence_seconds)
        if fault in (Fault.CUT, Fault.CUT_AFTER_ACCEPT):
            assert request.transport is not None
            request.transport.abort()
        ready: dict[Fault | None, web.Response] = {
            Fault.ERROR_500: web.json_response({"code": 500, "message": "database down"}, status=500),
            Fault.BUSY_503: web.Response(status=503, headers={"Retry-After": "120"}),
            Fault.LIMITED_429: web.json_response({"code": 429}, status=429, headers={"Retry-After": "60"}),
            Fault.HTML: web.Response(text="<html>maintenance</html>", content_type="text/html"),
            Fault.GARBAGE: web.Response(body=b'{"code": 0, "data": {"exter', content_type="application/json"),
            Fault.REDIRECT: web.Response(status=302, headers={"Location": self.url + "/events"}),
            Fault.REFUSED_422: web.json_response({"code": 1422, "message": "no such grid"}, status=422),
            Fault.CONFLICT_WITHOUT_NUMBER: web.json_response({"code": 409}, status=409),
            Fault.CODE_7: web.json_response({"code": 7, "message": "busy"}),
        }
        return ready.get(fault, web.json_response({"code": 0, "data": data}))
