"""Alipay's side of the wire, for tests: its own key pair, signatures and answers."""

from __future__ import annotations

import base64
import functools
import re
from urllib.parse import quote_from_bytes

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from core.settings import Account
from core.values import Platform

APP_ID = "2021000000000077"
USER_ID = "2088000000000077"
OPEN_ID = "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5"


@functools.cache
def key(_who: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_text(who: str) -> str:
    raw = key(who).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return base64.b64encode(raw).decode()


def public_text(who: str) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key(who).public_key().public_bytes(serialization.Encoding.DER, form)).decode()


def account(gateway: str = "http://127.0.0.1:9/gateway.do", platform: Platform = Platform.ALIPAY) -> Account:
    return Account(
        name="ali",
        platform=platform,
        app_id=APP_ID,
        private_key=private_text("app"),
        alipay_public_key=public_text("alipay"),
        gateway=gateway,
    )


def sign(content: bytes, who: str = "alipay") -> str:
    return base64.b64encode(key(who).sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def check(content: bytes, signature: str, who: str) -> None:
    """Raises InvalidSignature."""
    raw = base64.b64decode(signature)
    key(who).public_key().verify(raw, content, padding.PKCS1v15(), hashes.SHA256())


def form(fields: dict[str, bytes]) -> bytes:
    return "&".join(f"{name}={quote_from_bytes(value, safe='')}" for name, value in fields.items()).encode()


def signed_string(fields: dict[str, bytes], *, drop: tuple[str, ...], skip_empty: bool = False) -> bytes:
    kept = {n: v for n, v in fields.items() if n not in drop and (v or not skip_empty)}
    return b"&".join(name.encode() + b"=" + kept[name] for name in sorted(kept))


def gateway_message(content: str, *, who: str = "alipay", skip_empty: bool = False, **more: bytes) -> bytes:
    """A form as the gateway posts it: GBK, and `sign_type` inside the signed string."""
    fields = {
        "service": b"alipay.service.check",
        "charset": b"GBK",
        "sign_type": b"RSA2",
        "biz_content": content.encode("gb18030"),
        **more,
    }
    fields["sign"] = sign(signed_string(fields, drop=("sign",), skip_empty=skip_empty), who).encode()
    return form(fields)


def notification(content: str, *, who: str = "alipay", **more: bytes) -> bytes:
    """A form as notifications come: UTF-8, and `sign_type` outside the signed string."""
    fields = {
        "notify_id": b"2026112100001",
        "utc_timestamp": b"1795288776000",
        "msg_method": b"alipay.open.app.mini.demo.notify",
        "app_id": APP_ID.encode(),
        "version": b"1.1",
        "charset": b"UTF-8",
        "sign_type": b"RSA2",
        "biz_content": content.encode(),
        **more,
    }
    fields["sign"] = sign(signed_string(fields, drop=("sign", "sign_type")), who).encode()
    return form(fields)


def message(kind: str, inner: str = "", *, user_id: str = USER_ID, open_id: str = OPEN_ID) -> str:
    return (
        f'<?xml version="1.0" encoding="gbk"?><XML><AppId><![CDATA[{APP_ID}]]></AppId>'
        f"<FromUserId><![CDATA[{open_id}]]></FromUserId>"
        f"<FromAlipayUserId><![CDATA[{user_id}]]></FromAlipayUserId>"
        f"<CreateTime>1795288776123</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inner}</XML>"
    )


def event(kind: str, parameter: str = "") -> str:
    return message(
        "event",
        f"<EventType><![CDATA[{kind}]]></EventType><ActionParam><![CDATA[{parameter}]]></ActionParam>",
    )


def opened(body: bytes) -> str:
    """The inner part of a signed answer, its signature checked against the app's key."""
    found = re.fullmatch(
        rb'<\?xml version="1\.0" encoding="GBK"\?><alipay><response>(.*)</response>'
        rb"<sign>([^<]+)</sign><sign_type>RSA2</sign_type></alipay>",
        body,
        re.DOTALL,
    )
    assert found
    check(found[1], found[2].decode(), "app")
    return found[1].decode("gbk")
