"""A resident in front of an Alipay app with a text gateway: GBK forms, signed both ways, answers pushed."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_from_bytes

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bot.adapters import alipay_keys, wire
from bot.adapters.delivery import Unreadable
from bot.adapters.wire import text_of
from bot.simulate.at_platform import AtPlatform
from bot.simulate.people import Act
from bot.simulate.platform_api import PlatformSimulator
from bot.simulate.said import (
    Click,
    Consent,
    Fault,
    Follow,
    NotHere,
    Patience,
    Photo,
    Press,
    Said,
    Scan,
    Shown,
    Text,
    Unfollow,
)
from bot.simulate.webhook import Webhook
from bot.simulate.wechat_wire import write_xml
from core import clock
from core.settings import Account

MESSAGE: Final = "alipay.mobile.public.message.notify"
CHECK: Final = "alipay.service.check"
_SIGNED: Final = re.compile(
    rb"<response>(?P<inner>.*)</response>\s*<sign>(?P<sign>[^<]+)</sign>\s*<sign_type>RSA2</sign_type>", re.DOTALL
)


class AlipayResident:
    """`user_id` is `2088…`; `key` is Alipay's own private key. What is answered comes through `platform`."""

    def __init__(
        self,
        account: Account,
        url: str,
        http: aiohttp.ClientSession,
        *,
        user_id: str,
        key: RSAPrivateKey,
        platform: PlatformSimulator | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.account = account
        self.identity = user_id
        content_type = "application/x-www-form-urlencoded"
        self.webhook = Webhook(http, f"{url}/alipay/{account.name}", content_type, patience or Patience())
        self._key = key
        self._app_key = alipay_keys.private_key(account.private_key).public_key()
        self._platform = AtPlatform(platform, account, user_id)

    async def send(self, said: Said) -> list[Shown]:
        """Always nothing: Alipay's answer only acknowledges. Raises Fault, Unreachable and NotHere."""
        fields, act = self._fields(said)
        self._platform.note(said, act)
        if fields:
            await self.deliver(fields)
        return []

    async def deliver(self, fields: Mapping[str, Any], *, service: str = MESSAGE) -> str:
        """One message as the gateway posts it; the inner part of the answer, its signature checked."""
        content = {
            "AppId": self.account.app_id,
            "FromUserId": "",
            "FromAlipayUserId": self.identity,
            "CreateTime": int(clock.now().timestamp() * 1000),
            **fields,
        }
        body = b'<?xml version="1.0" encoding="gbk"?>' + write_xml(content).replace(b"xml>", b"XML>")
        form = self._form(service, body.decode().encode("gb18030"))
        inner = self._opened(await self.webhook.deliver(lambda: ({}, form)))
        if service == MESSAGE:
            self._check_acknowledged(inner)
        return inner

    async def check_gateway(self) -> str:
        """The platform's check of the address, as it comes when an operator saves it: the app's public key."""
        inner = await self.deliver({"MsgType": "event", "EventType": "verifygw"}, service=CHECK)
        found = re.fullmatch(r"<success>true</success><biz_content>([^<]+)</biz_content>", inner)
        if not found:
            raise Fault("the gateway check was not answered with success and a key")
        return found[1]

    async def pushed(self, seconds: float) -> list[Shown]:
        """Messages and notices since the last time, waiting up to `seconds` for the first."""
        return await self._platform.pushed(seconds)

    def _fields(self, said: Said) -> tuple[dict[str, Any], Act | None]:
        """None to deliver for a consent, of which the gateway hears nothing."""
        match said:
            case Text(text):
                made = _message("text", Text={"Content": text})
            case Press(choice):
                made = _message("text", Text={"Content": choice.label})
            case Photo():
                media_id = self._platform.keep(said.content, said.content_type)
                made = _message("image", Image={"MediaId": media_id, "Format": "jpg"})
            case Consent():
                return {}, None
            case _:
                return _event_fields(said)
        return made, Act.MESSAGE

    def _form(self, service: str, content: bytes) -> bytes:
        """Signed with `sign_type` inside, over the GBK bytes."""
        fields = {"service": service.encode(), "charset": b"GBK", "sign_type": b"RSA2", "biz_content": content}
        signed = b"&".join(name.encode() + b"=" + fields[name] for name in sorted(fields))
        fields["sign"] = alipay_keys.sign(self._key, signed).encode()
        return "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name, value in fields.items()).encode()

    def _opened(self, answer: bytes) -> str:
        found = _SIGNED.search(answer)
        if not found:
            raise Fault("the answer is not the signed XML that Alipay expects")
        if not alipay_keys.is_signed(self._app_key, found["inner"], found["sign"].decode("latin-1")):
            raise Fault("the answer's signature is wrong")
        return found["inner"].decode("gbk", errors="replace")

    def _check_acknowledged(self, inner: str) -> None:
        try:
            fields = wire.parse_xml(inner)
        except Unreadable:
            raise Fault("the acknowledgement is no XML") from None
        if text_of(fields, "MsgType") != "ack" or text_of(fields, "ToUserId") != self.identity:
            raise Fault("the answer is no acknowledgement to the sender")


def _message(kind: str, **fields: Any) -> dict[str, Any]:
    return {"MsgType": kind, **fields, "MsgId": secrets.token_hex(16)}


def _event_fields(said: Said) -> tuple[dict[str, Any], Act | None]:
    match said:
        case Follow(scene):
            return _event("follow", _scene(scene) if scene else ""), Act.FOLLOW
        case Unfollow():
            return _event("unfollow"), None
        case Scan(scene):
            return _event("enter", _scene(scene)), Act.ENTER
        case Click(key):
            return _event("click", key), Act.CLICK
    raise NotHere(f"Alipay's gateway has no {type(said).__name__}; an alipay_mini account has")


def _event(kind: str, parameter: str = "") -> dict[str, Any]:
    return {"MsgType": "event", "EventType": kind, "ActionParam": parameter}


def _scene(scene: str) -> str:
    return json.dumps({"scene": {"sceneId": scene}})
