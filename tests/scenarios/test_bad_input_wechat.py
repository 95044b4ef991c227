"""What strangers, broken networks and hostile senders may post to WeChat's webhook, and what they get for it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from bot.adapters.wechat_codec import signature
from bot.adapters.wire import BodyFormat, text_of
from bot.simulate.wechat_wire import WeChatWire
from core.settings import Account
from handlers import texts
from tests.house import House
from tests.scenarios.untouched import TALKING, untouched

SENDER = "o" + "s" * 27
OTHER_KEY = "AnotherAesKeyThatNobodyAgreedOnForThisAcco0"
TEXT: dict[str, Any] = {"CreateTime": 1700000000, "MsgType": "text", "Content": "垃圾没人收", "MsgId": 7700000000000001}
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><FromUserName>&b;</FromUserName></xml>'
UNREADABLE = {
    "nothing": b"",
    "prose": b"hello",
    "cut": b"<xml><ToUserName><![CDATA[gh_1",
    "cut json": b'{"ToUserName": "gh_1", ',
    "a list": b"[1, 2]",
    "nested": b"<xml>" + b"<a>" * 100 + b"</a>" * 100 + b"</xml>",
    "nested json": b'{"a":' * 100 + b"1" + b"}" * 100,
    "doctype": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd"><xml><a>1</a></xml>',
    "entities": BOMB,
    "not utf-8": "<xml><a>灯坏了</a></xml>".encode("gbk"),
    "nul": b"\x00\x01\x02",
}


def account(house: House, **changes: Any) -> Account:
    found = house.service.config.account("heping")
    assert found is not None
    return found.model_copy(update=changes)


def signed(house: House, body: bytes = b"") -> dict[str, str]:
    """A query as WeChat signs it in plain mode; whoever saw one request has one."""
    token, now, nonce = account(house).token, str(int(time.time())), "nonce"
    return {"signature": signature(token, now, nonce), "timestamp": now, "nonce": nonce}


async def post(house: House, query: dict[str, str], body: bytes, name: str = "heping") -> tuple[int, bytes]:
    async with house.http.post(f"{house.url}/wechat/{name}", params=query, data=body) as answer:
        return answer.status, await answer.read()


async def refused(house: House, query: dict[str, str], body: bytes, name: str = "heping") -> int:
    """The status of a refusal, which is JSON in one shape and says nothing of the inside."""
    status, answer = await post(house, query, body, name)
    error = json.loads(answer)["error"]
    assert set(error) <= {"code", "message", "fields"}
    assert error["message"]
    return status


async def answered(house: House, wire: WeChatWire, fields: dict[str, Any]) -> str:
    """The text of the reply to one delivery that is all right as far as WeChat goes; "" for silence."""
    query, body = wire.delivery(fields, sender=SENDER)
    status, answer = await post(house, query, body)
    assert status == 200, answer
    opened = wire.opened(answer, sender=SENDER)
    return text_of(opened, "Content") if opened else ""


async def test_the_order_of_the_checks(quiet: House) -> None:
    """Unknown account, then too large, then unreadable, then unsigned: each though all that follows is wrong too."""
    large, fitting = b"x" * (64 * 1024 + 1), b"x" * (64 * 1024)
    async with untouched(quiet):
        assert await refused(quiet, {}, large, "nobody") == 404
        assert await refused(quiet, {}, large) == 413
        assert await refused(quiet, {}, fitting) == 400
        assert await refused(quiet, {}, b"<xml><FromUserName>a</FromUserName></xml>") == 403


async def test_what_cannot_be_read_is_400_even_when_signed(quiet: House) -> None:
    async with untouched(quiet):
        for name, body in UNREADABLE.items():
            assert await refused(quiet, signed(quiet), body) == 400, name


async def test_hostile_bodies_inside_the_envelope_are_400(quiet: House) -> None:
    """They are encrypted and signed well: the sender knows the key, or found somebody who does."""
    wire = WeChatWire(account(quiet))
    key = wire._key
    assert key is not None
    async with untouched(quiet):
        for name in ("prose", "nested", "nested json", "doctype", "entities", "cut"):
            encrypted = key.encrypt(UNREADABLE[name])
            now, nonce = str(int(time.time())), "nonce"
            query = {
                "timestamp": now,
                "nonce": nonce,
                "encrypt_type": "aes",
                "msg_signature": signature(wire.account.token, now, nonce, encrypted),
            }
            body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
            assert await refused(quiet, query, body) == 400, name


async def test_what_is_not_signed_by_wechat_is_403(quiet: House) -> None:
    query, body = WeChatWire(account(quiet)).delivery(TEXT, sender=SENDER)
    async with untouched(quiet):
        assert await refused(quiet, {}, body) == 403
        for name in ("msg_signature", "timestamp", "nonce"):
            assert await refused(quiet, query | {name: "0" * 40}, body) == 403, name
        strange = WeChatWire(account(quiet, token="another-token")).delivery(TEXT, sender=SENDER)
        assert await refused(quiet, *strange) == 403


async def test_plaintext_in_safe_mode_is_403_under_a_captured_signature_too(quiet: House) -> None:
    plain = WeChatWire(account(quiet, aes_keys=()))
    query, body = plain.delivery(TEXT, sender=SENDER)
    captured, sealed = WeChatWire(account(quiet)).delivery(TEXT, sender=SENDER)
    async with untouched(quiet):
        assert await refused(quiet, query, body) == 403
        assert await refused(quiet, captured, body) == 403
        both = body.replace(b"</xml>", b"<Encrypt>" + b"x" * 64 + b"</Encrypt></xml>")
        assert await refused(quiet, captured, both) == 403
        assert await refused(quiet, {"signature": query["signature"]}, sealed) == 403


async def test_another_key_or_app_is_refused(quiet: House) -> None:
    async with untouched(quiet):
        for wrong in (account(quiet, aes_keys=(OTHER_KEY,)), account(quiet, app_id="wx00000000000000ff")):
            assert await refused(quiet, *WeChatWire(wrong).delivery(TEXT, sender=SENDER)) in (400, 403)


async def test_a_message_from_nobody_is_400(quiet: House) -> None:
    async with untouched(quiet):
        assert await refused(quiet, *WeChatWire(account(quiet)).delivery(TEXT, sender="")) == 400


async def test_the_hosting_probe_alone_needs_no_signature(quiet: House) -> None:
    async with untouched(quiet):
        assert await post(quiet, {}, b'{"action": "CheckContainerPath"}') == (200, b"success")
        assert await refused(quiet, {}, b'{"action": "CheckContainerPath", "FromUserName": "a"}') == 403


async def test_verification_echoes_only_what_is_signed(quiet: House) -> None:
    good = signed(quiet) | {"echostr": "4711"}
    async with untouched(quiet):
        async with quiet.http.get(f"{quiet.url}/wechat/heping", params=good) as answer:
            assert (answer.status, await answer.text()) == (200, "4711")
        async with quiet.http.get(f"{quiet.url}/wechat/heping", params=good | {"nonce": "x"}) as answer:
            assert answer.status == 403
        async with quiet.http.get(f"{quiet.url}/wechat/nobody", params=good) as answer:
            assert answer.status == 404


UNKNOWN: list[dict[str, Any]] = [
    {"MsgType": "hologram", "MsgId": 1},
    {"MsgType": "", "MsgId": 2},
    {"MsgId": 3},
    {"MsgType": "event", "Event": "never_heard_of"},
    {"MsgType": "video", "MediaId": "x", "MsgId": 4},
]


async def test_unknown_types_and_events_are_answered(quiet: House) -> None:
    wire = WeChatWire(account(quiet))
    for number, fields in enumerate(UNKNOWN):
        said = await answered(quiet, wire, {"CreateTime": 1700000000 + number, **fields})
        assert said != texts.FAILED, fields


async def test_ids_are_text(quiet: House) -> None:
    wire = WeChatWire(account(quiet))
    for message_id in ("49d72d_1555684067", "7700000000000000001", "ID with blanks", "x" * 500):
        fields = TEXT | {"MsgId": message_id}
        first = await answered(quiet, wire, fields)
        assert first
        async with untouched(quiet):
            assert await answered(quiet, wire, fields) == first


async def test_a_replay_gets_the_same_words_and_changes_nothing(quiet: House) -> None:
    """The very same bytes, caught and sent again: what was said is said again, in a fresh envelope."""
    wire = WeChatWire(account(quiet))
    query, body = wire.delivery(TEXT, sender=SENDER)
    _, first = await post(quiet, query, body)
    async with untouched(quiet):
        status, again = await post(quiet, query, body)
    assert status == 200
    assert again != first
    opened = [wire.opened(answer, sender=SENDER) for answer in (first, again)]
    assert [text_of(fields or {}, "Content") for fields in opened] == [text_of(opened[0] or {}, "Content")] * 2


async def test_the_same_message_at_the_same_time_is_answered_alike(quiet: House) -> None:
    wire = WeChatWire(account(quiet))
    said = await asyncio.gather(*(answered(quiet, wire, TEXT) for _ in range(6)))
    assert len(set(said)) == 1
    assert "哪里" in said[0]


async def test_json_where_xml_was_agreed_is_answered_in_json(quiet: House) -> None:
    wire = WeChatWire(account(quiet), BodyFormat.JSON)
    assert "哪里" in await answered(quiet, wire, TEXT)


STRANGE = [
    "]]>",
    "<xml>&amp;]]></xml>",
    "灯坏了]]><Content>x",
    "\x08\x1b[31m灯\x0b坏了",
    "\U0001f600\U0001f389",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 50,
    "\u3000",
    "\ufeff",
    "'; DROP TABLE inbox; --",
]


async def test_strange_text_is_answered_politely(quiet: House) -> None:
    wire = WeChatWire(account(quiet))
    for number, said in enumerate(STRANGE):
        async with untouched(quiet, but=TALKING):
            reply = await answered(quiet, wire, TEXT | {"Content": said, "MsgId": number})
        assert reply not in ("", texts.FAILED), said


async def test_markup_comes_back_as_it_was_typed(quiet: House) -> None:
    """A place with `]]>` in it is shown again in the question, and the envelope holds."""
    wire = WeChatWire(account(quiet))
    await answered(quiet, wire, TEXT)
    shown = await answered(quiet, wire, TEXT | {"Content": "5号楼]]>西侧<b>", "MsgId": 2})
    assert "5号楼]]>西侧<b>" in shown


async def test_ten_thousand_characters_are_too_many_to_read(quiet: House) -> None:
    wire = WeChatWire(account(quiet))
    async with untouched(quiet, but=TALKING):
        assert await answered(quiet, wire, TEXT | {"Content": "灯坏了" * 3334}) == texts.TOO_LONG


async def test_an_emergency_in_too_long_a_text_is_one_all_the_same(quiet: House) -> None:
    wire = WeChatWire(account(quiet))
    assert "119" in await answered(quiet, wire, TEXT | {"Content": "着火了快来人" + "啊" * 5000})


NOWHERE = [("0", "0"), ("48.85", "2.35"), ("nan", "116.4"), ("inf", "inf"), ("", ""), ("39.9", "916.4"), ("x", "y")]


async def test_places_nowhere_near_are_not_believed(quiet: House) -> None:
    wire = WeChatWire(account(quiet))
    for number, (x, y) in enumerate(NOWHERE):
        fields = TEXT | {"MsgType": "location", "Location_X": x, "Location_Y": y, "Label": "", "MsgId": number}
        async with untouched(quiet, but=TALKING):
            reply = await answered(quiet, wire, fields)
        assert reply not in ("", texts.FAILED), (x, y)
        assert "位置收到" not in reply, (x, y)
