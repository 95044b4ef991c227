"""What a report is about: the thing to be fixed wins over the actor and over the effect."""

from __future__ import annotations

import pytest

from tests.nlp.reading import read
from tests.nlp.sentences import labelled


def test_everyday_matters_are_recognised() -> None:
    wrong = [text for category, text in labelled("categories") if read(text).category != category]
    assert len(wrong) <= len(labelled("categories")) * 0.04, wrong


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("井盖松了，每次过车都响得睡不着", "井盖"),
        ("私家车把消防通道占了", "消防隐患"),
        ("有人把电动车推进电梯充电", "消防隐患"),
        ("楼道声控灯不亮", "路灯照明"),
        ("楼上渗水把我家墙泡了", "邻里纠纷"),
        ("污水倒灌进来了", "积水排水"),
    ],
)
def test_the_thing_to_be_fixed_wins(text: str, category: str) -> None:
    assert read(text).category == category


def test_only_a_report_has_a_category() -> None:
    seen = read("我要报名垃圾分类宣传")
    assert seen.category is None
    assert seen.category_candidates == ()


def test_a_report_of_nothing_known_is_other() -> None:
    assert read("我要投诉").category == "其他"


def test_three_likely_categories_are_named_best_first() -> None:
    seen = read("楼上天天装修噪音大，垃圾还堆在楼道")
    scores = [one.confidence for one in seen.category_candidates]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
