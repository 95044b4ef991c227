"""Pinyin is read where it is pinyin, and nothing else is."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.normalise import normalise

SENTENCES = (
    # spaced
    ("lou xia de lu deng huai le hao ji tian le", "楼下的路灯坏了好几天了"),
    ("wo xiang gei wo ma ding yi fen wu fan", "我想给我妈订一份午饭"),
    ("men kou de la ji mei ren shou", "门口的垃圾没人收"),
    ("dian ti you bu dong le", "电梯又不动了"),
    ("xiao qu li zen me mei you deng", "小区里怎么没有灯"),
    ("lou shang ban ye hai zai zhuang xiu", "楼上半夜还在装修"),
    ("wo shang ci bao de shui guan xiu hao le ma", "我上次报的水管修好了吗"),
    ("bang wo cha yi xia ji fen", "帮我查一下积分"),
    ("zhou liu shang wu de huo dong wo yao bao ming", "周六上午的活动我要报名"),
    ("bu xiang qu le bang wo qu xiao", "不想去了帮我取消"),
    ("che wei bei bie ren zhan le", "车位被别人占了"),
    ("xia shui dao du le chou de hen", "下水道堵了臭得很"),
    ("wo jia ting dian le shen me shi hou lai", "我家停电了什么时候来"),
    ("mian bao che ba xiao fang tong dao du si le", "面包车把消防通道堵死了"),
    # joined, by words or throughout
    ("wojia loushui le, meiren guan", "我家漏水了，没人管"),
    ("wuye dianhua dabutong", "物业电话打不通"),
    ("mingtian xiawu liangdian yuyue lifa", "明天下午两点预约理发"),
    ("jifen neng huan shenme", "积分能换什么"),
    ("zhaohuole kuailairen", "着火了快来人"),
    ("woyaozhaorengong", "我要找人工"),
    ("haizibujianle", "孩子不见了"),
    ("xiexieni, yijing xiuhaole", "谢谢你，已经修好了"),
    ("linju jia de gou tiantian jiao", "邻居家的狗天天叫"),
    ("zenme zhuce zhiyuanzhe", "怎么注册志愿者"),
    ("Dianti li you ren beikun", "电梯里有人被困"),
    ("TINGSHUI LE ZENMEBAN", "停水了怎么办"),
    ("tian qi tai re le, kongtiao huaile", "天气太热了，空调坏了"),
    ("loudao li duiman le zawu", "楼道里堆满了杂物"),
    # in part
    ("我家 nuanqi 不热", "我家暖气不热"),
    ("jinggai 不见了，快来看看", "井盖不见了，快来看看"),
    ("3 dong 2 danyuan 的门禁 huaile", "3栋2单元的门禁坏了"),
    ("想报名 zhishu", "想报名植树"),
    ("帮我 quxiao 明天的 baojie", "帮我取消明天的保洁"),
    ("路灯不liang了", "路灯不亮了"),
    ("5hao lou men qian you ji shui", "5号楼门前有积水"),
    ("wode wifi mei xinhao", "我的wifi没信号"),
    # tones, apostrophes, ü, dialect
    ("nǐ hǎo, wǒ yào bào xiū", "你好，我要报修"),
    ("wo3 de5 shui3 guan3 lou4 le5", "我的水管漏了"),
    ("wo nǚ er zou diu le", "我女儿走丢了"),
    ("wo jia sui guan lou sui le", "我家水管漏水了"),
)
STAYS = (
    *("wifi", "app", "ok", "hello", "KTV", "ETC", "vip", "A3307", "banana", "online", "iphone", "3B", "USB-C"),
    *("https://example.com/ma/lai?ren=wo", "www.example.cn/wo/yao", "li.ming@example.com", "wang_xiaoming"),
    *("please help me with the lamp", "can you see me", "he is a good man", "change the machine", "mate60"),
    *("下载app看积分", "我的iphone充不进电", "去KTV唱歌", "AED放在哪里", "PVC管破了", "3B座没有wifi", "TA说不来"),
    *("搜banana就行", "online缴费打不开", "车牌A3307挡住了", "game over", "no one can use the gate again"),
)
# Which of them is meant, nobody hears.
_ALIKE = str.maketrans({"她": "他", "它": "他", "得": "的", "地": "的", "哪": "那"})


def plain(text: str) -> str:
    return normalise(text).text.translate(_ALIKE)


@pytest.mark.parametrize(("written", "meant"), SENTENCES)
def test_pinyin_is_read_but_for_a_homophone(written: str, meant: str) -> None:
    found = plain(written)
    assert len(found) == len(meant)
    assert sum(one != other for one, other in zip(found, meant.translate(_ALIKE), strict=True)) <= 1


def test_pinyin_is_mostly_read_without_a_mistake() -> None:
    right = sum(plain(written) == meant.translate(_ALIKE) for written, meant in SENTENCES)
    assert right >= len(SENTENCES) * 0.9


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_pinyin_stays(text: str) -> None:
    assert normalise(text).text == text.lower().replace("?", "？")


@pytest.mark.parametrize("text", ["online", "wifi", "banana", "KTV", "A3307", "example.com/ma"])
def test_what_is_no_pinyin_stays_within_pinyin(text: str) -> None:
    assert normalise(f"wo jia de {text} huai le").text == f"我家的{text.lower()}坏了"


@pytest.mark.parametrize(
    ("original", "word", "letters"),
    [
        ("wo jia lou xia de lu deng huai le", "楼下", "lou xia"),
        ("mingtianxiawuyuyuelifa", "明天下午", "mingtianxiawu"),
        ("nǐ hǎo，Diàn Tī huài le", "电梯", "Diàn Tī"),
        ("dian4 ti1 huai4 le5", "坏", "huai"),
        ("我家 nuanqi 不热", "暖气", "nuanqi"),
        ("kuai lai，３ dong 2 danyuan", "3栋2单元", "３ dong 2 danyuan"),
    ],
)
def test_a_word_has_the_letters_of_its_syllables_as_its_span(original: str, word: str, letters: str) -> None:
    found = normalise(original)
    start = found.text.index(word)
    assert original[slice(*found.span(start, start + len(word)))] == letters


def test_a_lone_syllable_is_read_by_the_character_beside_it() -> None:
    assert normalise("楼下路灯huai了").text == "楼下路灯坏了"
    assert normalise("zhou 六 yuyue 保洁").text == "周六预约保洁"


def test_an_apostrophe_parts_syllables() -> None:
    assert normalise("wo jia dian'ti huai le").text == "我家电梯坏了"


_PIECES = st.sampled_from(
    [
        *"abehilnuü :.'’1235路灯，@/_-\1",
        "dian",
        "ti",
        "huai",
        "le",
        "zhuang",
        "nv",
        "l\u00fc",
        "u:",
        "wo",
        "ng",
        "er",
        "a",
        "ang",
    ]
)


@given(st.lists(_PIECES, max_size=60).map("".join))
def test_spans_are_in_order_and_inside_whatever_is_written(text: str) -> None:
    found = normalise(text)
    assert len(found.text) == len(found.starts) == len(found.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))
    assert all(one <= next_one for one, next_one in pairwise(found.starts))
    assert not re.search("[\1]", found.text)


@given(st.text(max_size=80))
def test_no_text_is_too_odd(text: str) -> None:
    found = normalise(text)
    assert len(found.text) == len(found.starts) == len(found.ends)
