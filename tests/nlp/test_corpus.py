"""Labelled sentences: what is wrong is named by file, line and reason; the shipped ones are whole and varied."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nlp import corpus
from nlp.corpus import BrokenCorpus, Marked
from nlp.understanding import CATEGORIES, INTENTS

HEADER = "text,intent,category,danger,source,tags\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("路灯坏了,issue_report", "6 fields expected, 2 found"),
        ("路灯坏了,report,路灯照明,,x,", "'report' is no intent"),
        ("路灯坏了,issue_report,路灯,,x,", "'路灯' is no category"),
        ("路灯坏了,issue_report,,,x,", "a category belongs to issue_report"),
        ("我的积分,points_query,井盖,,x,", "a category belongs to issue_report"),
        ("着火了,issue_report,消防隐患,flood,x,", "'flood' is no danger"),
        ("[3栋](where)灯坏了,issue_report,路灯照明,,x,", "'where' is no type of slot"),
        ("[3栋灯坏了,issue_report,路灯照明,,x,", "brackets mark slots"),
        (",other,,,x,", "the text is empty"),
        ("你好,greeting,,,,", "the source is empty"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "taught.csv"
    path.write_text(f"{HEADER}你好,greeting,,,x,\n{line}\n", encoding="utf-8")
    with pytest.raises(BrokenCorpus, match=f"taught.csv:3: {reason}"):
        corpus.read(path)


def test_a_wrong_header_and_a_wrong_encoding_are_named(tmp_path: Path) -> None:
    path = tmp_path / "taught.csv"
    path.write_text("text,label\n你好,greeting\n", encoding="utf-8")
    with pytest.raises(BrokenCorpus, match=r"taught\.csv:1: the columns must be"):
        corpus.read(path)
    path.write_bytes(HEADER.encode() + "你好,greeting,,,x,\n".encode("gbk"))
    with pytest.raises(BrokenCorpus, match=r"taught\.csv: not UTF-8"):
        corpus.read(path)


def test_marks_become_spans_of_the_plain_text() -> None:
    text, slots = corpus.unmarked("[明天](time)在[3栋](loc)见")
    assert text == "明天在3栋见"
    assert slots == (Marked("time", 0, 2), Marked("loc", 3, 5))
    assert [text[slot.start : slot.end] for slot in slots] == ["明天", "3栋"]


def test_what_says_the_same_is_found() -> None:
    texts = ["楼道里的灯坏了三天了没人修", "积分怎么换", "楼道里的灯坏了三天没人修"]
    assert list(corpus.near_duplicates(texts)) == [(0, 2)]


def test_the_shipped_sentences_are_enough_and_varied() -> None:
    sentences = corpus.read_all()
    intents = Counter(one.intent for one in sentences)
    categories = Counter(one.categories[0] for one in sentences if one.categories)
    assert all(intents[name] >= 200 for name in INTENTS)
    assert intents["other"] >= 1500
    assert all(categories[name] >= 60 for name in CATEGORIES)
    assert sum(bool(one.danger) for one in sentences) >= 300
    assert list(corpus.near_duplicates([one.text for one in sentences])) == []
