"""A small server with our adapters in front: it answers what the adapter read, for the simulator to be tested on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters import web as messages
from bot.adapters.alipay_api import AlipayApi
from bot.adapters.alipay_gateway import AlipayAdapter
from bot.adapters.delivery import BadSignature
from bot.adapters.tokens import TokenBroker
from bot.adapters.wechat import WeChatAdapter
from bot.adapters.wechat_api import WeChatApi
from core.errors import Invalid
from core.messages import Choice, Inbound, Reply
from core.settings import Account, Config
from core.values import Platform

Answering = Callable[[Inbound], Reply | None]


def echo(said: Inbound) -> Reply | None:
    """The kind and what was in it, with two choices; nothing for `静`."""
    if said.text == "静":
        return None
    event = f"{said.event.kind} {said.event.key}".strip() if said.event else ""
    place = f"{said.point.lng:g},{said.point.lat:g} {said.point.crs} {said.label}".strip() if said.point else ""
    words = " ".join(part for part in (said.kind, said.text, said.choice, event, place) if part)
    return Reply(words, (Choice("yes-1", "是"), Choice("no-1", "不是")))


@dataclass
class EchoServer:
    """`received` holds every delivery, repetitions included; the first `slow` of them hang for `slow_seconds`."""

    config: Config
    answering: Answering = echo
    received: list[Inbound] = field(default_factory=list)
    slow: int = 0
    slow_seconds: float = 0.0
    tampered: bytes | None = None
    url: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    http: aiohttp.ClientSession = field(init=False)

    def _account(self, request: web.Request) -> Account:
        account = self.config.account(request.match_info["account"])
        assert account
        return account

    async def _delayed(self) -> None:
        if len(self.received) <= self.slow:
            await asyncio.sleep(self.slow_seconds)

    async def wechat(self, request: web.Request) -> web.Response:
        adapter = WeChatAdapter(self._account(request))
        try:
            delivery = adapter.receive(request.query, await request.read())
        except BadSignature:
            return web.Response(status=403)
        assert delivery.inbound
        self.received.append(delivery.inbound)
        await self._delayed()
        rendered = adapter.render(delivery, self.answering(delivery.inbound))
        body = rendered.body if self.tampered is None else self.tampered
        return web.Response(body=body, content_type=rendered.content_type)

    async def alipay(self, request: web.Request) -> web.Response:
        account = self._account(request)
        adapter = AlipayAdapter(account)
        delivery = adapter.receive(request.query, await request.read())
        if delivery.inbound:
            self.received.append(delivery.inbound)
            await self._delayed()
            if reply := self.answering(delivery.inbound):
                task = asyncio.create_task(AlipayApi(account, self.http).send(delivery.inbound.sender, reply))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
        rendered = adapter.render(delivery)
        body = rendered.body if self.tampered is None else self.tampered
        return web.Response(body=body, content_type=rendered.content_type)

    async def login(self, request: web.Request) -> web.Response:
        body = await request.json()
        account = self.config.account(body["account"])
        assert account
        sender = "visitor"
        if account.platform is Platform.WECHAT_MINI:
            sender = await self.wechat_api(account).login(body["code"])
        if account.platform is Platform.ALIPAY_MINI:
            found = await AlipayApi(account, self.http).login(body["code"])
            sender = found.open_id or found.user_id
        return web.json_response({"token": f"{account.name}/{sender}", "expires_at": "", "resident": {}})

    async def post_message(self, request: web.Request) -> web.Response:
        name, _, sender = request.headers["Authorization"].removeprefix("Bearer ").partition("/")
        account = self.config.account(name)
        assert account
        try:
            said = messages.to_inbound(messages.parse(await request.read()), account, sender)
        except Invalid as error:
            return web.json_response({"error": {"code": error.code, "message": "太长了"}}, status=error.status)
        self.received.append(said)
        reply = self.answering(said)
        replies = [reply.with_id(f"r{len(self.log)}").to_json()] if reply else []
        self.log += replies
        return web.json_response({"replies": replies, "cursor": str(len(self.log))})

    async def get_messages(self, request: web.Request) -> web.Response:
        after = int(request.query["after"])
        for _ in range(int(request.query["wait"]) * 20):
            if len(self.log) > after:
                break
            await asyncio.sleep(0.05)
        return web.json_response({"items": self.log[after:], "cursor": str(len(self.log))})

    async def media(self, request: web.Request) -> web.Response:
        assert (await request.post())["file"]
        return web.json_response({"media_id": "0" * 32})

    def wechat_api(self, account: Account) -> WeChatApi:
        return WeChatApi(account, self.http, TokenBroker(account, self.http))


@asynccontextmanager
async def running(config: Config, answering: Answering = echo) -> AsyncIterator[EchoServer]:
    server = EchoServer(config, answering)
    app = web.Application(client_max_size=32 * 1024 * 1024)
    app.add_routes(
        [
            web.post("/wechat/{account}", server.wechat),
            web.post("/alipay/{account}", server.alipay),
            web.post("/api/v1/login", server.login),
            web.post("/api/v1/messages", server.post_message),
            web.get("/api/v1/messages", server.get_messages),
            web.post("/api/v1/media", server.media),
        ]
    )
    async with aiohttp.ClientSession() as http, TestServer(app) as listening:
        server.http = http
        server.url = str(listening.make_url("")).rstrip("/")
        yield server
        await asyncio.gather(*server.tasks)
