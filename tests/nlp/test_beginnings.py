"""Where a time may begin: nothing that the grammar of times would read is passed over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nlp import corpus, times
from nlp.beginnings import positions
from nlp.normalise import normalise
from tests.nlp.reading import NOW

PIECES = st.sampled_from(
    [
        *(
            "0",
            "1",
            "9",
            "12",
            "2026",
            "一",
            "两",
            "三",
            "十",
            "廿",
            "几",
            "半",
            "数",
            "多",
            "好",
            "整",
            "个",
            "第",
            "每",
        ),
        *("年", "月", "日", "号", "天", "点", "分", "刻", "周", "礼拜", "星期", "小时", "分钟", "季度", "学期", "旬"),
        *("今", "明", "昨", "前", "后", "大", "小", "早", "晚", "夜", "晨", "上", "中", "下", "午", "初", "底", "末"),
        *(
            "这",
            "那",
            "近",
            "最近",
            "过",
            "隔",
            "快",
            "差",
            "头",
            "正",
            "腊",
            "春",
            "冬",
            "节",
            "-",
            ":",
            ".",
            "/",
            "到",
        ),
        *("的", "当", "宿"),
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_no_time_begins_where_none_may_begin(text: str) -> None:
    for position in set(range(len(text))).difference(positions(text)):
        assert times.longest_at(text, position, NOW, forward=True) is None


def test_no_time_of_our_sentences_begins_where_none_may_begin() -> None:
    for sentence in corpus.read_all():
        text = normalise(sentence.text).text
        for position in set(range(len(text))).difference(positions(text)):
            assert times.longest_at(text, position, NOW, forward=True) is None, text[position:]
