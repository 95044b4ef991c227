"""Phones, identity and case numbers, names, relations, counts and things."""

from __future__ import annotations

import pytest

from nlp.names import find_names
from nlp.quantities import find_counts as find
from nlp.things import find_activities, find_items
from tests.nlp.reading import texts, values


@pytest.mark.parametrize(
    "text",
    [
        "电话13800000001",
        "我的手机是138-0000-0001",
        "138 0000 0001 联系我",
        "+86 13800000001",
        "打１３８０００００００１",
        "一三八零零零零零零零一",
        "幺三八零零零零零零零幺",
    ],
)
def test_phones_become_digits(text: str) -> None:
    assert values(text, "phone") == ["13800000001"]


@pytest.mark.parametrize("text", ["订单12345678901234", "1380000000", "2380000000011", "12000000000"])
def test_other_numbers_are_no_phones(text: str) -> None:
    assert values(text, "phone") == []


def test_an_identity_number_with_a_true_checksum_is_masked() -> None:
    assert values("身份证11010519491231002X", "idcard") == ["1****************X"]
    assert values("身份证11010519491231002x", "phone") == []


def test_an_identity_number_with_a_false_checksum_is_none() -> None:
    assert values("身份证110105194912310021", "idcard") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("R2611210001到哪了", "R2611210001"),
        ("查 r2611210001", "R2611210001"),
        ("D2611210012什么时候送", "D2611210012"),
        ("工单号20261121003有结果吗", "20261121003"),
    ],
)
def test_case_and_order_numbers(text: str, number: str) -> None:
    assert values(text, "ticket") == [number]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫王建国", "王建国"),
        ("姓名：张三", "张三"),
        ("王奶奶摔了一跤", "王奶奶"),
        ("来电人陈秀英表示撤销预约", "陈秀英"),
        ("再加我弟李小强一个", "李小强"),
        ("我父亲姓葛，走路要人扶", "葛"),
        ("让小李联系我", "小李"),
        ("我是李秀英，报名植树", "李秀英"),
        ("找刘主任", "刘主任"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert texts(text, "name") == [name]


@pytest.mark.parametrize(
    "text",
    [
        "小区大门坏了",
        "老人摔了",
        "小孩哭",
        "我是党员",
        "老是停电",
        "我是想报名",
        "小车乱停",
        "等了一小时",
        "小广告",
        "那些阿姨跳舞",
        "和阿姨一起",
    ],
)
def test_words_that_look_like_names(text: str) -> None:
    assert texts(text, "name") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [("报名，两个人", 2), ("午饭要三份", 3), ("2位老人要理发", 2), ("我们俩人都去", 2), ("十二个人参加植树", 12)],
)
def test_counts(text: str, count: int) -> None:
    assert values(text, "count") == [count]


@pytest.mark.parametrize("text", ["一个人在家", "三个月了", "第二名", "报了一个问题"])
def test_what_counts_nothing(text: str) -> None:
    assert values(text, "count") == []


@pytest.mark.parametrize(
    ("text", "means"),
    [("给我妈订饭", "母亲"), ("帮老伴约理发", "配偶"), ("替我爸报名", "父亲"), ("给邻居代购", "邻居")],
)
def test_relations(text: str, means: str) -> None:
    assert values(text, "relation") == [means]


@pytest.mark.parametrize(
    ("text", "means"), [("想约个陪诊", "陪诊"), ("订个午餐", "午餐"), ("借一辆轮椅", "轮椅"), ("积分换大米", "大米")]
)
def test_items_have_one_name(text: str, means: str) -> None:
    assert values(text, "item") == [means]


def test_an_activity_is_named() -> None:
    assert texts("我想报名周六的植树", "activity") == ["植树"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("一家三口都报名", "一家三口"),
        ("我们俩都去", "俩"),
        ("来了十几个人帮忙", "十几个人"),
        ("楼下堆了三十多个纸箱", "三十多个"),
        ("路面塌了两米多", "两米多"),
        ("加我一个", "一个"),
        ("来了十余名保安", "十余名"),
        ("砖掉了数块", "数块"),
        ("多户停水", "多户"),
        ("跟他说过八遍了", "八遍"),
        ("倒了三车渣土", "三车"),
        ("少给我三两肉", "三两"),
        ("交了一万六，没人管", "一万六"),
        ("上个月还有七百多呢", "七百多"),
    ],
)
def test_counts_are_taken_as_written(text: str, said: str) -> None:
    assert said in texts(text, "count")


@pytest.mark.parametrize(
    "text", ["服务十分满意", "住幸福路12号3栋2单元501", "俩月没人管", "三楼东户", "下午三点二十分"]
)
def test_what_only_looks_like_a_count(text: str) -> None:
    assert texts(text, "count") == []


def test_a_vague_or_measured_count_has_no_number() -> None:
    assert [slot.value for slot in find("来两三个人，数十户没水", ())] == [0, 0]
    assert [slot.value for slot in find("来了十几个人，排了三米", ())] == [0, 0]
    assert [slot.value for slot in find("一家三口去，两大一小", ())] == [3, 3]


@pytest.mark.parametrize(
    ("text", "thing"),
    [("我要换袋米", "大米"), ("积分能兑油不", "食用油"), ("积分兑一个咕咕钟", "咕咕钟")],
)
def test_things_to_exchange_are_seen_by_their_grammar(text: str, thing: str) -> None:
    assert [one.value for one in find_items(text, text, ("redeem",))] == [thing]


@pytest.mark.parametrize("text", ["停水两米远", "兑换礼品", "换什么好"])
def test_no_thing_to_exchange(text: str) -> None:
    assert list(find_items(text, text, ("redeem",))) == []


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("再加两份炖豆角", "炖豆角"),
        ("爬楼椅能租吗", "爬楼椅"),
        ("马桶堵死了", "维修"),
        ("空调三年没拆洗了", "保洁"),
    ],
)
def test_what_is_ordered_is_seen_by_its_grammar(text: str, thing: str) -> None:
    assert [one.value for one in find_items(text, text, ("service_order",))] == [thing]


def test_repairs_and_cleaning_are_composed() -> None:
    assert [one.value for one in find_items("修纱窗，再擦擦柜子，洗地毯", "", ("service_order",))] == [
        "维修",
        "保洁",
        "保洁",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("冬至饺子宴还缺人吗", "冬至饺子宴"),
        ("想去包汤圆", "包汤圆"),
        ("报名参加星空观测活动", "星空观测"),
        ("码头粉刷还差俩人？", "码头粉刷"),
        ("要人陪读空巢老人，我行", "陪读空巢老人"),
        ("想去小图书站帮忙", "小图书站"),
        ("墙面粉刷算我一个", "墙面粉刷"),
        ("要是组织掏水沟我也去", "掏水沟"),
    ],
)
def test_activities_are_composed_or_joined(text: str, said: str) -> None:
    assert [one.value for one in find_activities(text, text, ("volunteer_signup",))] == [said]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("老王家的狗", "老王"),
        ("免贵姓欧阳", "欧阳"),
        ("转张工", "张工"),
        ("李秀兰，午餐一份", "李秀兰"),
        ("谢谢老吴师傅", "老吴师傅"),
    ],
)
def test_names_of_neighbours_and_whole_names(text: str, name: str) -> None:
    assert [one.value for one in find_names(text)] == [name]


@pytest.mark.parametrize(
    "text", ["马路对面施工", "班主任说的", "钟点工", "小程序打不开", "小孙女上学", "高兴极了", "关总阀"]
)
def test_words_that_begin_like_a_name(text: str) -> None:
    assert list(find_names(text)) == []


@pytest.mark.parametrize(
    ("text", "number"), [("工单GD-20261101", "GD-20261101"), ("预约号D20261107几点来", "D20261107")]
)
def test_numbers_of_other_papers(text: str, number: str) -> None:
    assert values(text, "ticket") == [number]
