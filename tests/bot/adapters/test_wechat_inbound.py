"""Every type of message and event that WeChat sends → `Inbound`, and the keys that tell deliveries apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.adapters import wire
from bot.adapters.wechat_inbound import dedupe_key, to_inbound
from core import clock
from core.messages import EventKind, Inbound, InboundKind
from core.settings import Account
from core.values import Crs, Platform, Point
from tests.bot.adapters import wechat_side as side

ACCOUNT = Account(name="plain", platform=Platform.WECHAT, app_id=side.APP_ID, token=side.TOKEN)


def inbound(kind: str = "text", **fields: Any) -> Inbound:
    """The message as XML and as JSON, which must say the same."""
    message = side.message(kind, **fields)
    from_xml = to_inbound(wire.parse(side.xml(message)).fields, ACCOUNT)
    assert to_inbound(wire.parse(json.dumps(message).encode()).fields, ACCOUNT) == from_xml
    return from_xml


def event(name: str, **fields: Any) -> Inbound:
    return inbound("event", Event=name, **fields)


def test_text_and_its_moment() -> None:
    said = inbound(Content="你好", MsgId=1)
    assert (said.kind, said.text, said.sender) == (InboundKind.TEXT, "你好", side.SENDER)
    assert said.sent_at.timestamp() == int(side.STAMP)


def test_an_empty_text_is_a_text() -> None:
    assert inbound(Content="").text == ""


def test_a_pressed_menu_item_is_a_choice() -> None:
    pressed = inbound(Content="1 是", bizmsgmenuid="fixed.yes")
    assert (pressed.kind, pressed.choice, pressed.text) == (InboundKind.CHOICE, "fixed.yes", "1 是")


def test_media() -> None:
    image = inbound("image", PicUrl="http://127.0.0.1/p", MediaId="M1")
    voice = inbound("voice", MediaId="M2", Format="AMR", Recognition="楼道灯坏了")
    assert image.media is not None
    assert voice.media is not None
    assert (image.kind, image.media.media_id, image.media.url) == (
        InboundKind.IMAGE,
        "M1",
        "http://127.0.0.1/p",
    )
    assert (voice.kind, voice.media.format, voice.text) == (InboundKind.VOICE, "amr", "楼道灯坏了")
    assert inbound("voice", MediaId="M2", Format="speex").text == ""


@pytest.mark.parametrize("kind", ["video", "shortvideo"])
def test_a_video_is_kept_as_something_else(kind: str) -> None:
    video = inbound(kind, MediaId="M3", ThumbMediaId="T")
    assert video.media is not None
    assert video.event is not None
    assert (video.kind, video.media.media_id, video.event.name) == (InboundKind.OTHER, "M3", kind)


def test_x_is_the_latitude() -> None:
    place = inbound("location", Location_X="39.9", Location_Y=116.4, Scale=16, Label="和平里")
    assert place.point == Point(116.4, 39.9, Crs.GCJ02)
    assert (place.kind, place.label) == (InboundKind.LOCATION, "和平里")


@pytest.mark.parametrize("absurd", ["nan", "inf", "1e999", "here", ""])
def test_a_coordinate_that_is_no_number_gives_no_place(absurd: str) -> None:
    place = inbound("location", Location_X=absurd, Location_Y="116.4")
    assert (place.kind, place.point) == (InboundKind.LOCATION, None)


def test_shared_pages() -> None:
    link = inbound("link", Title="通知", Description="停水", Url="https://a.example")
    page = inbound("miniprogrampage", Title="页", AppId="wx1", PagePath="p/q")
    assert link.event is not None
    assert page.event is not None
    assert (link.label, link.text, link.event.key) == ("通知", "停水", "https://a.example")
    assert (page.kind, page.event.name, page.event.key) == (InboundKind.OTHER, "miniprogrampage", "p/q")


@pytest.mark.parametrize(
    ("name", "fields", "kind", "key"),
    [
        ("subscribe", {}, EventKind.FOLLOW, ""),
        ("subscribe", {"EventKey": "qrscene_grid-7", "Ticket": "T"}, EventKind.FOLLOW, "grid-7"),
        ("subscribe", {"EventKey": "last_trade_no_1"}, EventKind.FOLLOW, ""),
        ("unsubscribe", {}, EventKind.UNFOLLOW, ""),
        ("SCAN", {"EventKey": "grid-7", "Ticket": "T"}, EventKind.SCAN, "grid-7"),
        ("CLICK", {"EventKey": "report"}, EventKind.CLICK, "report"),
        ("VIEW", {"EventKey": "https://a.example", "MenuId": "1"}, EventKind.TECHNICAL, "https://a.example"),
        ("view_miniprogram", {"EventKey": "p/q"}, EventKind.TECHNICAL, "p/q"),
        ("kf_create_session", {"KfAccount": "a@b"}, EventKind.TECHNICAL, ""),
        ("kf_close_session", {"KfAccount": "a@b"}, EventKind.TECHNICAL, ""),
        ("kf_switch_session", {"FromKfAccount": "a@b"}, EventKind.TECHNICAL, ""),
        ("user_enter_tempsession", {"SessionFrom": "issue-9"}, EventKind.ENTER, "issue-9"),
        ("TEMPLATESENDJOBFINISH", {"MsgID": 7, "Status": "success"}, EventKind.NOTICE_SENT, "7"),
        ("MASSSENDJOBFINISH", {"MsgID": 7, "Status": "send success"}, EventKind.TECHNICAL, ""),
        ("from_the_future", {"EventKey": "k"}, EventKind.OTHER, "k"),
    ],
)
def test_events(name: str, fields: dict[str, Any], kind: EventKind, key: str) -> None:
    happened = event(name, **fields)
    assert happened.event is not None
    assert happened.kind is InboundKind.EVENT
    assert (happened.event.kind, happened.event.name, happened.event.key) == (kind, name, key)


def test_an_event_keeps_what_we_do_not_know() -> None:
    happened = event("scancode_waitmsg", EventKey="6", ScanCodeInfo={"ScanType": "qrcode", "ScanResult": "g7"})
    assert happened.event is not None
    assert dict(happened.event.details) == {"ScanType": "qrcode", "ScanResult": "g7"}


def test_a_place_chosen_from_the_menu_and_one_reported() -> None:
    chosen = event("location_select", SendLocationInfo={"Location_X": 39.9, "Location_Y": 116.4, "Label": "家"})
    reported = event("LOCATION", Latitude="39.9", Longitude="116.4", Precision="30")
    assert (chosen.point, chosen.label) == (Point(116.4, 39.9, Crs.GCJ02), "家")
    assert reported.point == Point(116.4, 39.9, Crs.WGS84)
    assert reported.event is not None
    assert reported.event.kind is EventKind.LOCATION


def test_consent_to_notices_in_all_its_shapes() -> None:
    yes = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"}
    no = {"TemplateId": "T2", "SubscribeStatusString": "reject"}
    name = "subscribe_msg_popup_event"
    shapes: list[tuple[dict[str, Any], int]] = [
        ({"SubscribeMsgPopupEvent": {"List": yes}}, 1),
        ({"SubscribeMsgPopupEvent": {"List": [yes, no]}}, 2),
        ({"List": yes}, 1),
        ({"List": [yes, no]}, 2),
    ]
    for shape, count in shapes:
        happened = event(name, **shape)
        assert happened.event is not None
        assert happened.event.kind is EventKind.NOTICE_CONSENT
        assert happened.event.details == (("T1", "accept"), ("T2", "reject"))[:count]
    withdrawn = event("subscribe_msg_change_event", SubscribeMsgChangeEvent={"List": no})
    assert withdrawn.event is not None
    assert withdrawn.event.details == (("T2", "reject"),)


def test_the_fate_of_a_notice() -> None:
    item = {"TemplateId": "T1", "MsgID": 17, "ErrorCode": 0, "ErrorStatus": "success"}
    happened = event("subscribe_msg_sent_event", List=item)
    assert happened.event is not None
    assert (happened.event.kind, happened.event.key) == (EventKind.NOTICE_SENT, "17")
    assert dict(happened.event.details)["Status"] == "success"


def test_the_verdict_on_a_picture_in_both_versions() -> None:
    new = event("wxa_media_check", trace_id="t1", result={"suggest": "risky", "label": 20002}, errcode=0)
    old = event("wxa_media_check", trace_id="t2", isrisky=1)
    for happened, suggest in ((new, "risky"), (old, "risky")):
        assert happened.event is not None
        assert happened.event.kind is EventKind.MEDIA_CHECKED
        assert dict(happened.event.details)["suggest"] == suggest
    assert (new.dedupe_key, old.dedupe_key) == ("trace:t1", "trace:t2")


def test_an_unknown_type_is_kept() -> None:
    strange = inbound("hologram", MsgId=1)
    assert strange.event is not None
    assert (strange.kind, strange.event.name) == (InboundKind.OTHER, "hologram")


def test_a_message_without_a_type_is_kept_too() -> None:
    strange = to_inbound({"FromUserName": side.SENDER}, ACCOUNT)
    assert strange.kind is InboundKind.OTHER


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "9" * 13, "٣٣٣"])
def test_an_impossible_time_is_now(stamp: str) -> None:
    with clock.frozen(clock.parse("2026-11-21T09:00:00+08:00")):
        assert inbound(CreateTime=stamp).sent_at == clock.now()


def test_keys_of_messages() -> None:
    assert dedupe_key({"FromUserName": "a", "MsgId": "49d_15"}) == "msg:a:49d_15"
    assert dedupe_key({"FromUserName": "a", "MsgID": "5"}) == "msg:a:5"
    assert dedupe_key({"FromUserName": "b", "MsgId": "49d_15"}) == "msg:b:49d_15"


def test_different_events_of_one_second_have_different_keys() -> None:
    same = {"CreateTime": "1"}
    keys = {
        event("CLICK", EventKey="a", **same).dedupe_key,
        event("CLICK", EventKey="b", **same).dedupe_key,
        event("VIEW", EventKey="a", **same).dedupe_key,
        event("SCAN", EventKey="a", **same).dedupe_key,
        event("subscribe", EventKey="a", **same).dedupe_key,
        event("TEMPLATESENDJOBFINISH", MsgID="1", **same).dedupe_key,
        event("TEMPLATESENDJOBFINISH", MsgID="2", **same).dedupe_key,
    }
    assert len(keys) == 7
    assert f"evt:{side.SENDER}:1:click:a:" in keys


def test_a_key_fits_an_index_however_long_the_address_in_it() -> None:
    address = "https://a.example/" + "x" * 5000
    keys = {event("VIEW", EventKey=address + end).dedupe_key for end in ("a", "a", "b")}
    assert len(keys) == 2
    assert all(len(key) < 100 for key in keys)
