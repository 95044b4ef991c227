"""Calls to Alipay's open platform in the name of one app: login, messages, notices, content check.

python-alipay-sdk builds and signs the request, in a worker thread, and is imported with the first call (tens of
megabytes). It does not send it: it would put everything into the address of a GET that blocks. Nor does it read the
answer, see `alipay_answers`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from bot.adapters import alipay_answers, alipay_keys, http_json
from bot.adapters.failures import BUSY, UNREADABLE_ANSWER
from bot.adapters.moderation import Suggestion, Verdict, suggestion
from bot.adapters.outgoing_text import cap, clean, is_article, plain
from core import clock, logs
from core.messages import Reply
from core.settings import Account

TEXT_BYTES: Final = 2048
"""Believed, as for WeChat; no document that could be read gives a limit."""

SIGN_SECONDS: Final = 10.0
_ACTIONS: Final = {
    "PASSED": Suggestion.CLEAN,
    "REJECTED": Suggestion.RISKY,
    "REVIEW": Suggestion.REVIEW,
}


@dataclass(frozen=True, slots=True)
class AlipayLogin:
    """Who a login code stands for: new apps get only `open_id`, old ones only `user_id`. Each may be empty."""

    user_id: str
    open_id: str


class AlipayApi:
    """Every method raises DeliveryError. Raises ConfigError at once for keys that are none."""

    def __init__(self, account: Account, http: aiohttp.ClientSession) -> None:
        self.account = account
        self._http = http
        self._private_key = alipay_keys.private_key(account.private_key)
        self._alipay_key = alipay_keys.public_key(account.alipay_public_key)
        self._sdk: Any = None
        logs.declare_secrets(account.secrets())

    async def login(self, code: str) -> AlipayLogin:
        """Who the mini-program's code stands for. Raises LoginCodeInvalid."""
        answer = await self._call(
            "alipay.system.oauth.token", top_level={"grant_type": "authorization_code", "code": code}
        )
        user_id, open_id = str(answer.get("user_id", "")), str(answer.get("open_id", ""))
        if not user_id and not open_id:
            raise UNREADABLE_ANSWER.error()
        return AlipayLogin(user_id, open_id)

    async def send(self, recipient: str, reply: Reply) -> None:
        """A message to somebody who has just written or pressed something. Held: `window_closed`, `quota_day`."""
        name = "to_user_id" if is_user_id(recipient) else "open_id"
        content = {name: recipient, "chat": "0", **_content(reply)}
        await self._call("alipay.open.public.message.custom.send", content)

    async def send_notice(self, recipient: str, template_id: str, values: Mapping[str, str], *, page: str = "") -> None:
        """A mini-program's template message. Fails with `not_subscribed` where consent is missing or used."""
        name = "to_user_id" if is_user_id(recipient) else "to_open_id"
        content = {
            name: recipient,
            "user_template_id": template_id,
            "page": page,
            "data": {keyword: {"value": value} for keyword, value in values.items()},
        }
        await self._call("alipay.open.app.mini.templatemessage.send", content)

    async def check_text(self, text: str) -> Verdict:
        answer = await self._call("alipay.security.risk.content.detect", {"content": text})
        keywords = answer.get("keywords")
        label = ",".join(map(str, keywords)) if isinstance(keywords, list) else str(keywords or "")
        return Verdict(suggestion(str(answer.get("action", "")), _ACTIONS), label)

    async def _call(
        self,
        method: str,
        content: Mapping[str, Any] | None = None,
        *,
        top_level: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        try:
            async with asyncio.timeout(SIGN_SECONDS):
                body = await asyncio.to_thread(self._signed, method, content or {}, top_level or {})
        except TimeoutError:
            raise BUSY.error() from None
        _, answer = await http_json.fetch(
            self._http,
            "POST",
            self.account.gateway,
            params={"charset": "utf-8"},
            data=body,
            content_type="application/x-www-form-urlencoded;charset=utf-8",
        )
        return alipay_answers.read(answer, method, self._alipay_key)

    def _signed(self, method: str, content: Mapping[str, Any], top_level: Mapping[str, str]) -> bytes:
        """The form, signed. The time is Shanghai's wherever the server stands; the library would take its own."""
        sdk = self._loaded()
        stamp = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M:%S")
        fields = sdk.build_body(method, http_json.write(content).decode(), timestamp=stamp, **top_level)
        return str(sdk.sign_data(fields)).encode()

    def _loaded(self) -> Any:
        if self._sdk is None:
            from alipay import AliPay  # noqa: PLC0415  heavy, and only accounts that send need it

            self._sdk = AliPay(
                appid=self.account.app_id,
                app_private_key_string=alipay_keys.private_pem(self._private_key),
                alipay_public_key_string=alipay_keys.public_pem(self._alipay_key),
                sign_type="RSA2",
            )
        return self._sdk


def is_user_id(identity: str) -> bool:
    """Sixteen digits from 2088 are a user id; everything else is an open id of this app."""
    return len(identity) == 16 and identity.isdigit() and identity.startswith("2088")


def _content(reply: Reply) -> dict[str, Any]:
    if is_article(reply):
        words = clean(reply.text)
        article = {"title": cap(clean(reply.title) or words, 128), "desc": cap(words, 512), "url": reply.url}
        return {"msg_type": "image-text", "articles": [article]}
    return {"msg_type": "text", "text": {"content": plain(reply, TEXT_BYTES)}}
