"""Who does not want to be named says so in many ways; the matter beside it is what they want."""

from __future__ import annotations

import pytest

from tests.nlp.reading import read


@pytest.mark.parametrize(
    "text",
    [
        "别告诉别人是我反映的，2号楼有人群租",
        "2号楼有人群租，别说是我报的",
        "我不想让人知道是我投诉的，楼上天天打麻将",
        "别跟楼上说是我反映的 他家天天半夜拖椅子",
        "千万别说是我打的电话，5号楼有人赌博",
        "别让邻居知道是我说的，4号楼302家里养了十几只猫",
        "别把我的名字说出去，东门夜宵摊扰民",
        "能不能不写我名字，东门夜宵摊扰民",
        "匿名举报5号楼飞线充电",
        "举报人要保密啊，一楼饭店排油烟",
    ],
)
def test_a_report_whose_reporter_is_not_to_be_named(text: str) -> None:
    seen = read(text)
    assert (seen.intents, seen.confidential) == (("issue_report",), True)


@pytest.mark.parametrize(
    "text",
    [
        "不用保密，3号楼路灯坏了",
        "不用替我保密，报上去吧",
        "保密局门口路灯坏了",
        "楼上别说话太大声",
        "物业不能说我没交费就不修",
        "我反映的路灯修好了吗",
        "不想报名了",
    ],
)
def test_other_words_wish_for_nothing_of_the_kind(text: str) -> None:
    assert not read(text).confidential


def test_who_asks_how_it_goes_still_asks() -> None:
    seen = read("不希望被邻居知道是我投诉的，我之前报的噪音有结果吗")
    assert (seen.intent, seen.confidential) == ("progress_query", True)
