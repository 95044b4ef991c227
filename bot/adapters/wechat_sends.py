"""A `Reply` → the JSON of a customer-service message, for official accounts and for mini-programs.

Shapes: developers.weixin.qq.com/doc/service/api/customer/message/api_sendcustommessage.html and its mini-program twin.
"""

from __future__ import annotations

from typing import Any

from bot.adapters.outgoing_text import WECHAT_TEXT_BYTES, cap, clean, is_article, plain
from bot.adapters.wechat_replies import article
from core.messages import Reply, ReplyKind
from core.values import Platform


def message(openid: str, reply: Reply, *, platform: Platform, media_id: str = "") -> dict[str, Any]:
    """One message. A picture needs the platform's `media_id`; without one its words are sent."""
    return {"touser": openid, **_content(reply, platform, media_id)}


def _content(reply: Reply, platform: Platform, media_id: str) -> dict[str, Any]:
    if reply.type is ReplyKind.IMAGE and media_id:
        return {"msgtype": "image", "image": {"media_id": media_id}}
    if platform is Platform.WECHAT and is_article(reply):
        return {"msgtype": "news", "news": {"articles": [_article(reply)]}}
    if platform is Platform.WECHAT and reply.choices:
        return {"msgtype": "msgmenu", "msgmenu": _menu(reply)}
    return {"msgtype": "text", "text": {"content": plain(reply, WECHAT_TEXT_BYTES)}}


def _article(reply: Reply) -> dict[str, str]:
    shown = article(reply)
    return {
        "title": shown["Title"],
        "description": shown["Description"],
        "url": shown["Url"],
        "picurl": shown["PicUrl"],
    }


def _menu(reply: Reply) -> dict[str, Any]:
    """Choices to press; their ids come back as `bizmsgmenuid`. Numbers stand before the labels, to be typed as well."""
    words = Reply(reply.text, url=reply.url, title=reply.title)
    choices = [
        {"id": choice.id, "content": f"{number} {clean(choice.label)}"}
        for number, choice in enumerate(reply.choices, start=1)
    ]
    room = WECHAT_TEXT_BYTES - sum(len(choice["content"].encode()) + 1 for choice in choices)
    return {"head_content": cap(plain(words, WECHAT_TEXT_BYTES), max(room, 64)), "list": choices, "tail_content": ""}
