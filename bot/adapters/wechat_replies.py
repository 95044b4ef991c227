"""A passive reply to WeChat in XML or JSON, and the encrypted envelope around it.

Types and fields: developers.weixin.qq.com …/guide/product/message/Passive_user_reply_message.html
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from bot.adapters.delivery import RenderedBody
from bot.adapters.outgoing_text import WECHAT_TEXT_BYTES, cap, cdata, clean, is_article, plain
from bot.adapters.wechat_codec import AesKey, signature
from bot.adapters.wire import BodyFormat
from core import clock
from core.messages import Reply, ReplyKind

CONTENT_TYPES = {BodyFormat.XML: "application/xml", BodyFormat.JSON: "application/json"}


def content(reply: Reply, media_id: str) -> dict[str, Any]:
    """MsgType and what belongs to it. A picture needs the platform's `media_id`; without one its words are sent."""
    if reply.type is ReplyKind.IMAGE and media_id:
        return {"MsgType": "image", "Image": {"MediaId": media_id}}
    if is_article(reply):
        return {"MsgType": "news", "ArticleCount": 1, "Articles": {"item": [article(reply)]}}
    return {"MsgType": "text", "Content": plain(reply, WECHAT_TEXT_BYTES)}


def article(reply: Reply) -> dict[str, str]:
    words = clean(reply.text)
    return {
        "Title": cap(clean(reply.title) or words.partition("\n")[0], 128),
        "Description": cap(words, 512),
        "PicUrl": "",
        "Url": clean(reply.url),
    }


def write(fields: Mapping[str, Any], form: BodyFormat) -> bytes:
    if form is BodyFormat.JSON:
        return json.dumps(fields, ensure_ascii=False).encode()
    return f"<xml>{_elements(fields)}</xml>".encode()


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_element(value)}</{name}>" for name, value in fields.items())


def _element(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "".join(
            "".join(f"<{name}>{_element(one)}</{name}>" for one in (item if isinstance(item, list) else [item]))
            for name, item in value.items()
        )
    return cdata(str(value))


def envelope(plaintext: bytes, form: BodyFormat, *, key: AesKey, token: str) -> RenderedBody:
    """The encrypted answer, with time, nonce and signature of its own."""
    encrypted = key.encrypt(plaintext)
    timestamp, nonce = int(clock.now().timestamp()), secrets.token_hex(8)
    fields = {
        "Encrypt": encrypted,
        "MsgSignature": signature(token, str(timestamp), nonce, encrypted),
        "TimeStamp": timestamp,
        "Nonce": nonce,
    }
    return RenderedBody(CONTENT_TYPES[form], write(fields, form))
