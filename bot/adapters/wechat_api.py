"""Calls to WeChat in the name of one account: messages, notices, media, menu, login, content check.

A code inside a 200 answer is an error. A refused token is replaced and the call repeated once, never more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.adapters import http_json, wechat_sends
from bot.adapters.failures import TOKEN_FAILED, UNREACHABLE, UNREADABLE_ANSWER
from bot.adapters.moderation import Suggestion, Verdict, suggestion, worst
from bot.adapters.tokens import TokenBroker
from bot.adapters.wechat_errors import TOKEN_REJECTED, error_for
from core import logs
from core.messages import Reply
from core.settings import Account
from core.values import Platform

CALL_SECONDS: Final = 40.0
"""Longest that one call can take, tokens and its one repetition included. A lease must be longer."""

MAX_MEDIA_BYTES: Final = 10 * 1024 * 1024
CHECKED_CHARACTERS: Final = 2500
"""Most that one text check takes."""

SCENE_COMMENT: Final = 2
MEDIA_IMAGE: Final = 2

_SUGGESTIONS: Final = {word.value: word for word in Suggestion}


@dataclass(frozen=True, slots=True)
class Download:
    """A file from the platform, its type as declared there. Or, of a video, only the address to fetch it from."""

    content: bytes
    content_type: str
    video_url: str = ""


class WeChatApi:
    """Every method raises DeliveryError, whose reasons stand in `wechat_errors`."""

    def __init__(self, account: Account, http: aiohttp.ClientSession, tokens: TokenBroker) -> None:
        self.account = account
        self._http = http
        self._tokens = tokens
        logs.declare_secrets(account.secrets())

    async def send(self, openid: str, reply: Reply, *, media_id: str = "") -> None:
        """A customer-service message. Held: `window_closed`, `quota_used`, `quota_day`."""
        body = wechat_sends.message(openid, reply, platform=self.account.platform, media_id=media_id)
        await self._post("cgi-bin/message/custom/send", body)

    async def send_notice(self, openid: str, template_id: str, values: Mapping[str, str], *, page: str = "") -> None:
        """A subscription notice; one consent pays for one. Fails with `not_subscribed` where there is none."""
        path = "subscribe/send" if self.account.platform is Platform.WECHAT_MINI else "subscribe/bizsend"
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": {name: {"value": value} for name, value in values.items()},
        }
        if page:
            body["page"] = page
        await self._post(f"cgi-bin/message/{path}", body)

    async def download(self, media_id: str, *, limit_bytes: int = MAX_MEDIA_BYTES) -> Download:
        """Temporary media. Raises http_json.TooMuch beyond the limit, DeliveryError `media_gone` after some days."""
        kind, body = await self._authorised(
            "GET", "cgi-bin/media/get", params={"media_id": media_id}, limit_bytes=limit_bytes
        )
        if kind not in ("application/json", "text/plain"):
            return Download(body, kind)
        url = http_json.read_object(body).get("video_url")
        if not isinstance(url, str):
            raise UNREADABLE_ANSWER.error()
        return Download(b"", kind, url)

    async def upload_image(self, content: bytes, content_type: str) -> str:
        """The `media_id` of a temporary picture."""
        name = "image." + content_type.rpartition("/")[2]
        form = (name, content_type, content)
        _, body = await self._authorised("POST", "cgi-bin/media/upload", params={"type": "image"}, upload=form)
        return _text(http_json.read_object(body), "media_id")

    async def create_menu(self, buttons: Sequence[Mapping[str, Any]]) -> None:
        await self._post("cgi-bin/menu/create", {"button": list(buttons)})

    async def login(self, code: str) -> str:
        """The openid that the mini-program's code stands for. Raises LoginCodeInvalid. Its address carries the secret.

        The answer's `session_key` is not kept: nothing of ours needs it.
        """
        params = {
            "appid": self.account.app_id,
            "secret": self.account.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        _, body = await http_json.fetch(self._http, "GET", f"{self.account.api_base}/sns/jscode2session", params=params)
        return _text(_without_error(http_json.read_object(body)), "openid")

    async def check_text(self, openid: str, text: str, *, scene: int = SCENE_COMMENT) -> Verdict:
        """Version 2 of the text check. The sender must have been active within two hours (`recipient_inactive`)."""
        verdicts = []
        for start in range(0, len(text), CHECKED_CHARACTERS):
            part = text[start : start + CHECKED_CHARACTERS]
            body = {"version": 2, "scene": scene, "openid": openid, "content": part}
            result = (await self._post("wxa/msg_sec_check", body)).get("result")
            found = result if isinstance(result, dict) else {}
            word = suggestion(str(found.get("suggest", "")), _SUGGESTIONS)
            verdicts.append(Verdict(word, str(found.get("label", ""))))
        return worst(verdicts)

    async def check_image(self, openid: str, url: str, *, scene: int = SCENE_COMMENT) -> str:
        """Version 2, asynchronous: the trace id under which the `wxa_media_check` event will come."""
        body = {
            "version": 2,
            "scene": scene,
            "openid": openid,
            "media_url": url,
            "media_type": MEDIA_IMAGE,
        }
        return _text(await self._post("wxa/media_check_async", body), "trace_id")

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        _, answer = await self._authorised("POST", path, body=body)
        return http_json.read_object(answer)

    async def _authorised(self, method: str, path: str, **how: Any) -> tuple[str, bytes]:
        """The answer to a call with a token. A refused token is replaced once."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                for _ in range(2):
                    token = await self._tokens.token()
                    kind, answer = await self._asked(method, path, token, **how)
                    code = _code(kind, answer)
                    if code == 0:
                        return kind, answer
                    if code not in TOKEN_REJECTED:
                        raise error_for(code)
                    await self._tokens.expire(token)
        except TimeoutError:
            raise UNREACHABLE.error() from None
        raise TOKEN_FAILED.error()

    async def _asked(
        self,
        method: str,
        path: str,
        token: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        upload: tuple[str, str, bytes] | None = None,
        limit_bytes: int = http_json.MAX_ANSWER_BYTES,
    ) -> tuple[str, bytes]:
        data: aiohttp.FormData | bytes | None = _form(upload) if upload else None
        if body is not None:
            data = http_json.write(body)
        return await http_json.fetch(
            self._http,
            method,
            f"{self.account.api_base}/{path}",
            params={"access_token": token, **(params or {})},
            data=data,
            content_type="application/json" if body is not None else None,
            limit_bytes=limit_bytes,
        )


def _form(upload: tuple[str, str, bytes]) -> aiohttp.FormData:
    """Made anew for each attempt, since a form can be sent once."""
    name, content_type, content = upload
    form = aiohttp.FormData()
    form.add_field("media", content, filename=name, content_type=content_type)
    return form


def _code(kind: str, answer: bytes) -> int:
    """The error code of an answer, 0 for none: files have none, and JSON may come declared as text."""
    if kind not in ("application/json", "text/plain", "text/html") or not answer.lstrip().startswith(b"{"):
        return 0
    code = http_json.read_object(answer).get("errcode", 0)
    if not isinstance(code, int):
        raise UNREADABLE_ANSWER.error()
    return code


def _without_error(answer: dict[str, Any]) -> dict[str, Any]:
    if code := answer.get("errcode", 0):
        raise error_for(int(code))
    return answer


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise UNREADABLE_ANSWER.error()
    return value
