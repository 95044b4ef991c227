"""A small stand-in of the resident API, so that the page can be driven without the service."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import qr
from bot.web import pages
from tests.bot.web.stand_in_board import Board

Answer = Callable[[dict[str, Any]], list[dict[str, Any]]]

MENU = {
    "text": "请问是哪一类问题？\n也可以直接说给我听。",
    "choices": [
        {"id": "c1", "label": "路灯照明"},
        {"id": "c2", "label": "垃圾环卫"},
        {"id": "c3", "label": "楼上漏水、邻里纠纷"},
        {"id": "c4", "label": "都不是，我自己写"},
    ],
}


def plain(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Answers like a service that understands little."""
    kind, text = message["type"], message.get("text", "")
    if kind == "choice":
        return [{"text": f"已选 {message['choice']}。请说一下在什么地方。"}]
    if kind == "image":
        return [{"text": "照片收到了。在什么地方？"}]
    if kind == "location":
        return [{"text": f"位置收到了（{message['crs']}）。"}]
    if "着火" in text:
        return [{"text": "请马上离开，到安全的地方拨打119，有人受伤打120。\n正在通知值班人员。"}]
    if "上报" in text:
        return [MENU]
    return [{"text": f"您说的是：{text}"}]


class StandIn:
    """`faults` is a script for `POST /messages`: a status, or "cut" (nothing done) or "cut_after" (done, no answer)."""

    def __init__(self) -> None:
        self.answer: Answer = plain
        self.faults: deque[int | str] = deque()
        self.received: list[dict[str, Any]] = []
        self.attempts: list[str] = []
        self.outbox: list[dict[str, Any]] = []
        self.done: dict[str, list[dict[str, Any]]] = {}
        self.uploads: list[bytes] = []
        self.logins = 0
        self.things: dict[str, Any] = {}
        self.drawn: list[str] = []
        self.board = Board()
        self.url = ""
        self._news = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[StandIn]:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.add_routes(pages.routes())
        app.router.add_get("/api/v1/about", self._about)
        app.router.add_post("/api/v1/login", self._login)
        app.router.add_post("/api/v1/messages", self._message)
        app.router.add_get("/api/v1/messages", self._since)
        app.router.add_post("/api/v1/media", self._media)
        app.router.add_route("*", "/api/v1/leaderboard", self.board.answer)
        app.router.add_get("/api/v1/{name:.+}", self._thing)
        server = TestServer(app)
        await server.start_server(shutdown_timeout=0.1)
        self.url = str(server.make_url("/"))
        try:
            yield self
        finally:
            await server.close()

    def tell(self, reply: dict[str, Any]) -> dict[str, Any]:
        """Something for the resident: it gets an id and is heard by the long poll."""
        told = {"id": f"m{len(self.outbox) + 1}", "type": "text", "choices": [], **reply}
        self.outbox.append(told)
        self._news.set()
        return told

    async def _about(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "name": "和平里社区",
                "footer": "主办单位 和平里社区居民委员会（示例） · 京ICP备00000000号（示例）",
                "phone": "010-00000000",
            }
        )

    async def _login(self, request: web.Request) -> web.Response:
        assert (await request.json()) == {"account": "web"}
        self.logins += 1
        return web.json_response({"token": f"t{self.logins}", "expires_at": "2027-01-01T00:00:00+08:00"})

    def _is_known(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer t{self.logins}"

    async def _message(self, request: web.Request) -> web.Response:
        message: dict[str, Any] = await request.json()
        self.attempts.append(message["id"])
        fault = self.faults.popleft() if self.faults else None
        if not self._is_known(request) or fault == 401:
            self.logins += fault == 401
            return _error(401, "unauthenticated", "请重新登录。")
        if fault == "cut":
            assert request.transport is not None
            request.transport.abort()
        if isinstance(fault, int):
            return _error(fault, "refused", "这条太长了，请分开说。" if fault == 422 else "")
        if message["id"] not in self.done:
            self.received.append(message)
            self.done[message["id"]] = [self.tell(reply) for reply in self.answer(message)]
        if fault == "cut_after":
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"replies": self.done[message["id"]], "cursor": len(self.outbox)})

    async def _since(self, request: web.Request) -> web.Response:
        if not self._is_known(request):
            return _error(401, "unauthenticated", "请重新登录。")
        after = int(request.query["after"])
        if len(self.outbox) <= after and int(request.query["wait"]):
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), 2.0)
        return web.json_response({"items": self.outbox[after:], "cursor": len(self.outbox)})

    async def _media(self, request: web.Request) -> web.Response:
        part = (await request.post())["file"]
        assert isinstance(part, web.FileField)
        self.uploads.append(part.file.read())
        return web.json_response({"media_id": f"media{len(self.uploads)}"})

    async def _thing(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name.endswith("/qr"):
            assert self._is_known(request)
            self.drawn.append(name)
            return web.Response(body=qr.png("8H2K-7M4Q"), content_type="image/png")
        if name in self.things:
            return web.json_response(self.things[name])
        if name == "points":
            return web.json_response({"area_code": "110101001001", "posted": 0, "held": 0, "available": 0})
        return web.json_response({"items": [], "next": None})


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


THINGS: dict[str, Any] = {
    "issues": {
        "items": [
            {"number": "HC20261121000003", "title": "楼道声控灯不亮", "state": "in_progress",
             "created_at": "2026-11-21T09:00:00+08:00", "deadline_at": "2026-11-24T18:00:00+08:00"},
            {"number": "HC20261115000011", "title": "健身器材脚踏板断裂", "state": "closed",
             "created_at": "2026-11-15T09:00:00+08:00", "deadline_at": None},
        ],
        "next": None,
    },
    "signups": {
        "items": [{"activity": {"title": "周六清洁家园", "place": "和平里北院中心花园",
                                "starts_at": "2026-11-28T09:00:00+08:00"}, "state": "waiting"}],
        "next": None,
    },
    "orders": {
        "items": [{"number": "FW202611210002", "service": {"title": "社区食堂午餐（送餐到家）"}, "state": "accepted",
                   "start": "2026-11-22T11:00:00+08:00", "end": "2026-11-22T12:30:00+08:00"}],
        "next": None,
    },
    "points": {"area_code": "110101001001", "posted": 95, "held": 30, "available": 65, "owed": 0, "frozen": None,
               "honour": {"said": "您是一星志愿者。再服务88小时，就是二星志愿者。"},
               "next_expiry": {"points": 20, "at": "2027-01-01T00:00:00+08:00"}, "certified_minutes": 750,
               "family": {"members": 3, "posted": 120, "held": 0, "available": 120, "next_expiry": None},
               "wallets": []},
    "points/entries": {
        "items": [{"amount_points": 20, "kind": "grant", "rule_id": "report_verified", "why": "反映问题：R2611180003",
                   "at": "2026-11-20T10:00:00+08:00"},
                  {"amount_points": -30, "kind": "redemption", "rule_id": None, "why": "兑换：社区食堂午餐券一张",
                   "at": "2026-11-18T10:00:00+08:00"}],
        "next": "2",
    },
    "redemptions": {
        "items": [{"id": "f00d", "reward_name": "社区食堂午餐券一张", "state": "held", "code": "8H2K-7M4Q",
                   "place": "和平里社区服务站（和平街1号）", "hours": "周一至周五09:00-12:00。", "pickup_by": None,
                   "expires_at": "2026-12-18T10:00:00+08:00"},
                  {"id": "beef", "reward_name": "五公斤大米", "state": "waiting", "code": None, "place": "",
                   "hours": "", "pickup_by": None, "expires_at": "2026-12-18T10:00:00+08:00"}],
        "next": None,
    },
}  # fmt: skip
