"""Alipay's gateway: both formats, both ways of signing, GBK, and the signed answers."""

from __future__ import annotations

import pytest

from bot.adapters.alipay_gateway import AlipayAdapter
from bot.adapters.delivery import SUCCESS, BadSignature, Unreadable
from core.errors import ConfigError
from core.messages import EventKind, Inbound, InboundKind, Reply
from tests.bot.adapters import alipay_side as side

TEXT = side.message("text", "<MsgId>m1</MsgId><Text><Content><![CDATA[楼道灯坏了，㐂]]></Content></Text>")


@pytest.fixture
def adapter() -> AlipayAdapter:
    return AlipayAdapter(side.account())


def _received(adapter: AlipayAdapter, body: bytes) -> Inbound:
    inbound = adapter.receive({}, body).inbound
    assert inbound is not None
    return inbound


def test_a_gbk_message_is_read(adapter: AlipayAdapter) -> None:
    inbound = _received(adapter, side.gateway_message(TEXT))
    assert (inbound.kind, inbound.text) == (InboundKind.TEXT, "楼道灯坏了，㐂")
    assert (inbound.sender, inbound.alternate_sender) == (side.USER_ID, side.OPEN_ID)
    assert inbound.dedupe_key == f"msg:{side.USER_ID}:m1"
    assert inbound.sent_at.timestamp() == pytest.approx(1795288776.123)


def test_a_new_app_knows_people_by_open_id_only(adapter: AlipayAdapter) -> None:
    inbound = _received(adapter, side.gateway_message(side.message("text", user_id="")))
    assert (inbound.sender, inbound.alternate_sender) == (side.OPEN_ID, "")
    with pytest.raises(Unreadable):
        adapter.receive({}, side.gateway_message(side.message("text", user_id="", open_id="")))


def test_sign_type_belongs_to_the_signed_string_of_a_gateway_message_only(adapter: AlipayAdapter) -> None:
    fields = {"service": b"s", "charset": b"GBK", "sign_type": b"RSA2", "biz_content": TEXT.encode("gb18030")}
    fields["sign"] = side.sign(side.signed_string(fields, drop=("sign", "sign_type"))).encode()
    with pytest.raises(BadSignature):
        adapter.receive({}, side.form(fields))
    note = {"msg_method": b"m", "sign_type": b"RSA2", "notify_id": b"1", "biz_content": b"{}"}
    note["sign"] = side.sign(side.signed_string(note, drop=("sign",))).encode()
    with pytest.raises(BadSignature):
        adapter.receive({}, side.form(note))


@pytest.mark.parametrize("skip_empty", [False, True])
def test_empty_values_may_be_signed_or_skipped(adapter: AlipayAdapter, skip_empty: bool) -> None:
    assert _received(adapter, side.gateway_message(TEXT, skip_empty=skip_empty, extra=b""))


def test_forged_messages_are_refused(adapter: AlipayAdapter) -> None:
    good = side.gateway_message(TEXT)
    for body in (
        side.gateway_message(TEXT, who="stranger"),
        good.replace(b"m1", b"m2"),
        good.partition(b"&sign=")[0],
        good.replace(b"sign_type=RSA2", b"sign_type=RSA"),
        side.notification('{"open_id": "x"}', who="stranger"),
    ):
        with pytest.raises(BadSignature):
            adapter.receive({}, body)


def test_another_apps_messages_are_refused(adapter: AlipayAdapter) -> None:
    with pytest.raises(BadSignature):
        adapter.receive({}, side.gateway_message(TEXT.replace(side.APP_ID, "2021000000000078")))
    with pytest.raises(BadSignature):
        adapter.receive({}, side.notification("{}", app_id=b"2021000000000078"))


def test_unreadable_forms(adapter: AlipayAdapter) -> None:
    for body in (
        b"",
        b"\xff",
        b"hello",
        b"a=1&a=2&service=x",
        b"service=x&charset=klingon",
        b"service=x&" + b"&".join(b"f%d=1" % n for n in range(100)),
        side.gateway_message("not xml"),
        side.gateway_message('<!DOCTYPE x [<!ENTITY a "b">]><XML><AppId>&a;</AppId></XML>'),
    ):
        with pytest.raises(Unreadable):
            adapter.receive({}, body)


def test_the_gateway_check_is_answered_with_the_apps_public_key(adapter: AlipayAdapter) -> None:
    delivery = adapter.receive({}, side.gateway_message(side.event("verifygw")))
    assert delivery.inbound is None
    rendered = adapter.render(delivery)
    inner = f"<success>true</success><biz_content>{side.public_text('app')}</biz_content>"
    assert side.opened(rendered.body) == inner


def test_a_message_is_acknowledged_with_a_signed_answer(adapter: AlipayAdapter) -> None:
    delivery = adapter.receive({}, side.gateway_message(TEXT))
    inner = side.opened(adapter.render(delivery, Reply("不在这里说")).body)
    assert f"<ToUserId><![CDATA[{side.USER_ID}]]></ToUserId>" in inner
    assert "<MsgType><![CDATA[ack]]></MsgType>" in inner
    assert "不在这里说" not in inner


def test_a_notification_is_answered_with_success_and_known_by_its_id(adapter: AlipayAdapter) -> None:
    delivery = adapter.receive({}, side.notification(f'{{"open_id": "{side.OPEN_ID}", "n": 1}}'))
    assert adapter.render(delivery) == SUCCESS
    inbound = delivery.inbound
    assert inbound is not None
    assert inbound.event is not None
    assert inbound.dedupe_key == "notify:2026112100001"
    assert (inbound.sender, inbound.event.name) == (side.OPEN_ID, "alipay.open.app.mini.demo.notify")


def test_a_notification_about_the_app_has_no_resident_behind_it(adapter: AlipayAdapter) -> None:
    delivery = adapter.receive({}, side.notification('{"status": "SUCCESS"}'))
    assert delivery.inbound is None
    assert adapter.render(delivery) == SUCCESS


@pytest.mark.parametrize(
    ("body", "kind", "key"),
    [
        (side.event("follow"), EventKind.FOLLOW, ""),
        (side.event("unfollow"), EventKind.UNFOLLOW, ""),
        (side.event("click", "menu-report"), EventKind.CLICK, "menu-report"),
        (side.event("click", "authentication"), EventKind.OTHER, "authentication"),
        (side.event("enter"), EventKind.ENTER, ""),
        (side.event("enter", '{"scene":{"sceneId":"grid-3"}}'), EventKind.SCAN, "grid-3"),
        (side.event("enter", "{broken"), EventKind.ENTER, ""),
        (side.event("brand_new", "k"), EventKind.OTHER, "k"),
    ],
)
def test_events(adapter: AlipayAdapter, body: str, kind: EventKind, key: str) -> None:
    inbound = _received(adapter, side.gateway_message(body))
    assert inbound.event is not None
    assert (inbound.kind, inbound.event.kind, inbound.event.key) == (InboundKind.EVENT, kind, key)


def test_two_events_in_one_second_are_two(adapter: AlipayAdapter) -> None:
    keys = {
        _received(adapter, side.gateway_message(body)).dedupe_key
        for body in (side.event("click", "a"), side.event("click", "b"), side.event("follow", "a"))
    }
    assert len(keys) == 3


def test_a_picture_nested_or_flat(adapter: AlipayAdapter) -> None:
    for inner in ("<Image><MediaId>M</MediaId><Format>JPG</Format></Image>", "<MediaId>M</MediaId>"):
        inbound = _received(adapter, side.gateway_message(side.message("image", inner)))
        assert inbound.media is not None
        assert (inbound.kind, inbound.media.media_id) == (InboundKind.IMAGE, "M")


def test_an_unknown_type_is_kept(adapter: AlipayAdapter) -> None:
    inbound = _received(adapter, side.gateway_message(side.message("hologram")))
    assert inbound.event is not None
    assert (inbound.kind, inbound.event.name) == (InboundKind.OTHER, "hologram")


def test_a_key_that_is_none_is_a_setting_to_mend() -> None:
    for field in ("private_key", "alipay_public_key"):
        with pytest.raises(ConfigError, match=field):
            AlipayAdapter(side.account().model_copy(update={field: "bm9uc2Vuc2U="}))
