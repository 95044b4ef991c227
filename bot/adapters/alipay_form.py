"""The form that Alipay posts, its two ways of signing, and the signed XML that answers it.

Both ways were proven on genuine messages. A gateway message (`service`) keeps `sign_type` in the
signed string, a notification (`msg_method`) drops it. Bytes are checked as they came, in the charset they came in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from bot.adapters import alipay_keys
from bot.adapters.delivery import RenderedBody, Unreadable

MAX_FIELDS: Final = 64
CHARSETS: Final = {
    "": "utf-8",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
}
"""GB18030 reads all of GBK and the characters outside it that people's names have."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as bytes, undecoded, and the codec that they are declared to be in."""

    raw: Mapping[str, bytes]
    codec: str

    @classmethod
    def parse(cls, body: bytes) -> Form:
        """Raises Unreadable for what is no form, for doubled fields and for an unknown charset."""
        try:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_FIELDS
            )
            raw = {name: value.encode("latin-1") for name, value in pairs}
        except (UnicodeError, ValueError):
            raise Unreadable from None
        codec = CHARSETS.get(raw.get("charset", b"").decode("latin-1").strip().lower())
        if codec is None or len(raw) != len(pairs) or not raw.keys() & {"service", "msg_method"}:
            raise Unreadable
        return cls(raw, codec)

    def text(self, name: str) -> str:
        """Raises Unreadable where the bytes are not in the declared charset."""
        try:
            return self.raw.get(name, b"").decode(self.codec)
        except UnicodeDecodeError:
            raise Unreadable from None

    @property
    def is_gateway_message(self) -> bool:
        return "service" in self.raw

    def is_signed_by(self, key: RSAPublicKey) -> bool:
        """Empty values are kept and, if that fails, skipped: the platform's own libraries disagree on them.

        Only RSA2 is ever tried, whatever `sign_type` says.
        """
        signature = self.raw.get("sign", b"").decode("latin-1")
        return any(
            alipay_keys.is_signed(key, self._signed_string(skip_empty=skip), signature) for skip in (False, True)
        )

    def _signed_string(self, *, skip_empty: bool) -> bytes:
        dropped = {"sign"} if self.is_gateway_message else {"sign", "sign_type"}
        return b"&".join(
            name.encode("latin-1") + b"=" + value
            for name, value in sorted(self.raw.items())
            if name not in dropped and (value or not skip_empty)
        )


def signed_answer(inner: str, key: RSAPrivateKey) -> RenderedBody:
    """The GBK envelope around `inner`, signed over the bytes of `inner`."""
    content = inner.encode("gbk", errors="xmlcharrefreplace")
    signature = alipay_keys.sign(key, content).encode()
    body = (
        b'<?xml version="1.0" encoding="GBK"?><alipay><response>'
        + content
        + b"</response><sign>"
        + signature
        + b"</sign><sign_type>RSA2</sign_type></alipay>"
    )
    return RenderedBody("text/xml", body)
