"""WeChat's API as our service calls it: tokens, messages, notices, media, menu, login and content check."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any, Final

from aiohttp import web

from bot.simulate import wechat_messages
from bot.simulate.people import Refusal, identity_of
from bot.simulate.state import PlatformState
from bot.simulate.wechat_tokens import AppTokens
from core.settings import Account
from core.values import Platform

RISKY_WORD: Final = "违规测试词"
REVIEW_WORD: Final = "复核测试词"
"""Words that the simulated content check finds risky, or leaves to a person."""

MOST_ARTICLES: Final = 1
MOST_CHECKED: Final = 2500

WINDOW_CODES: Final = {Refusal.CLOSED: 45015, Refusal.USED_UP: 45047}

Answer = dict[str, Any]
Call = Callable[[Account, Mapping[str, Any]], Awaitable[Answer]]
MediaChecked = Callable[[Account, str, str], Coroutine[Any, Any, None]]


def refusal(code: int, words: str = "refused by the simulator") -> Answer:
    return {"errcode": code, "errmsg": words}


DONE: Final[Answer] = {"errcode": 0, "errmsg": "ok"}


class WeChatSide:
    """`media_checked(account, openid, trace_id)` sends the event of a finished picture check to the service."""

    def __init__(self, state: PlatformState) -> None:
        self._state = state
        self.tokens: defaultdict[str, AppTokens] = defaultdict(AppTokens)
        self.media_checked: MediaChecked | None = None
        self._checks: set[asyncio.Task[None]] = set()

    def routes(self) -> Iterable[web.RouteDef]:
        calls: dict[str, Call] = {
            "cgi-bin/message/custom/send": self._custom_send,
            "cgi-bin/message/subscribe/bizsend": self._notice,
            "cgi-bin/message/subscribe/send": self._notice,
            "cgi-bin/menu/create": self._menu,
            "wxa/msg_sec_check": self._check_text,
            "wxa/media_check_async": self._check_media,
        }
        return (
            web.post("/cgi-bin/stable_token", self._stable_token),
            web.get("/cgi-bin/token", self._plain_token),
            web.get("/cgi-bin/media/get", self._media_get),
            web.post("/cgi-bin/media/upload", self._media_upload),
            web.get("/sns/jscode2session", self._login),
            *(web.post(f"/{path}", self._authorised(call)) for path, call in calls.items()),
        )

    async def checks_done(self) -> None:
        """Wait for the events of picture checks that are under way. Raises what their delivery raised."""
        await asyncio.gather(*self._checks)

    # ---- who calls ----

    def _app(self, app_id: str, secret: str) -> Account | Answer:
        account = self._state.account_of(app_id)
        if account is None or account.platform not in (Platform.WECHAT, Platform.WECHAT_MINI):
            return refusal(40013, "invalid appid")
        return account if secret == account.secret else refusal(40125, "invalid appsecret")

    def _caller(self, request: web.Request) -> Account | Answer:
        """Whose token it is."""
        value = request.query.get("access_token", "")
        if not value:
            return refusal(41001, "access_token missing")
        faults = {account.name: self.tokens[account.name].fault(value) for account in self._state.config.accounts}
        for account in self._state.config.accounts:
            if faults[account.name] == 0:
                return account
        return refusal(42001 if 42001 in faults.values() else 40001, "invalid credential")

    def _authorised(self, call: Call) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            caller = self._caller(request)
            if isinstance(caller, dict):
                return web.json_response(caller)
            try:
                body = json.loads(await request.read())
            except ValueError:
                return web.json_response(refusal(47001, "data format error"))
            if not isinstance(body, dict):
                return web.json_response(refusal(47001, "data format error"))
            answer = await call(caller, body)
            if answer.get("errcode"):
                self._state.tell(f"WeChat refused {request.path}: {answer['errcode']} {answer['errmsg']}")
            return web.json_response(answer)

        return handle

    # ---- tokens and login ----

    async def _stable_token(self, request: web.Request) -> web.Response:
        body = await request.json()
        app = self._app(str(body.get("appid", "")), str(body.get("secret", "")))
        if isinstance(app, dict):
            return web.json_response(app)
        token = self.tokens[app.name].stable_token(force=bool(body.get("force_refresh")))
        if token is None:
            return web.json_response(refusal(45009, "reach max api daily quota limit"))
        return web.json_response({"access_token": token.value, "expires_in": token.expires_in})

    async def _plain_token(self, request: web.Request) -> web.Response:
        app = self._app(request.query.get("appid", ""), request.query.get("secret", ""))
        if isinstance(app, dict):
            return web.json_response(app)
        token = self.tokens[app.name].plain_token()
        return web.json_response({"access_token": token.value, "expires_in": token.expires_in})

    async def _login(self, request: web.Request) -> web.Response:
        app = self._app(request.query.get("appid", ""), request.query.get("secret", ""))
        if isinstance(app, dict):
            return web.json_response(app)
        code = request.query.get("js_code", "")
        identity = identity_of(code)
        if identity is None:
            return web.json_response(refusal(40029, "invalid code"))
        if code in self._state.used_codes:
            return web.json_response(refusal(40163, "code been used"))
        self._state.used_codes.add(code)
        return web.json_response({"openid": identity, "session_key": secrets.token_urlsafe(18)})

    # ---- messages ----

    async def _custom_send(self, account: Account, body: Mapping[str, Any]) -> Answer:
        recipient = str(body.get("touser", ""))
        articles = body.get("news", {}).get("articles", [])
        if len(articles) > MOST_ARTICLES:
            return refusal(45008, "article size out of limit")
        shown = wechat_messages.custom(body)
        if shown is None:
            return refusal(40008, "invalid message type")
        if refused := self._state.person(account, recipient).send():
            return refusal(WINDOW_CODES[refused], f"the window is {refused}")
        await self._state.deliver(account, recipient, shown, body)
        return DONE

    async def _notice(self, account: Account, body: Mapping[str, Any]) -> Answer:
        recipient, template_id = str(body.get("touser", "")), str(body.get("template_id", ""))
        if template_id not in account.notices.values():
            return refusal(40037, "invalid template_id")
        data = body.get("data")
        shown = wechat_messages.notice(template_id, data) if isinstance(data, dict) else None
        if shown is None:
            return refusal(47003, "argument invalid")
        if not self._state.person(account, recipient).spend_consent(template_id):
            return refusal(43101, "user refuse to accept the msg")
        await self._state.deliver(account, recipient, shown, body)
        return DONE

    # ---- media, menu ----

    async def _media_get(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        if isinstance(caller, dict):
            return web.json_response(caller)
        file = self._state.files.get(request.query.get("media_id", ""))
        if file is None:
            return web.json_response(refusal(40007, "invalid media_id"))
        return web.Response(body=file.content, content_type=file.content_type)

    async def _media_upload(self, request: web.Request) -> web.Response:
        caller = self._caller(request)
        if isinstance(caller, dict):
            return web.json_response(caller)
        media = (await request.post()).get("media")
        if not isinstance(media, web.FileField):
            return web.json_response(refusal(41005, "media data missing"))
        media_id = self._state.keep(media.file.read(), media.content_type)
        return web.json_response({"type": request.query.get("type", "image"), "media_id": media_id, "created_at": 0})

    async def _menu(self, account: Account, body: Mapping[str, Any]) -> Answer:
        self._state.menus[account.name] = list(body.get("button", []))
        return DONE

    # ---- content check ----

    def _check_fault(self, account: Account, body: Mapping[str, Any]) -> Answer | None:
        if body.get("version") != 2 or body.get("scene") not in (1, 2, 3, 4):
            return refusal(40129, "invalid scene")
        if not self._state.person(account, str(body.get("openid", ""))).is_active():
            return refusal(61010, "code is expired")
        return None

    async def _check_text(self, account: Account, body: Mapping[str, Any]) -> Answer:
        if fault := self._check_fault(account, body):
            return fault
        content = str(body.get("content", ""))
        if len(content) > MOST_CHECKED:
            return refusal(45002, "content size out of limit")
        if RISKY_WORD in content:
            return DONE | {"result": {"suggest": "risky", "label": 20006}}
        word, label = ("review", 21000) if REVIEW_WORD in content else ("pass", 100)
        return DONE | {"result": {"suggest": word, "label": label}}

    async def _check_media(self, account: Account, body: Mapping[str, Any]) -> Answer:
        if fault := self._check_fault(account, body):
            return fault
        trace_id = secrets.token_hex(16)
        if self.media_checked:
            task = asyncio.create_task(self.media_checked(account, str(body["openid"]), trace_id))
            self._checks.add(task)
            task.add_done_callback(self._checks.discard)
        return DONE | {"trace_id": trace_id}
