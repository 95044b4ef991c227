"""One WeChat account's webhook: who may speak to it, what they said, and the body that answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.adapters import wechat_replies, wire
from bot.adapters.delivery import SUCCESS, BadSignature, RenderedBody, Unreadable
from bot.adapters.wechat_codec import AesKey, decrypt, is_signed
from bot.adapters.wechat_inbound import to_inbound
from bot.adapters.wire import BodyFormat, Fields, text_of
from core import clock, logs
from core.messages import Inbound, Reply
from core.settings import Account
from core.values import Platform

PROBE: Final[Fields] = {"action": "CheckContainerPath"}
"""What cloud hosting sends, unsigned, to see whether a server is there."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified delivery. `inbound` is None for the hosting probe, which is answered with `success`.

    Keep it until the answer: the reply goes to `sender` from `receiver`, in the same format, under the same key.
    """

    inbound: Inbound | None
    format: BodyFormat = BodyFormat.XML
    sender: str = ""
    receiver: str = ""
    key: AesKey | None = None


class WeChatAdapter:
    """Official accounts and mini-programs. With `aes_keys` it reads nothing but encrypted bodies."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.answers_passively = account.platform is Platform.WECHAT
        """Mini-programs show nothing of a passive answer: their replies leave as customer-service messages."""
        self._keys = tuple(AesKey(key, account.app_id) for key in account.aes_keys)
        logs.declare_secrets(account.secrets())

    def verify_get(self, query: Mapping[str, str]) -> str | None:
        """The `echostr` to send back verbatim, or None if the console's request is not signed with our token."""
        signed = self._is_signed(query)
        return query.get("echostr", "") if signed else None

    def receive(self, query: Mapping[str, str], body: bytes) -> Delivery:
        """Raises Unreadable (400), then BadSignature (403). The age of a timestamp does not matter: retries are old."""
        outer = wire.parse(body)
        if outer.fields == PROBE:
            return Delivery(None, outer.format)
        if self._keys:
            return self._decrypted(query, outer)
        inbound = to_inbound(outer.fields, self.account)
        if not self._is_signed(query):
            raise BadSignature
        return _delivery(inbound, outer, outer.format, None)

    def render(self, delivery: Delivery, reply: Reply | None, *, media_id: str = "") -> RenderedBody:
        """The answer to this delivery: fresh time, nonce and prefix each time, under the key that opened it.

        `media_id` is the platform's id of an uploaded picture. Nothing to say is `success`, never encrypted.
        """
        silent = reply is None or not (reply.text or reply.choices or reply.url or media_id)
        if reply is None or silent or not self.answers_passively or delivery.inbound is None:
            return SUCCESS
        fields = {
            "ToUserName": delivery.sender,
            "FromUserName": delivery.receiver,
            "CreateTime": int(clock.now().timestamp()),
            **wechat_replies.content(reply, media_id),
        }
        plaintext = wechat_replies.write(fields, delivery.format)
        if delivery.key is None:
            return RenderedBody(wechat_replies.CONTENT_TYPES[delivery.format], plaintext)
        return wechat_replies.envelope(plaintext, delivery.format, key=delivery.key, token=self.account.token)

    def _is_signed(self, query: Mapping[str, str]) -> bool:
        return is_signed(
            query.get("signature", ""),
            self.account.token,
            query.get("timestamp", ""),
            query.get("nonce", ""),
        )

    def _decrypted(self, query: Mapping[str, str], outer: wire.Wire) -> Delivery:
        encrypted = text_of(outer.fields, "Encrypt")
        parts = (query.get("timestamp", ""), query.get("nonce", ""), encrypted)
        if not encrypted or not is_signed(query.get("msg_signature", ""), self.account.token, *parts):
            raise BadSignature
        plaintext, key = decrypt(encrypted, self._keys)
        inner = wire.parse(plaintext)
        if not inner.fields:
            raise Unreadable
        return _delivery(to_inbound(inner.fields, self.account), inner, outer.format, key)


def _delivery(inbound: Inbound, read: wire.Wire, form: BodyFormat, key: AesKey | None) -> Delivery:
    return Delivery(
        inbound=inbound,
        format=form,
        sender=inbound.sender,
        receiver=text_of(read.fields, "ToUserName"),
        key=key,
    )
