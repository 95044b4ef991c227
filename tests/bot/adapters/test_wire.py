"""Bytes → fields: the same shapes from XML and JSON, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters import wire
from bot.adapters.delivery import Unreadable
from bot.adapters.wire import BodyFormat


def nested(levels: int) -> bytes:
    return b"<xml>" + b"<a>" * (levels - 1) + b"x" + b"</a>" * (levels - 1) + b"</xml>"


def test_numbers_keep_their_digits_and_become_text() -> None:
    body = b'{"MsgId": 23456789012345678901, "Lat": 39.90, "Ok": true, "None": null, "L": [1, "2"]}'
    assert wire.parse(body).fields == {
        "MsgId": "23456789012345678901",
        "Lat": "39.90",
        "Ok": "true",
        "None": "",
        "L": ["1", "2"],
    }


def test_one_or_several_come_out_as_a_list() -> None:
    one = wire.parse(b"<xml><List><Id>1</Id></List></xml>").fields
    two = wire.parse(b"<xml><List><Id>1</Id></List><List><Id>2</Id></List></xml>").fields
    assert [len(wire.groups_of(fields, "List")) for fields in ({}, one, two)] == [0, 1, 2]
    assert wire.groups_of(wire.parse(b'{"List": {"Id": 1}}').fields, "List") == [{"Id": "1"}]


def test_of_a_repeated_field_the_first_counts() -> None:
    fields = wire.parse(b"<xml><MsgType>text</MsgType><MsgType>event</MsgType></xml>").fields
    assert wire.text_of(fields, "MsgType") == "text"


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE xml><xml><a>1</a></xml>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><c>&b;</c></xml>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><xml><c>&a;</c></xml>',
        b'<?xml version="1.0"?><!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml/>',
    ],
)
def test_a_doctype_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        wire.parse(body)


def test_the_word_doctype_in_a_text_is_just_a_word() -> None:
    fields = wire.parse(b"<xml><Content><![CDATA[<!DOCTYPE a> <!ENTITY b>]]></Content></xml>").fields
    assert fields["Content"] == "<!DOCTYPE a> <!ENTITY b>"


def test_eight_levels_and_no_more() -> None:
    assert wire.parse(nested(8)).fields
    assert wire.parse(b'{"a":' * 8 + b"1" + b"}" * 8).fields
    for body in (nested(9), nested(9000), b'{"a":' * 9 + b"1" + b"}" * 9, b'{"a":' + b"[" * 30000):
        with pytest.raises(Unreadable):
            wire.parse(body)


def test_brackets_inside_a_json_text_are_no_nesting() -> None:
    assert wire.parse(json.dumps({"Content": '[[[[[[[[[[{{{{{{{{{{\\"'}).encode()).fields


def test_an_endless_string_of_escaped_quotes_is_read_once() -> None:
    with pytest.raises(Unreadable):
        wire.parse(b'{"a": "' + b'\\"' * 30000)


def test_control_characters_do_not_spoil_a_message() -> None:
    raw = "亮\x00了\x0b吗\x1f\ufffe".encode()
    assert wire.parse(b"<xml><Content><![CDATA[" + raw + b"]]></Content></xml>").fields["Content"] == "亮了吗"
    assert wire.parse(b'{"Content": "' + raw + b'"}').fields["Content"] == "亮了吗"
    assert wire.parse(b'{"Content": "a\\u0000b\\ud83d"}').fields["Content"] == "ab"


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"[]", b'"x"', b"{", b'{"a": NaN}', b"<xml>", b"<a></b>", "<xml>灯</xml>".encode("gbk")],
)
def test_what_is_neither_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        wire.parse(body)


def test_a_byte_order_mark_is_skipped() -> None:
    assert wire.parse(b"\xef\xbb\xbf<xml><a>1</a></xml>").format is BodyFormat.XML


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        wire.parse(body)
    except Unreadable:
        return


@given(st.text(max_size=200))
def test_xml_and_json_give_the_same_text(text: str) -> None:
    from_json = wire.parse(json.dumps({"Content": text}).encode()).fields["Content"]
    safe = text.encode(errors="ignore").decode().replace("]]>", "]] >")
    body = f"<xml><Content><![CDATA[{safe}]]></Content></xml>".encode()
    from_xml = wire.text_of(wire.parse(body).fields, "Content")
    assert from_xml == str(from_json).replace("\r\n", "\n").replace("\r", "\n").replace("]]>", "]] >")
