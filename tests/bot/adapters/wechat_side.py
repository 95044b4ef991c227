"""WeChat's side of the wire, for tests: it signs, encrypts and opens, with no code of the adapter's."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "a-test-token"
APP_ID = "wx00000000000000aa"
AES_KEY = "kHq7bTz0mXc4vRn2pLs8dWf6gJy1aUe5oKi3xBtQw9E"
OLD_AES_KEY = "Zz1Yy2Xx3Ww4Vv5Uu6Tt7Ss8Rr9Qq0PpOoNnMmLlKkA"
STAMP, NONCE = "1790000000", "nonce-1"
SENDER, RECEIVER = "oTestResident0000000000000001", "gh_test000001"


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def encrypt(
    text: bytes,
    *,
    key: str = AES_KEY,
    app_id: str = APP_ID,
    padding: int | None = None,
    filler: bytes = b"",
) -> str:
    raw = base64.b64decode(key + "=")
    full = b"0123456789abcdef" + len(text).to_bytes(4, "big") + text + app_id.encode()
    pad = 32 - len(full) % 32
    last = bytes([pad if padding is None else padding])
    full += (filler or last) * (pad - 1) + last
    return base64.b64encode(_cipher(raw).encryptor().update(full)).decode()


def decrypt(text: str, *, key: str = AES_KEY) -> bytes:
    raw = base64.b64decode(key + "=")
    full = _cipher(raw).decryptor().update(base64.b64decode(text))
    content = full[: -full[-1]]
    length = int.from_bytes(content[16:20], "big")
    assert content[20 + length :] == APP_ID.encode()
    return content[20 : 20 + length]


def _cipher(raw: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(raw), modes.CBC(raw[:16]))


def message(kind: str = "text", **fields: Any) -> dict[str, Any]:
    base = {"ToUserName": RECEIVER, "FromUserName": SENDER, "CreateTime": STAMP, "MsgType": kind}
    return base | fields


def xml(fields: dict[str, Any]) -> bytes:
    return f"<xml>{_elements(fields)}</xml>".encode()


def _elements(fields: dict[str, Any]) -> str:
    out = ""
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            out += f"<{name}>{_elements(one) if isinstance(one, dict) else f'<![CDATA[{one}]]>'}</{name}>"
    return out


def plain_query() -> dict[str, str]:
    return {"signature": sign(TOKEN, STAMP, NONCE), "timestamp": STAMP, "nonce": NONCE}


def safe(body: bytes, *, as_json: bool = False, **how: Any) -> tuple[dict[str, str], bytes]:
    """Query and body of a delivery in safe mode."""
    encrypted = encrypt(body, **how)
    outer = {"ToUserName": RECEIVER, "Encrypt": encrypted}
    query = {**plain_query(), "encrypt_type": "aes", "msg_signature": sign(TOKEN, STAMP, NONCE, encrypted)}
    return query, json.dumps(outer).encode() if as_json else xml(outer)


def read_xml(body: bytes) -> dict[str, str]:
    """The leaves of a reply by their tag, as an XML parser sees them."""
    return {element.tag: element.text or "" for element in ET.fromstring(body).iter() if not len(element)}


def opened(body: bytes, *, key: str = AES_KEY) -> bytes:
    """Check and open an encrypted XML reply."""
    outer = read_xml(body)
    assert outer["MsgSignature"] == sign(TOKEN, outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
    return decrypt(outer["Encrypt"], key=key)
