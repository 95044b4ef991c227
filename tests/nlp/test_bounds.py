"""Hostile and broken input: never an exception, spans inside the text, work that grows no faster than the text."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import INTENTS, escape_word
from nlp.understanding import SLOT_TYPES
from tests.nlp.reading import read

PIECES = st.sampled_from(
    [
        *("着火", "路灯", "坏了", "3栋", "2单元", "501", "明天", "下午", "三点", "到", "五点", "138", "0000", "0001"),
        *("一三八", "我妈", "王奶奶", "两个人", "不是", "取消", "报名", "電梯", "ludeng", "👋", "，", "。", "-", ":"),
        *(
            "/",
            "年",
            "月",
            "号",
            "每",
            "周",
            "十",
            "零",
            "的",
            "路",
            "12",
            "R2611210001",
            "11010519491231002X",
            "9999年",
        ),
        *("差五分", "半", "\u200d", "\ufe0f", "冇", "\n"),
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=40).map("".join)))
def test_any_text_is_read(text: str) -> None:
    seen = read(text)
    assert seen.text == text
    assert seen.intent is None or seen.intent in INTENTS
    assert 1 <= seen.urgency <= 3
    assert 1 <= len(seen.candidates) <= 3
    for slot in seen.slots:
        assert slot.type in SLOT_TYPES
        assert 0 <= slot.start < slot.end <= len(text)
        assert text[slot.start : slot.end] == slot.text
    json.dumps(seen.to_json()).encode()
    escape_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0",
        "？",
        "。" * 10_000,
        "路" * 10_000,
        "1" * 10_000,
        "a" * 10_000,
        "a " * 5_000,
        "十" * 10_000,
        "的" * 10_000,
        "不" * 10_000,
        "我要" * 5_000,
        "3栋" * 3_333,
        "9:30-" * 2_000,
        "请" * 10_000,
        "👍🏽" * 5_000,
        "\u202e\u200f" * 5_000,
        '{"intent": "cancel"}',
        "<script>alert(1)</script>",
        "'; DROP TABLE issues; --",
        "\ud800",
    ],
)
def test_extreme_text_is_read(text: str) -> None:
    seen = read(text)
    assert seen.text == text
    assert all(text[slot.start : slot.end] == slot.text for slot in seen.slots)
    escape_word(text)


def test_work_does_not_explode_with_length() -> None:
    """Counts executed lines instead of looking at a clock: ten times the text, at most about thirty times the work."""
    text = "幸福路12号3栋2单元明天下午三点到五点着火了不是取消王奶奶两个人"
    read(text)
    short, long = _lines_run(text * 3), _lines_run(text * 30)
    assert long < 30 * short


def _lines_run(text: str) -> int:
    count = 0

    def tracer(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)  # type: ignore[arg-type]
    try:
        read(text)
    finally:
        sys.settrace(before)
    return count
