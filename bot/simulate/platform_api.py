"""The platforms' API on this machine: WeChat, Alipay and the webhooks of duty and staff. For the terminal and tests."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, Self
from urllib.parse import urlsplit

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.adapters import alipay_keys
from bot.simulate.alipay_side import AlipaySide
from bot.simulate.faults import PlannedFault
from bot.simulate.said import Way
from bot.simulate.state import Observer, PlatformState, Sent, StaffMessage
from bot.simulate.wechat_side import WeChatSide, refusal
from core.settings import ROOT, Config

ALIPAY_KEY_FILE: Final = ROOT / "sample" / "keys" / "alipay_private_key.pem"
LARGEST: Final = 32 * 1024 * 1024

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PortTaken(Exception):
    """Somebody listens there already; most likely another simulator."""


class PlatformSimulator:
    """Records all that the service sends, answers as the platforms do, and fails when told to.

    `alipay_key` is the private half of the `alipay_public_key` of the accounts; by default the sample's.
    """

    def __init__(
        self, config: Config, *, alipay_key: RSAPrivateKey | None = None, observer: Observer | None = None
    ) -> None:
        self.state = PlatformState(config, observer)
        self.alipay_key = alipay_key or self.sample_key()
        self.wechat = WeChatSide(self.state)
        self._alipay = AlipaySide(self.state, self.alipay_key)
        self._secrets = {urlsplit(duty.url).path: duty.secret for duty in config.duty}
        self._secrets |= {urlsplit(notify.url).path: notify.secret for notify in config.notify}

    @staticmethod
    def sample_key() -> RSAPrivateKey:
        """What stands for Alipay's private key in the sample community."""
        return alipay_keys.private_key(ALIPAY_KEY_FILE.read_text(encoding="utf-8"))

    @asynccontextmanager
    async def started(self, port: int) -> AsyncIterator[Self]:
        """Listening on 127.0.0.1. Raises PortTaken."""
        runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await _listen(runner, port)
            yield self
        finally:
            await runner.cleanup()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._outer], client_max_size=LARGEST)
        app.add_routes(self.wechat.routes())
        app.add_routes(
            [
                web.post("/gateway.do", self._alipay.handle),
                web.post("/duty{rest:.*}", self._page),
                web.post("/notify{rest:.*}", self._staff_message),
            ]
        )
        return app

    # ---- what was sent ----

    def custom_messages(self, recipient: str | None = None) -> list[Sent]:
        """Customer-service messages, in order; of one recipient or of all."""
        return self.state.messages(recipient, Way.MESSAGE)

    def notices(self, recipient: str | None = None) -> list[Sent]:
        """Subscription notices, in order."""
        return self.state.messages(recipient, Way.NOTICE)

    @property
    def pages(self) -> list[StaffMessage]:
        """Pages to the duty chain, in order."""
        return self.state.pages

    @property
    def staff_messages(self) -> list[StaffMessage]:
        """Notices to staff webhooks, in order."""
        return self.state.staff_messages

    def calls(self, path: str) -> int:
        """How often a path (or a method of Alipay) was called, by the end of its name."""
        return sum(count for name, count in self.state.calls.items() if name.endswith(path))

    async def until(self, condition: Callable[[], bool], *, seconds: float = 10.0) -> bool:
        """Wait until something that was sent makes the condition true."""
        return await self.state.wait_until(condition, seconds)

    # ---- faults ----

    def fail_next(
        self,
        call: str,
        *,
        times: int = 1,
        errcode: int | None = None,
        sub_code: str = "",
        status: int | None = None,
        done: bool = False,
        delay_seconds: float = 0.0,
    ) -> None:
        """The next `times` calls whose path or method ends so fail; see PlannedFault."""
        fault = PlannedFault(errcode, sub_code, status, done, delay_seconds)
        self.state.faults.plan(call, fault, times)

    def delay(self, seconds: float) -> None:
        """From now on every answer takes so long."""
        self.state.delay_seconds = seconds

    @web.middleware
    async def _outer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Counts the call, waits, and lets it fail where a fault was planned."""
        name = await _name(request)
        self.state.calls[name] += 1
        fault = self.state.faults.take(name)
        await asyncio.sleep(max(self.state.delay_seconds, fault.delay_seconds if fault else 0.0))
        if fault is None or fault.done:
            answer = await handler(request)
            await self.state.announce()
            if fault is None:
                return answer
        return self._failed(name, fault)

    def _failed(self, name: str, fault: PlannedFault) -> web.StreamResponse:
        if fault.status is not None:
            return web.Response(status=fault.status)
        if fault.sub_code:
            return self._alipay.answer(name, {"code": "40004", "msg": "refused", "sub_code": fault.sub_code})
        return web.json_response(refusal(-1 if fault.errcode is None else fault.errcode))

    # ---- webhooks ----

    async def _page(self, request: web.Request) -> web.Response:
        return await self._received(request, self.state.pages, "duty")

    async def _staff_message(self, request: web.Request) -> web.Response:
        return await self._received(request, self.state.staff_messages, "staff")

    async def _received(self, request: web.Request, kept: list[StaffMessage], who: str) -> web.Response:
        body = await request.read()
        secret = self._secrets.get(request.path, "")
        if secret and not _is_signed(request, body, secret):
            self.state.tell(f"{who}: a message with a wrong signature was refused")
            return web.Response(status=401)
        payload: dict[str, Any] = json.loads(body)
        kept.append(StaffMessage(request.path, payload, request.headers.get("Idempotency-Key", "")))
        link = f"\n  acknowledge: {payload['ack_url']}" if payload.get("ack_url") else ""
        self.state.tell(f"{who} {request.path}: {payload.get('text', '')}{link}")
        return web.Response()


def _is_signed(request: web.Request, body: bytes, secret: str) -> bool:
    signed = request.headers.get("X-Timestamp", "").encode() + b"\n" + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, request.headers.get("X-Signature", ""))


async def _name(request: web.Request) -> str:
    """A path, or of Alipay's one address the method."""
    if request.path != "/gateway.do":
        return request.path
    return str(request.query.get("method") or (await request.post()).get("method") or request.path)


async def _listen(runner: web.AppRunner, port: int) -> None:
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken from None
        raise
