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
        ("大发粮行门口的井盖没了", "大发粮行门口"),
        ("在柳荫里那边等车", "柳荫里那边"),
        ("窨井响个不停，柳荫里9号204", "柳荫里9号204"),
        ("柳荫路26号101漏水", "柳荫路26号101"),
        ("柳荫路到青石街路段没灯", "柳荫路到青石街路段"),
        ("便利店旁边堆满纸箱", "便利店旁边"),
        ("卫生室对面有人吵架", "卫生室对面"),
        ("地铁A口全是摊", "地铁A口"),
        ("dian ti huai le，liuyin lu", "liuyin lu"),
        ("来电人称柳荫苑电梯停运", "柳荫苑"),
        ("有人在柳荫巷挖沟", "柳荫巷"),
        ("柳荫路大巴站没有灯", "柳荫路大巴站"),
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
        ("整条巷子都淹了", "整条巷子"),
        ("水漏到我家天花板了", "我家天花板"),
        ("咱们院子里蚊子多", "咱们院子里"),
        ("灯坏了，502", "502"),
        ("楼上703半夜吵", "楼上703"),
        ("墙角有老鼠", "墙角"),
        ("窗台裂了", "窗台"),
        ("对面居民楼太吵", "对面居民楼"),
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


def test_a_name_begins_after_what_happens() -> None:
    assert texts("电动车都停青石公园门口", "loc") == ["青石公园门口"]
    assert texts("垃圾堆解放路上", "loc")[0].startswith("解放路")


def test_positions_are_joined_through_a_pointing_word() -> None:
    assert texts("青石路那家药房关门了", "loc") == ["青石路那家药房"]


def test_home_is_a_place_only_where_something_is_wrong() -> None:
    assert texts("家里漏水了，快来看看", "loc") == ["家里"]
    assert texts("积分兑的米能送到家里吗", "loc") == []


@pytest.mark.parametrize(
    "text",
    ["我想报名", "积分有多少", "物业不作为", "修路吵死了", "一共三个人参加", "来了五户", "怎么弄", "社区几点下班"],
)
def test_no_place_no_slot(text: str) -> None:
    assert texts(text, "loc") == []
