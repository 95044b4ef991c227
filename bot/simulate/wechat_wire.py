"""WeChat's own side of a webhook: a signed and, in safe mode, encrypted delivery; the answer checked and opened."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters import wire
from bot.adapters.delivery import Unreadable
from bot.adapters.wechat_codec import AesKey, is_signed, signature
from bot.adapters.wire import BodyFormat, Fields, text_of
from bot.simulate.said import Fault
from core import clock
from core.settings import Account

SILENT = (b"", b"success")


def write_xml(fields: Mapping[str, Any]) -> bytes:
    """As WeChat writes it: control characters that people typed pass through into the CDATA sections."""
    return f"<xml>{_elements(fields)}</xml>".encode()


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_element(value)}</{name}>" for name, value in fields.items())


def _element(value: Any) -> str:
    if isinstance(value, Mapping):
        return _elements(value)
    if isinstance(value, (int, float)):
        return str(value)
    return f"<![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]>"


@dataclass(frozen=True, slots=True)
class WeChatWire:
    """One account's deliveries, in the format that its console is set to."""

    account: Account
    form: BodyFormat = BodyFormat.XML

    @property
    def original_id(self) -> str:
        """The account's own name at WeChat, `gh_…`."""
        return "gh_" + hashlib.sha256(self.account.app_id.encode()).hexdigest()[:12]

    @property
    def _key(self) -> AesKey | None:
        keys = self.account.aes_keys
        return AesKey(keys[0], self.account.app_id) if keys else None

    def delivery(self, fields: Mapping[str, Any], *, sender: str) -> tuple[dict[str, str], bytes]:
        """Query and body. Time, nonce, prefix and signatures are fresh, also when the same message is sent again."""
        message = {"ToUserName": self.original_id, "FromUserName": sender, **fields}
        timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(5)
        query = {
            "signature": signature(self.account.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": sender,
        }
        plaintext = self._written(message)
        if self._key is None:
            return query, plaintext
        encrypted = self._key.encrypt(plaintext)
        query |= {
            "encrypt_type": "aes",
            "msg_signature": signature(self.account.token, timestamp, nonce, encrypted),
        }
        return query, self._written({"ToUserName": self.original_id, "Encrypt": encrypted})

    def _written(self, fields: Mapping[str, Any]) -> bytes:
        if self.form is BodyFormat.JSON:
            return json.dumps(fields, ensure_ascii=False).encode()
        return write_xml(fields)

    def opened(self, answer: bytes, *, sender: str) -> Fields | None:
        """The reply inside an answer, None where nothing is said. Raises Fault for what WeChat would not show."""
        if answer.strip() in SILENT:
            return None
        fields = self._read(answer)
        if self._key is not None:
            fields = self._decrypted(fields, self._key)
        if text_of(fields, "ToUserName") != sender or text_of(fields, "FromUserName") != self.original_id:
            raise Fault("the reply names another sender or receiver")
        if not text_of(fields, "CreateTime").isdigit() or not text_of(fields, "MsgType"):
            raise Fault("the reply lacks CreateTime or MsgType")
        return fields

    def _read(self, body: bytes) -> Fields:
        try:
            read = wire.parse(body)
        except Unreadable:
            raise Fault("the answer is neither XML nor JSON") from None
        if read.format is not self.form:
            raise Fault(f"the answer is {read.format}, the account is set to {self.form}")
        return read.fields

    def _decrypted(self, outer: Fields, key: AesKey) -> Fields:
        encrypted = text_of(outer, "Encrypt")
        parts = (text_of(outer, "TimeStamp"), text_of(outer, "Nonce"), encrypted)
        if not all(parts):
            raise Fault("the reply is not encrypted, but the account is in safe mode")
        if not is_signed(text_of(outer, "MsgSignature"), self.account.token, *parts):
            raise Fault("the reply's MsgSignature is wrong")
        plaintext = key.decrypt(encrypted)
        if plaintext is None:
            raise Fault("the reply does not open with the key of the delivery")
        return self._read(plaintext)
