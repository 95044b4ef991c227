"""Alipay's open platform as our service calls it: one address, the method in a field, everything signed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.adapters import alipay_keys
from bot.simulate.people import identity_of
from bot.simulate.said import Shown, Way, from_text
from bot.simulate.state import PlatformState
from bot.simulate.wechat_messages import notice
from bot.simulate.wechat_side import REVIEW_WORD, RISKY_WORD
from core.settings import Account

CUSTOM_SEND: Final = "alipay.open.public.message.custom.send"
LOGIN: Final = "alipay.system.oauth.token"
NOTICE: Final = "alipay.open.app.mini.templatemessage.send"
CHECK: Final = "alipay.security.risk.content.detect"


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """One error of the platform: the class of error in `code`, the particular one in `sub_code`."""

    code: str
    sub_code: str

    def node(self) -> dict[str, str]:
        return {"code": self.code, "msg": "refused", "sub_code": self.sub_code, "sub_msg": "refused by the simulator"}


@dataclass(frozen=True, slots=True)
class AlipayCall:
    account: Account
    method: str
    fields: Mapping[str, str]

    @property
    def content(self) -> dict[str, Any]:
        """`biz_content`."""
        try:
            parsed = json.loads(self.fields.get("biz_content") or "{}")
        except ValueError:
            raise Refused("40002", "isv.invalid-parameter") from None
        if not isinstance(parsed, dict):
            raise Refused("40002", "isv.invalid-parameter")
        return parsed


class AlipaySide:
    """Signs its answers with `key`, Alipay's own; checks calls with the public half of the app's."""

    def __init__(self, state: PlatformState, key: RSAPrivateKey) -> None:
        self._state = state
        self._key = key
        self._methods: dict[str, Callable[[AlipayCall], Awaitable[dict[str, Any]]]] = {
            CUSTOM_SEND: self._custom_send,
            LOGIN: self._login,
            NOTICE: self._notice,
            CHECK: self._check_text,
        }

    async def handle(self, request: web.Request) -> web.Response:
        """`POST /gateway.do`: fields in the body, or in the address where the body lacks them."""
        text = (await request.read()).decode()
        fields = {**request.query, **dict(parse_qsl(text, keep_blank_values=True))}
        method = fields.get("method", "")
        return self.answer(method, await self._answered(method, fields))

    def answer(self, method: str, node: Mapping[str, Any]) -> web.Response:
        """The node of the method, signed as it stands in the body."""
        signed = json.dumps(node, ensure_ascii=False)
        signature = alipay_keys.sign(self._key, signed.encode())
        name = json.dumps(method.replace(".", "_") + "_response")
        return web.Response(text=f'{{{name}:{signed},"sign":"{signature}"}}', content_type="application/json")

    async def _answered(self, method: str, fields: Mapping[str, str]) -> dict[str, Any]:
        try:
            call = AlipayCall(self._caller(fields), method, fields)
            return await self._methods.get(method, _unknown)(call)
        except Refused as refused:
            self._state.tell(f"Alipay refused {method}: {refused.code} {refused.sub_code}")
            return refused.node()

    def _caller(self, fields: Mapping[str, str]) -> Account:
        account = self._state.account_of(fields.get("app_id", ""))
        if account is None or not account.private_key:
            raise Refused("40002", "isv.invalid-app-id")
        signed = "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if name != "sign" and value)
        key = alipay_keys.private_key(account.private_key).public_key()
        if fields.get("sign_type") != "RSA2" or not alipay_keys.is_signed(key, signed.encode(), fields.get("sign", "")):
            raise Refused("40002", "isv.invalid-signature")
        return account

    async def _custom_send(self, call: AlipayCall) -> dict[str, Any]:
        content = call.content
        recipient = str(content.get("to_user_id") or content.get("open_id") or "")
        shown = _shown(content)
        if not recipient or shown is None:
            raise Refused("40004", "INVALID_PARAMETER")
        if self._state.person(call.account, recipient).send():
            raise Refused("40004", "PUB.MSG_SD_OVER_TIME")
        await self._state.deliver(call.account, recipient, shown, content)
        return {"code": "10000", "msg": "Success"}

    async def _login(self, call: AlipayCall) -> dict[str, Any]:
        """Grant and code are fields of their own, not of `biz_content`. A good answer has no code."""
        code = call.fields.get("code", "")
        identity = identity_of(code)
        if call.fields.get("grant_type") != "authorization_code":
            raise Refused("40002", "isv.grant-type-invalid")
        if identity is None or code in self._state.used_codes:
            raise Refused("40002", "isv.code-invalid")
        self._state.used_codes.add(code)
        name = "user_id" if identity.startswith("2088") else "open_id"
        return {name: identity, "access_token": "simulated", "expires_in": 1296000, "re_expires_in": 2592000}

    async def _notice(self, call: AlipayCall) -> dict[str, Any]:
        content = call.content
        recipient = str(content.get("to_user_id") or content.get("to_open_id") or "")
        template_id = str(content.get("user_template_id", ""))
        if template_id not in call.account.notices.values():
            raise Refused("40004", "USER_TEMPLATE_ILLEGAL")
        data = content.get("data")
        shown = notice(template_id, data) if isinstance(data, dict) else None
        if shown is None:
            raise Refused("40004", "USER_TEMPLATE_LACK_KEYWORD")
        if not self._state.person(call.account, recipient).spend_consent(template_id):
            raise Refused("40004", "FORM_ID_OVER_TIME")
        await self._state.deliver(call.account, recipient, shown, content)
        return {"code": "10000", "msg": "Success"}

    async def _check_text(self, call: AlipayCall) -> dict[str, Any]:
        text = str(call.content.get("content", ""))
        found = next((word for word in (RISKY_WORD, REVIEW_WORD) if word in text), None)
        action = {RISKY_WORD: "REJECTED", REVIEW_WORD: "REVIEW", None: "PASSED"}[found]
        return {"code": "10000", "msg": "Success", "action": action, "keywords": [found] if found else []}


async def _unknown(_call: AlipayCall) -> dict[str, Any]:
    raise Refused("40002", "isv.invalid-method")


def _shown(content: Mapping[str, Any]) -> Shown | None:
    match content.get("msg_type"):
        case "text" if isinstance(text := content.get("text", {}).get("content"), str) and text:
            return from_text(text, Way.MESSAGE)
        case "image-text" if articles := content.get("articles"):
            first = articles[0]
            words = [first.get("title", ""), first.get("desc", "")]
            return Shown("\n".join(dict.fromkeys(word for word in words if word)), way=Way.MESSAGE, url=first["url"])
    return None
