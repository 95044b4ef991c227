"""One spelling for many, with the way back to the original."""

from __future__ import annotations

import pytest

from nlp.normalise import LONGEST, normalise


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("電梯壞了", "电梯坏了"),
        ("著火了", "着火了"),
        ("路登坏了", "路灯坏了"),
        ("电提坏了", "电梯坏了"),
        ("井概丢了", "井盖丢了"),
        ("３号楼", "3号楼"),
        ("ＡＢ座", "ab座"),
        ("冇电", "没有电"),
        ("怎么办", "怎么办"),
        ("ludeng huaile", "路灯坏了"),
        ("👋", "你好"),
        ("停\u200b水\u202e了", "停水了"),
        ("好,吗?", "好，吗？"),
    ],
)
def test_spellings(written: str, plain: str) -> None:
    assert normalise(written).text == plain


def test_spans_lead_back_through_replacements_of_other_length() -> None:
    source = normalise("今儿冇电")
    start = source.text.index("没有电")
    assert source.original[slice(*source.span(start, start + 3))] == "冇电"
    assert source.original[slice(*source.span(0, 2))] == "今儿"


def test_english_is_left_alone() -> None:
    assert normalise("please help with my wifi").text == "please help with my wifi"


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert len(normalise("灯" * 10_000).text) == LONGEST
