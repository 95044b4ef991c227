"""What holds for every adapter alike: stable keys, no forgery, and replies that stay inside their envelope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.adapters import web
from bot.adapters.alipay_gateway import AlipayAdapter, AlipayDelivery
from bot.adapters.delivery import BadSignature, RenderedBody
from bot.adapters.wechat import Delivery, WeChatAdapter
from core import logs
from core.errors import AppError
from core.messages import Choice, Inbound, Reply, ReplyKind
from core.settings import Account
from core.values import Platform
from tests.bot.adapters import alipay_side, wechat_side

Query = Mapping[str, str]


class Harness(Protocol):
    """The platform's side of one adapter: how it delivers a text, forges one, and reads the answer."""

    def delivery(self, text: str) -> tuple[Query, bytes]: ...
    def forged(self) -> list[tuple[Query, bytes]]: ...
    def receive(self, query: Query, body: bytes) -> Inbound | None: ...
    def answer(self, query: Query, body: bytes, reply: Reply) -> dict[str, str]: ...
    def secrets(self) -> tuple[str, ...]: ...


class WeChatHarness:
    def __init__(self, *, safe: bool, as_json: bool, platform: Platform = Platform.WECHAT) -> None:
        self._safe, self._json = safe, as_json
        self._account = Account(
            name="acc",
            platform=platform,
            app_id=wechat_side.APP_ID,
            token=wechat_side.TOKEN,
            secret="a-wechat-secret",
            aes_keys=(wechat_side.AES_KEY,) if safe else (),
        )
        self._adapter = WeChatAdapter(self._account)

    def delivery(self, text: str) -> tuple[Query, bytes]:
        message = wechat_side.message(Content=text, MsgId="1")
        body = json.dumps(message).encode() if self._json else wechat_side.xml(message)
        if self._safe:
            return wechat_side.safe(body, as_json=self._json)
        return wechat_side.plain_query(), body

    def forged(self) -> list[tuple[Query, bytes]]:
        query, body = self.delivery("你好")
        plain = wechat_side.xml(wechat_side.message(Content="你好"))
        forged: list[tuple[Query, bytes]] = [({}, body), ({**query, "nonce": "other"}, body)]
        return [*forged, (wechat_side.plain_query(), plain)] if self._safe else forged

    def receive(self, query: Query, body: bytes) -> Inbound | None:
        return self._received(query, body).inbound

    def _received(self, query: Query, body: bytes) -> Delivery:
        return self._adapter.receive(query, body)

    def answer(self, query: Query, body: bytes, reply: Reply) -> dict[str, str]:
        rendered = self._adapter.render(self._received(query, body), reply)
        return self._read(rendered)

    def _read(self, rendered: RenderedBody) -> dict[str, str]:
        if rendered.body == b"success":
            return {}
        if self._json:
            outer = json.loads(rendered.body)
            return dict(json.loads(wechat_side.decrypt(outer["Encrypt"])) if self._safe else outer)
        return wechat_side.read_xml(wechat_side.opened(rendered.body) if self._safe else rendered.body)

    def secrets(self) -> tuple[str, ...]:
        return self._account.secrets()


class AlipayHarness:
    def __init__(self) -> None:
        self._account = alipay_side.account()
        self._adapter = AlipayAdapter(self._account)

    def delivery(self, text: str) -> tuple[Query, bytes]:
        inner = f"<MsgId>1</MsgId><Text><Content><![CDATA[{text}]]></Content></Text>"
        return {}, alipay_side.gateway_message(alipay_side.message("text", inner))

    def forged(self) -> list[tuple[Query, bytes]]:
        content = alipay_side.message("text", "<MsgId>1</MsgId>")
        return [
            ({}, alipay_side.gateway_message(content, who="stranger")),
            ({}, alipay_side.notification("{}", who="stranger")),
            ({}, self.delivery("你好")[1].partition(b"&sign=")[0]),
        ]

    def receive(self, query: Query, body: bytes) -> Inbound | None:
        return self._received(query, body).inbound

    def _received(self, query: Query, body: bytes) -> AlipayDelivery:
        return self._adapter.receive(query, body)

    def answer(self, query: Query, body: bytes, reply: Reply) -> dict[str, str]:
        rendered = self._adapter.render(self._received(query, body), reply)
        return wechat_side.read_xml(alipay_side.opened(rendered.body).encode())

    def secrets(self) -> tuple[str, ...]:
        return self._account.secrets()


class ApiHarness:
    """The resident API has no signature: its session is checked before the body is looked at."""

    def __init__(self, platform: Platform) -> None:
        self._account = alipay_side.account(platform=platform).model_copy(update={"name": "api"})

    def delivery(self, text: str) -> tuple[Query, bytes]:
        return {}, json.dumps({"id": "1", "type": "text", "text": text}).encode()

    def forged(self) -> list[tuple[Query, bytes]]:
        return [({}, b'{"id": "1", "type": "text", "text": "a", "sender": "somebody"}')]

    def receive(self, _query: Query, body: bytes) -> Inbound | None:
        return web.to_inbound(web.parse(body), self._account, "visitor-1")

    def answer(self, _query: Query, _body: bytes, _reply: Reply) -> dict[str, str]:
        return {}

    def secrets(self) -> tuple[str, ...]:
        return ()


HARNESSES: dict[str, Harness] = {
    "wechat plain xml": WeChatHarness(safe=False, as_json=False),
    "wechat plain json": WeChatHarness(safe=False, as_json=True),
    "wechat safe xml": WeChatHarness(safe=True, as_json=False),
    "wechat safe json": WeChatHarness(safe=True, as_json=True),
    "wechat mini": WeChatHarness(safe=True, as_json=True, platform=Platform.WECHAT_MINI),
    "alipay": AlipayHarness(),
    "alipay mini": ApiHarness(Platform.ALIPAY_MINI),
    "web": ApiHarness(Platform.WEB),
}
REPLIES = st.builds(
    Reply,
    text=st.text(max_size=120),
    choices=st.lists(st.builds(Choice, st.text(max_size=8), st.text(max_size=20)), max_size=4).map(tuple),
    type=st.sampled_from(ReplyKind),
    url=st.sampled_from(["", "https://community.example/a?b=1&c=]]>", "javascript:alert(1)"]),
    title=st.text(max_size=20),
)
HOSTILE = "]]></Content><Evil>1</Evil>\x00\x1b\u202e\ud800👩‍👩‍👧"
ALLOWED = {
    "ToUserName",
    "FromUserName",
    "CreateTime",
    "MsgType",
    "Content",
    "ArticleCount",
    "Articles",
    "Title",
    "Description",
    "PicUrl",
    "Url",
    "ToUserId",
    "AppId",
}


@pytest.mark.parametrize("name", HARNESSES)
class TestEveryAdapter:
    def test_a_message_arrives(self, name: str) -> None:
        inbound = HARNESSES[name].receive(*HARNESSES[name].delivery("楼道灯坏了"))
        assert inbound is not None
        assert inbound.text == "楼道灯坏了"
        assert inbound.sender
        assert inbound.sent_at.tzinfo is not None

    def test_its_key_is_the_same_at_each_delivery(self, name: str) -> None:
        harness = HARNESSES[name]
        deliveries = [harness.receive(*harness.delivery("楼道灯坏了")) for _ in range(3)]
        assert len({inbound.dedupe_key for inbound in deliveries if inbound}) == 1

    def test_forgeries_are_refused(self, name: str) -> None:
        for query, body in HARNESSES[name].forged():
            with pytest.raises(AppError) as caught:
                HARNESSES[name].receive(query, body)
            assert isinstance(caught.value, BadSignature) or isinstance(HARNESSES[name], ApiHarness)

    def test_ten_thousand_characters_arrive(self, name: str) -> None:
        inbound = HARNESSES[name].receive(*HARNESSES[name].delivery("字" * 10_000))
        assert inbound is not None
        assert len(inbound.text) == 10_000

    @given(REPLIES)
    @example(Reply(HOSTILE))
    @example(Reply(HOSTILE, type=ReplyKind.LINK, url="https://a.example", title=HOSTILE))
    @example(Reply(HOSTILE, choices=(Choice("a", HOSTILE),)))
    @example(Reply("字" * 10_000, choices=(Choice("a", "是"),)))
    def test_no_reply_breaks_its_envelope(self, name: str, reply: Reply) -> None:
        harness = HARNESSES[name]
        read: dict[str, Any] = harness.answer(*harness.delivery("你好"), reply)
        assert set(read) <= ALLOWED
        assert len(str(read.get("Content", "")).encode()) <= 2048

    def test_its_secrets_never_reach_the_log(self, name: str) -> None:
        for secret in HARNESSES[name].secrets():
            assert secret not in logs.redact(f"before {secret} after")
