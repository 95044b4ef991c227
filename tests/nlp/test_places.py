"""Places: buildings, roads, landmarks, the gazetteer, and what only the speaker knows."""

from __future__ import annotations

import pytest

from tests.nlp.reading import read, texts


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("3栋2单元501漏水", "3栋2单元501"),
        ("7-2-1103停电了", "7-2-1103"),
        ("23号院2号楼门口垃圾没人收", "23号院2号楼门口"),
        ("幸福路12号门口的路灯坏了", "幸福路12号门口"),
        ("人民路和建设路交叉口堵车", "人民路和建设路交叉口"),
        ("幼儿园对面有人乱停车", "幼儿园对面"),
        ("我要投诉阳光花园小区东门垃圾成堆", "阳光花园小区东门"),
        ("菜市场旁边的公厕太脏", "菜市场旁边"),
        ("楼道灯坏了，我住8号楼3单元1201室", "8号楼3单元1201室"),
        ("B座1203停水", "B座1203"),
        ("12号楼地下车库积水", "12号楼地下车库"),
        ("中心花园的长椅断了", "中心花园"),
        ("花园路段堵车", "花园路段"),
        ("我们小区3号楼的门禁坏了", "我们小区3号楼"),
        ("我们学校门口堵车", "学校门口"),
        ("請到三棟二單元看看，電梯壞了", "三棟二單元"),
    ],
)
def test_the_longest_useful_span_is_taken(text: str, place: str) -> None:
    seen = read(text).place()
    assert seen is not None
    assert (seen.text, seen.value["deictic"]) == (place, False)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("我家楼下路灯坏了", "我家楼下"),
        ("我们楼道里灯不亮", "我们楼道里"),
        ("楼道里有人堆纸箱", "楼道里"),
        ("门口那条路坑坑洼洼", "门口那条路"),
        ("三单元水压小", "三单元"),
        ("我们楼的灯坏了", "我们楼"),
        ("我们那栋楼顶漏水", "我们那栋楼"),
        ("我家小区楼下路灯坏了", "我家小区楼下"),
        ("花园里的椅子断了", "花园里"),
    ],
)
def test_a_place_that_only_the_speaker_knows_is_deictic(text: str, place: str) -> None:
    seen = read(text).place()
    assert seen is not None
    assert (seen.text, seen.value["deictic"]) == (place, True)


def test_spoken_building_numbers_become_digits() -> None:
    seen = read("三栋二单元五零一停水").place()
    assert seen is not None
    assert seen.value["name"] == "3栋2单元501"


def test_the_gazetteer_knows_names_that_grammar_cannot() -> None:
    assert texts("和平里那边路灯坏了", "loc", "和平里") != []
    assert [slot.value["deictic"] for slot in read("花园灯坏了", "花园").all("loc")] == [False]
    assert "观澜" in texts("观澜的路灯坏了", "loc", "观澜")[0]


def test_a_better_place_is_preferred_to_a_vague_one() -> None:
    seen = read("我家窗户外面吵死了，桂花苑2栋").place()
    assert seen is not None
    assert seen.text == "桂花苑2栋"


@pytest.mark.parametrize("text", ["我想报名", "积分有多少", "物业不作为", "修路吵死了", "一共三个人参加"])
def test_no_place_no_slot(text: str) -> None:
    assert texts(text, "loc") == []
