"""WeChat's webhook: who is believed, and what the answer looks like on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.adapters.delivery import SUCCESS, BadSignature, Unreadable
from bot.adapters.wechat import WeChatAdapter
from core import logs
from core.messages import Choice, InboundKind, Reply, ReplyKind
from core.settings import Account
from core.values import Platform
from tests.bot.adapters import wechat_side as side

PLAIN = Account(name="plain", platform=Platform.WECHAT, app_id=side.APP_ID, token=side.TOKEN)
SAFE = PLAIN.model_copy(update={"name": "safe", "aes_keys": (side.AES_KEY, side.OLD_AES_KEY)})
TEXT = side.message(Content="楼道灯坏了", MsgId="49d72d_1555684067")


@pytest.fixture
def plain() -> WeChatAdapter:
    return WeChatAdapter(PLAIN)


@pytest.fixture
def safe() -> WeChatAdapter:
    return WeChatAdapter(SAFE)


def test_verification_echoes_only_what_is_signed(plain: WeChatAdapter) -> None:
    assert plain.verify_get({**side.plain_query(), "echostr": "437512"}) == "437512"
    assert plain.verify_get({**side.plain_query(), "nonce": "other", "echostr": "437512"}) is None
    assert plain.verify_get({"echostr": "437512"}) is None
    assert plain.verify_get({**side.plain_query(), "signature": "签名", "echostr": "437512"}) is None


def test_an_account_without_a_token_believes_nobody() -> None:
    adapter = WeChatAdapter(Account(name="mini", platform=Platform.WECHAT_MINI, app_id=side.APP_ID, secret="a-secret"))
    query = {"timestamp": "1", "nonce": "2", "signature": side.sign("", "1", "2")}
    assert adapter.verify_get({**query, "echostr": "1"}) is None
    with pytest.raises(BadSignature):
        adapter.receive(query, side.xml(TEXT))


def test_a_plain_message_in_xml_and_in_json(plain: WeChatAdapter) -> None:
    for body in (side.xml(TEXT), json.dumps(TEXT).encode(), json.dumps(TEXT, ensure_ascii=False).encode()):
        inbound = plain.receive(side.plain_query(), body).inbound
        assert inbound is not None
        assert (inbound.kind, inbound.text, inbound.sender) == (InboundKind.TEXT, "楼道灯坏了", side.SENDER)
        assert inbound.dedupe_key == f"msg:{side.SENDER}:49d72d_1555684067"
        assert inbound.account == "plain"


def test_an_unsigned_message_is_refused(plain: WeChatAdapter) -> None:
    for query in ({}, {**side.plain_query(), "timestamp": "1790000001"}):
        with pytest.raises(BadSignature):
            plain.receive(query, side.xml(TEXT))


def test_an_unreadable_body_is_refused_before_its_signature_is_looked_at(
    plain: WeChatAdapter, safe: WeChatAdapter
) -> None:
    for adapter in (plain, safe):
        for body in (b"", b"hello", b"<xml>", b"{", b"[1]", b"\xff\xfe<xml/>", side.xml(TEXT)[:-8]):
            with pytest.raises(Unreadable):
                adapter.receive({}, body)


def test_a_message_from_nobody_is_unreadable(plain: WeChatAdapter) -> None:
    with pytest.raises(Unreadable):
        plain.receive(side.plain_query(), b"<xml><InfoType>component_verify_ticket</InfoType></xml>")


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("key", [side.AES_KEY, side.OLD_AES_KEY])
def test_safe_mode_reads_under_either_key(safe: WeChatAdapter, key: str, as_json: bool) -> None:
    inner = json.dumps(TEXT).encode() if as_json else side.xml(TEXT)
    inbound = safe.receive(*side.safe(inner, as_json=as_json, key=key)).inbound
    assert inbound is not None
    assert inbound.text == "楼道灯坏了"


def test_the_reply_is_encrypted_with_the_key_that_opened_the_message(safe: WeChatAdapter) -> None:
    for key in (side.AES_KEY, side.OLD_AES_KEY):
        delivery = safe.receive(*side.safe(side.xml(TEXT), key=key))
        reply = side.read_xml(side.opened(safe.render(delivery, Reply("收到")).body, key=key))
        assert reply["Content"] == "收到"
        assert (reply["ToUserName"], reply["FromUserName"]) == (side.SENDER, side.RECEIVER)


def test_a_json_delivery_is_answered_in_json(safe: WeChatAdapter) -> None:
    delivery = safe.receive(*side.safe(json.dumps(TEXT).encode(), as_json=True))
    rendered = safe.render(delivery, Reply("收到"))
    outer = json.loads(rendered.body)
    assert rendered.content_type == "application/json"
    assert outer["MsgSignature"] == side.sign(side.TOKEN, str(outer["TimeStamp"]), outer["Nonce"], outer["Encrypt"])
    assert json.loads(side.decrypt(outer["Encrypt"]))["Content"] == "收到"


def test_the_same_reply_has_a_fresh_envelope_each_time(safe: WeChatAdapter) -> None:
    delivery = safe.receive(*side.safe(side.xml(TEXT)))
    first, second = (safe.render(delivery, Reply("收到")).body for _ in range(2))
    assert side.read_xml(first)["Encrypt"] != side.read_xml(second)["Encrypt"]
    assert side.opened(first) == side.opened(second)


def test_safe_mode_refuses_plaintext_under_a_captured_plain_signature(safe: WeChatAdapter) -> None:
    with pytest.raises(BadSignature):
        safe.receive(side.plain_query(), side.xml(TEXT))


def test_compatible_mode_reads_only_the_encrypted_part(safe: WeChatAdapter) -> None:
    query, body = side.safe(side.xml(TEXT))
    encrypted = side.read_xml(body)["Encrypt"]
    both = side.xml({**side.message(Content="伪造"), "Encrypt": encrypted})
    inbound = safe.receive(query, both).inbound
    assert inbound is not None
    assert inbound.text == "楼道灯坏了"
    with pytest.raises(BadSignature):
        safe.receive(side.plain_query(), both)


def test_safe_mode_refuses_what_cannot_be_opened(safe: WeChatAdapter) -> None:
    stranger = "A" * 42 + "E"
    wrong: tuple[dict[str, Any], ...] = (
        {"key": stranger},
        {"app_id": "wx00000000000000bb"},
        {"padding": 0},
        {"padding": 33},
        {"filler": b"x"},
    )
    for how in wrong:
        with pytest.raises(BadSignature):
            safe.receive(*side.safe(side.xml(TEXT), **how))
    for encrypted in ("!!!", "AAAA", "A" * 64, ""):
        query = {**side.plain_query(), "msg_signature": side.sign(side.TOKEN, side.STAMP, side.NONCE, encrypted)}
        with pytest.raises(BadSignature):
            safe.receive(query, side.xml({"Encrypt": encrypted}))


def test_a_changed_ciphertext_is_refused(safe: WeChatAdapter) -> None:
    query, body = side.safe(side.xml(TEXT))
    changed = body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA")
    with pytest.raises(BadSignature):
        safe.receive(query, changed)


def test_what_decrypts_to_nonsense_is_unreadable(safe: WeChatAdapter) -> None:
    with pytest.raises(Unreadable):
        safe.receive(*side.safe(b"not a message"))


@pytest.mark.parametrize(
    "body", [b"<xml><action>CheckContainerPath</action></xml>", b'{"action": "CheckContainerPath"}']
)
def test_the_hosting_probe_is_answered_unsigned(plain: WeChatAdapter, safe: WeChatAdapter, body: bytes) -> None:
    for adapter in (plain, safe):
        delivery = adapter.receive({}, body)
        assert delivery.inbound is None
        assert adapter.render(delivery, None) == SUCCESS
        assert adapter.render(delivery, Reply("hello")) == SUCCESS


def test_a_probe_with_more_in_it_is_no_probe(plain: WeChatAdapter) -> None:
    body = side.xml({**TEXT, "action": "CheckContainerPath"})
    with pytest.raises(BadSignature):
        plain.receive({}, body)


def test_nothing_to_say_is_success_unencrypted(safe: WeChatAdapter) -> None:
    delivery = safe.receive(*side.safe(side.xml(TEXT)))
    assert safe.render(delivery, None) == SUCCESS
    assert safe.render(delivery, Reply("")) == SUCCESS
    assert SUCCESS.body == b"success"


def test_an_old_timestamp_is_believed(plain: WeChatAdapter) -> None:
    query = {"timestamp": "1000000000", "nonce": "n", "signature": side.sign(side.TOKEN, "1000000000", "n")}
    assert plain.receive(query, side.xml(TEXT)).inbound is not None


def test_choices_become_numbered_lines(plain: WeChatAdapter) -> None:
    delivery = plain.receive(side.plain_query(), side.xml(TEXT))
    reply = Reply("已经修好了吗？", choices=(Choice("a", "是"), Choice("b", "不是")))
    assert side.read_xml(plain.render(delivery, reply).body)["Content"] == "已经修好了吗？\n1 是\n2 不是"


def test_a_link_is_one_article_and_with_choices_a_text(plain: WeChatAdapter) -> None:
    delivery = plain.receive(side.plain_query(), side.xml(TEXT))
    link = Reply("点开看进度", type=ReplyKind.LINK, title="工单", url="https://community.example/i/1?a=1&b=2")
    article = side.read_xml(plain.render(delivery, link).body)
    assert (article["MsgType"], article["ArticleCount"]) == ("news", "1")
    assert (article["Title"], article["Url"]) == ("工单", "https://community.example/i/1?a=1&b=2")
    chosen = Reply("点开看进度", (Choice("a", "好"),), ReplyKind.LINK, "https://community.example/i/1")
    text = side.read_xml(plain.render(delivery, chosen).body)
    assert text["Content"] == "点开看进度\nhttps://community.example/i/1\n1 好"


def test_a_link_that_is_no_web_address_is_not_shown(plain: WeChatAdapter) -> None:
    delivery = plain.receive(side.plain_query(), side.xml(TEXT))
    rendered = plain.render(delivery, Reply("看", type=ReplyKind.LINK, url="javascript:alert(1)"))
    assert side.read_xml(rendered.body)["Content"] == "看"


def test_a_picture_needs_the_platforms_id(plain: WeChatAdapter) -> None:
    delivery = plain.receive(side.plain_query(), side.xml(TEXT))
    reply = Reply("二维码", type=ReplyKind.IMAGE, media_sha256="ab" * 32)
    assert side.read_xml(plain.render(delivery, reply, media_id="M1").body)["MediaId"] == "M1"
    assert side.read_xml(plain.render(delivery, reply).body)["Content"] == "二维码"


def test_a_mini_program_hears_success_since_it_shows_no_passive_reply() -> None:
    mini = WeChatAdapter(PLAIN.model_copy(update={"platform": Platform.WECHAT_MINI}))
    delivery = mini.receive(side.plain_query(), side.xml(TEXT))
    assert not mini.answers_passively
    assert mini.render(delivery, Reply("收到")) == SUCCESS


def test_the_logger_knows_its_secrets(safe: WeChatAdapter) -> None:
    assert logs.redact(f"{side.TOKEN} {side.AES_KEY}").count("redacted") == 2
