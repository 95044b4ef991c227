"""What leaves fits its envelope and is cut where a sentence ends."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from hypothesis import example, given
from hypothesis import strategies as st

from bot.adapters import outgoing_text, wechat_replies
from bot.adapters.wire import BodyFormat
from core.messages import Choice, Reply

HOSTILE = "]]>\x00\x1b[31m\u202e</Content><MsgType>event</MsgType>&lt;\ud800🀄👩‍👩‍👧]]]]>>"


@given(st.text(max_size=300))
@example(HOSTILE)
@example("]" * 7 + ">" * 7)
@example("]]\x00>")
def test_no_text_ends_its_cdata(text: str) -> None:
    body = wechat_replies.write({"Content": text, "MsgType": "text"}, BodyFormat.XML)
    root = ET.fromstring(body)
    assert [child.tag for child in root] == ["Content", "MsgType"]
    assert (root.findtext("Content") or "") == outgoing_text.clean(text)


@given(st.text(max_size=300))
@example(HOSTILE)
def test_json_holds_any_cleaned_text(text: str) -> None:
    cleaned = outgoing_text.clean(text)
    assert json.loads(wechat_replies.write({"Content": cleaned}, BodyFormat.JSON)) == {"Content": cleaned}


def test_emoji_stay_whole() -> None:
    family = "👩‍👩‍👧"
    assert outgoing_text.clean(f"好{family}\r\n的\x07") == f"好{family}\n的"


@given(st.text(max_size=600), st.integers(min_value=8, max_value=64))
def test_pieces_fit_and_lose_nothing_but_blanks(text: str, limit: int) -> None:
    text = outgoing_text.clean(text)
    parts = outgoing_text.pieces(text, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_cut_falls_behind_a_sentence() -> None:
    text = "第一句话说完了。第二句也说完了！" + "没有标点" * 20
    assert outgoing_text.pieces(text, 60)[0] == "第一句话说完了。第二句也说完了！"
    assert outgoing_text.cap(text, 60) == "第一句话说完了。第二句也说完了！…"


def test_a_short_text_is_left_alone() -> None:
    assert outgoing_text.cap("好。", 2048) == "好。"
    assert outgoing_text.pieces("", 8) == [""]


@given(st.text(max_size=4000))
@example("字" * 10_000)
def test_words_give_way_and_choices_stay(text: str) -> None:
    reply = Reply(text, choices=(Choice("a", "是"), Choice("b", "不是")))
    sent = outgoing_text.plain(reply, 2048)
    assert len(sent.encode()) <= 2048
    assert sent.endswith("1 是\n2 不是")


def test_a_title_is_not_said_twice() -> None:
    assert outgoing_text.plain(Reply("工单 12 已立案", title="工单 12"), 2048) == "工单 12 已立案"
    assert outgoing_text.plain(Reply("已立案", title="工单 12"), 2048) == "工单 12\n已立案"
