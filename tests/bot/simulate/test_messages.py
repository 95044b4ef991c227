"""What a resident sees of each shape of message, and which shapes a platform does not show."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters import wire
from bot.adapters.wechat import WeChatAdapter
from bot.simulate import wechat_messages
from bot.simulate.said import Fault, Shown, Way
from bot.simulate.wechat_wire import WeChatWire
from core.messages import Choice, Reply, ReplyKind
from core.settings import Account
from core.values import Platform

OPENID = "o" + "m" * 27
LINK = Reply("点开就能看", type=ReplyKind.LINK, url="https://community.example/x", title="本月活动")
ACCOUNT = Account(name="a", platform=Platform.WECHAT, app_id="wx00000000000000ab", token="a-test-token", aes_keys=())


def answered(reply: Reply, media_id: str = "") -> Shown:
    """Through the adapter and back."""
    adapter, side = WeChatAdapter(ACCOUNT), WeChatWire(ACCOUNT)
    fields = {"CreateTime": 1795288776, "MsgType": "text", "Content": "在", "MsgId": 1}
    delivery = adapter.receive(*side.delivery(fields, sender=OPENID))
    opened = side.opened(adapter.render(delivery, reply, media_id=media_id).body, sender=OPENID)
    assert opened
    return wechat_messages.passive(opened)


def test_a_link_is_a_card() -> None:
    assert answered(LINK) == Shown("本月活动\n点开就能看", url="https://community.example/x")


def test_a_picture_is_named_by_its_media_id() -> None:
    assert answered(Reply("码", type=ReplyKind.IMAGE), media_id="m-1").text == "[图片 m-1]"


@pytest.mark.parametrize(
    "inner",
    [
        "<MsgType>text</MsgType><Content></Content>",
        "<MsgType>image</MsgType>",
        "<MsgType>news</MsgType><ArticleCount>0</ArticleCount>",
        "<MsgType>hologram</MsgType>",
    ],
)
def test_an_empty_or_unknown_reply_is_a_fault(inner: str) -> None:
    with pytest.raises(Fault):
        wechat_messages.passive(wire.parse_xml(f"<xml>{inner}</xml>"))


@pytest.mark.parametrize(
    ("inner", "reason"),
    [
        ({"ToUserName": "o-somebody-else"}, "another sender"),
        ({"CreateTime": "today"}, "CreateTime"),
        ({"MsgType": ""}, "MsgType"),
    ],
)
def test_a_reply_with_a_wrong_envelope_is_a_fault(inner: dict[str, str], reason: str) -> None:
    side = WeChatWire(ACCOUNT)
    fields = {"ToUserName": OPENID, "FromUserName": side.original_id, "CreateTime": "1", "MsgType": "text"} | inner
    body = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    with pytest.raises(Fault, match=reason):
        side.opened(f"<xml>{body}</xml>".encode(), sender=OPENID)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"msgtype": "text", "text": {"content": "好\n1 是"}}, Shown("好", (Choice("1", "是"),), Way.MESSAGE)),
        ({"msgtype": "image", "image": {"media_id": "m-1"}}, Shown("[图片 m-1]", way=Way.MESSAGE)),
        (
            {"msgtype": "news", "news": {"articles": [{"title": "题", "description": "述", "url": "https://x"}]}},
            Shown("题\n述", way=Way.MESSAGE, url="https://x"),
        ),
        ({"msgtype": "text", "text": {"content": ""}}, None),
        ({"msgtype": "text"}, None),
        ({"msgtype": "hologram", "hologram": {}}, None),
    ],
)
def test_a_customer_service_message_is_shown_or_refused(body: dict[str, Any], shown: Shown | None) -> None:
    assert wechat_messages.custom(body) == shown
