"""WeChat's signature and its safe mode, on wechatpy's signer and cipher.

In front of wechatpy 1.8.18 because it compares signatures in variable time, does not look at the padding, and takes
its random prefix from `random.sample`. Source: developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wechatpy.crypto.base import WeChatCipher
from wechatpy.crypto.pkcs7 import PKCS7Encoder
from wechatpy.utils import WeChatSigner

from bot.adapters.delivery import BadSignature

BLOCK: Final = 32
PREFIX: Final = 16
HEAD: Final = PREFIX + 4


def signature(*parts: str) -> str:
    """SHA-1 in hex over the sorted parts: token, timestamp, nonce and, in safe mode, the ciphertext."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def is_signed(given: str, token: str, *parts: str) -> bool:
    """Compared in constant time. Without a token nothing is signed: otherwise anybody could do it."""
    return bool(token) and hmac.compare_digest(signature(token, *parts).encode(), given.encode())


@dataclass(frozen=True, slots=True)
class AesKey:
    """One EncodingAESKey of one app."""

    encoded: str
    app_id: str

    def _cipher(self) -> WeChatCipher:
        # Consoles hand out keys whose last character has bits beyond the 32 bytes; they are ignored.
        return WeChatCipher(base64.b64decode(self.encoded + "="))

    def encrypt(self, plaintext: bytes, *, prefix: bytes | None = None) -> str:
        """Base64 of AES-256-CBC over 16 random bytes, the length, the text and the app id. `prefix` is for tests."""
        head = (prefix or secrets.token_bytes(PREFIX)) + len(plaintext).to_bytes(4, "big")
        padded = PKCS7Encoder.encode(head + plaintext + self.app_id.encode())
        return base64.b64encode(self._cipher().encrypt(padded)).decode()

    def decrypt(self, ciphertext: str) -> bytes | None:
        """The text, or None if this key, its app id or the bytes are not the right ones."""
        try:
            raw = base64.b64decode(ciphertext, validate=True)
        except (binascii.Error, ValueError):
            return None
        if not raw or len(raw) % 16:
            return None
        return _opened(self._cipher().decrypt(raw), self.app_id.encode())


def _opened(full: bytes, app_id: bytes) -> bytes | None:
    padding = full[-1]
    if not 1 <= padding <= BLOCK or full[-padding:] != bytes([padding]) * padding:
        return None
    content = full[:-padding]
    end = HEAD + int.from_bytes(content[PREFIX:HEAD], "big")
    if len(content) < HEAD or end > len(content) or not hmac.compare_digest(content[end:], app_id):
        return None
    return content[HEAD:end]


def decrypt(ciphertext: str, keys: Sequence[AesKey]) -> tuple[bytes, AesKey]:
    """The text and the key that opened it, current key first. Raises BadSignature."""
    for key in keys:
        plaintext = key.decrypt(ciphertext)
        if plaintext is not None:
            return plaintext, key
    raise BadSignature
