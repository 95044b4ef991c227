"""A resident on the web page or in a mini-program: the resident API, as its own pages use it."""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from bot.simulate.at_platform import AtPlatform
from bot.simulate.people import Act, login_code
from bot.simulate.platform_api import PlatformSimulator
from bot.simulate.said import (
    Consent,
    Fault,
    NotHere,
    Photo,
    Place,
    Press,
    RefusedByServer,
    Said,
    Shown,
    Text,
    Unreachable,
    Voice,
    Way,
)
from bot.simulate.wechat_resident import WeChatResident
from core.messages import Choice
from core.settings import Account
from core.values import Platform

TIMEOUT: Final = aiohttp.ClientTimeout(total=30)
LONGEST_POLL: Final = 25
"""Seconds that the server waits at most."""


class ApiResident:
    """`identity` is the id at the platform behind the mini-program; a visitor of the web page has none."""

    def __init__(
        self,
        account: Account,
        url: str,
        http: aiohttp.ClientSession,
        *,
        identity: str,
        platform: PlatformSimulator | None = None,
    ) -> None:
        self.account = account
        self.identity = identity
        self.token = ""
        self._url = url
        self._http = http
        self._notices = AtPlatform(platform, account, identity) if platform else None
        self._cursor: int | str = 0
        self._answered: set[str] = set()

    async def login(self) -> dict[str, Any]:
        """By a code of the platform, which it issues for one use; on the web page without. `resident` and `token`."""
        body = {"account": self.account.name}
        if self.account.platform is not Platform.WEB:
            body["code"] = login_code(self.identity)
            if self._notices is not None:
                self._notices.act(Act.ENTER)
        answer = await self.call("POST", "login", json=body)
        self.token = str(answer["token"])
        return answer

    async def send(self, said: Said) -> list[Shown]:
        """What is answered at once. Raises RefusedByServer, Fault, Unreachable and NotHere."""
        if isinstance(said, Consent):
            await self._consent(said)
            return []
        message = {"id": secrets.token_hex(12), **await self._message(said)}
        return await self.post(message)

    async def post(self, message: Mapping[str, Any]) -> list[Shown]:
        """A message body of CONTRACT 3; its replies.

        The cursor of the answer is not used, since something may have been sent between our last look and it.
        """
        answer = await self.call("POST", "messages", json=message)
        replies = [_shown(reply, Way.REPLY) for reply in answer.get("replies", ())]
        self._answered.update(reply.id for reply in replies if reply.id)
        return replies

    async def pushed(self, seconds: float) -> list[Shown]:
        """What was sent since the last time, waiting up to `seconds` for the first of it; notices come beside."""
        tasks = {asyncio.ensure_future(self._polled(seconds))}
        if self._notices is not None:
            tasks.add(asyncio.ensure_future(self._notices.pushed(seconds)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return [shown for task in done for shown in task.result()]
        finally:
            for task in tasks:
                task.cancel()

    async def _polled(self, seconds: float) -> list[Shown]:
        """Looks again when all that came was shown as an answer before."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            left = max(end - loop.time(), 0.0)
            query = {"after": str(self._cursor), "wait": str(min(math.ceil(left), LONGEST_POLL))}
            answer = await self.call("GET", "messages", params=query)
            self._cursor = answer.get("cursor") or self._cursor
            items = [_shown(item, Way.MESSAGE) for item in answer.get("items", ())]
            if (new := [one for one in items if self._is_new(one)]) or not left:
                return new

    async def call(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        """One call of the resident API as this resident. Raises RefusedByServer, Fault and Unreachable."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"{self._url}/api/v1/{path}"
        try:
            async with self._http.request(method, url, headers=headers, timeout=TIMEOUT, **how) as response:
                answer = await response.json(content_type=None)
        except aiohttp.ClientConnectorError:
            raise Unreachable(self._url) from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Fault(f"{method} {path}: {type(error).__name__}") from None
        if response.status >= 400:
            said = answer.get("error", {}) if isinstance(answer, dict) else {}
            raise RefusedByServer(response.status, str(said.get("code", "")), str(said.get("message", "")))
        return answer if isinstance(answer, dict) else {"items": answer}

    def _is_new(self, shown: Shown) -> bool:
        """Not what was an answer before: those are in the log of what was sent, too, once."""
        if shown.id not in self._answered:
            return True
        self._answered.remove(shown.id)
        return False

    async def _message(self, said: Said) -> dict[str, Any]:
        match said:
            case Text(text):
                return {"type": "text", "text": text}
            case Press(choice):
                return {"type": "choice", "choice": choice.id}
            case Voice(text):
                return {"type": "voice", "text": text}
            case Place(lng, lat, label):
                return {"type": "location", "lng": lng, "lat": lat, "crs": "gcj02", "label": label}
            case Photo(content, content_type):
                form = aiohttp.FormData()
                form.add_field("file", content, filename="photo", content_type=content_type)
                uploaded = await self.call("POST", "media", data=form)
                return {"type": "image", "media_id": uploaded["media_id"]}
        raise NotHere(f"this kind of account has no {type(said).__name__}: there is nothing to follow, scan or click")

    async def _consent(self, said: Consent) -> None:
        """A mini-program's own dialogue. WeChat tells the service of it by an event, Alipay does not."""
        if self._notices is None or self.account.platform is Platform.WEB:
            raise NotHere("notices are the mini-programs', and need the platform side")
        self._notices.note(said, None)
        if self.account.platform is Platform.WECHAT_MINI and self.account.token:
            behind = WeChatResident(self.account, self._url, self._http, openid=self.identity)
            await behind.deliver(behind.consent_fields(said.template_id))


def _shown(reply: Mapping[str, Any], way: Way) -> Shown:
    choices = tuple(Choice(one["id"], one["label"]) for one in reply.get("choices", ()))
    words = [str(reply.get("title", "")), str(reply.get("text", ""))]
    return Shown(
        text="\n".join(word for word in words if word),
        choices=choices,
        way=way,
        url=str(reply.get("url", "")),
        has_buttons=bool(choices),
        id=str(reply.get("id", "")),
    )
