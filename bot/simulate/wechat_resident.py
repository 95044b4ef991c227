"""A resident in front of an official account of WeChat."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from bot.adapters.wire import BodyFormat
from bot.simulate import wechat_messages
from bot.simulate.at_platform import AtPlatform
from bot.simulate.people import Act
from bot.simulate.platform_api import PlatformSimulator
from bot.simulate.said import (
    Click,
    Consent,
    Follow,
    NotHere,
    Patience,
    Photo,
    Place,
    Press,
    Said,
    Scan,
    Shown,
    Text,
    Unfollow,
    Voice,
)
from bot.simulate.webhook import Webhook
from bot.simulate.wechat_wire import WeChatWire
from core import clock
from core.settings import Account

CONTENT_TYPES: Final = {BodyFormat.XML: "text/xml", BodyFormat.JSON: "application/json"}
SILENCE: Final = b"#!AMR\n" + bytes([0x3C]) + bytes(31)
"""A recording of 20 ms in AMR."""


class WeChatResident:
    """`openid` is the resident's at this account. Photos and pushed messages need a running `platform`."""

    def __init__(
        self,
        account: Account,
        url: str,
        http: aiohttp.ClientSession,
        *,
        openid: str,
        platform: PlatformSimulator | None = None,
        form: BodyFormat = BodyFormat.XML,
        patience: Patience | None = None,
    ) -> None:
        self.account = account
        self.identity = openid
        self.webhook = Webhook(http, f"{url}/wechat/{account.name}", CONTENT_TYPES[form], patience or Patience())
        self._wire = WeChatWire(account, form)
        self._platform = AtPlatform(platform, account, openid)

    async def send(self, said: Said) -> list[Shown]:
        """What the answer shows: nothing or one thing. Raises Fault, Unreachable and NotHere."""
        fields, act = self._fields(said)
        self._platform.note(said, act)
        return await self.deliver(fields)

    async def deliver(self, fields: Mapping[str, Any]) -> list[Shown]:
        """One message or event as WeChat delivers it, again with the same MsgId until it is answered."""
        message = {"CreateTime": int(clock.now().timestamp()), **fields}
        answer = await self.webhook.deliver(lambda: self._wire.delivery(message, sender=self.identity))
        reply = self._wire.opened(answer, sender=self.identity)
        return [] if reply is None else [wechat_messages.passive(reply)]

    async def pushed(self, seconds: float) -> list[Shown]:
        """Messages and notices since the last time, waiting up to `seconds` for the first."""
        return await self._platform.pushed(seconds)

    def _fields(self, said: Said) -> tuple[dict[str, Any], Act | None]:
        match said:
            case Text(text):
                return _message("text", Content=text), Act.MESSAGE
            case Press(choice):
                return _message("text", Content=choice.label, bizmsgmenuid=choice.id), Act.CLICK
            case Photo():
                return _message(
                    "image", PicUrl="", MediaId=self._platform.keep(said.content, said.content_type)
                ), Act.MESSAGE
            case Voice(text):
                media_id = self._platform.keep(SILENCE, "audio/amr")
                return _message("voice", MediaId=media_id, Format="amr", Recognition=text), Act.MESSAGE
            case Place(lng, lat, label):
                return _message("location", Location_X=lat, Location_Y=lng, Scale=16, Label=label), Act.MESSAGE
        return self._event_fields(said)

    def _event_fields(self, said: Said) -> tuple[dict[str, Any], Act | None]:
        match said:
            case Follow(scene):
                scanned = {"EventKey": f"qrscene_{scene}", "Ticket": secrets.token_hex(16)} if scene else {}
                return _event("subscribe", **(scanned or {"EventKey": ""})), Act.FOLLOW
            case Unfollow():
                return _event("unsubscribe", EventKey=""), None
            case Scan(scene):
                return _event("SCAN", EventKey=scene, Ticket=secrets.token_hex(16)), Act.SCAN
            case Click(key):
                return _event("CLICK", EventKey=key), Act.CLICK
            case Consent(template_id):
                return self.consent_fields(template_id), None
        raise NotHere(f"WeChat has no {type(said).__name__}")

    def consent_fields(self, template_id: str) -> dict[str, Any]:
        """The event that tells of a resident's yes; JSON has the one item where XML nests it."""
        item = {"TemplateId": template_id, "SubscribeStatusString": "accept", "PopupScene": 1}
        if self._wire.form is BodyFormat.JSON:
            return _event("subscribe_msg_popup_event", List=item)
        return _event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": item})


def _message(kind: str, **fields: Any) -> dict[str, Any]:
    """A MsgId has 64 bits and belongs to one message."""
    return {"MsgType": kind, **fields, "MsgId": time.time_ns() // 1000 * 1000 + secrets.randbelow(1000)}


def _event(name: str, **fields: Any) -> dict[str, Any]:
    return {"MsgType": "event", "Event": name, **fields}
