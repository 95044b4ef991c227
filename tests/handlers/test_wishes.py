"""What people call each dialogue by, and that ordinary sentences call none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import tables
from handlers.dialogues import DIALOGUES, router
from handlers.wishes import Wishes
from tests.handlers.messages import photo, said, turn

WISHES = Wishes(router().dialogues)


@pytest.mark.parametrize(
    ("text", "dialogue"),
    [
        ("我的报名", "my_signups"),
        ("取消报名", "my_signups"),
        ("我报了哪些活动", "my_signups"),
        ("志愿时长", "my_signups"),
        ("我去不了了", "my_signups"),
        ("有什么活动", "volunteer"),
        ("志愿活动", "volunteer"),
        ("我要报名", "volunteer"),
        ("签到", "check_in"),
        ("123456", "check_in"),
        ("签到 123456", "check_in"),
        ("签退", "check_out"),
        ("有什么服务", "order"),
        ("我的订单", "my_orders"),
        ("取消订单", "my_orders"),
        ("我的饭怎么还没到", "my_orders"),
        ("党员报到", "member"),
        ("双报到", "member"),
        ("报到进度", "member"),
        ("积分", "points"),
        ("查积分", "points"),
        ("我有多少积分", "points"),
        ("积分怎么来的", "points_how"),
        ("换东西", "redeem"),
        ("积分能换什么", "redeem"),
        ("我的领取码", "my_codes"),
        ("分啥时候到期", "points"),
        ("积分会过期吗", "points"),
        ("积分咋用", "points"),
        ("积分有啥用", "points"),
        ("我这积分是怎么来的", "points_how"),
        ("我的分咋没了", "points_how"),
        ("积分怎么少了", "points_how"),
        ("谁扣了我的分", "points_how"),
        ("核销码在哪", "my_codes"),
        ("码找不着了", "my_codes"),
        ("在哪领东西", "my_codes"),
        ("把分给我老伴用", "family"),
        ("积分能转给我儿子吗", "family"),
        ("我想把积分给我老伴", "family"),
        ("让我女儿去领", "proxy"),
        ("积分排行榜", "leaderboard"),
        ("志愿时长有多少", "my_signups"),
        ("我的资料", "me"),
        ("绑定", "show_code"),
        ("怎么绑定微信", "show_code"),
        ("我有绑定码", "bind"),
        ("12345678", "bind"),
        ("导出我的资料", "export"),
        ("删除我的资料", "erase"),
        ("注销账号", "erase"),
        ("我同意过什么", "consents"),
        ("撤回同意", "consents"),
        ("换个社区", "area"),
        ("我是哪个社区的", "area"),
        ("我的任务", "tasks"),
        ("员工绑定12345678", "worker_bind"),
        ("员工绑定", "worker_bind"),
        ("修好了", "fixed"),
        ("没修好", "not_fixed"),
        ("还是没修好", "not_fixed"),
        ("我要打分", "rate"),
        ("请问我的订单谢谢", "my_orders"),
        ("查一下进度", "my_reports"),
        ("到哪一步了", "my_reports"),
        ("我的分给我孙子花行不", "family"),
        ("女儿替我领行吗", "proxy"),
        ("二维码在哪", "my_codes"),
        ("码过期了怎么办", "my_codes"),
        ("我上次换的东西还没领", "my_codes"),
        ("忘了领了还能领吗", "my_codes"),
        ("刚才换错了", "cancel_code"),
        ("我换错了能退吗", "cancel_code"),
        ("凭啥扣我分", "points_how"),
        ("积分扣错了", "points_how"),
        ("我的积分不对", "points_how"),
        ("怎么能多得点分", "points_how"),
        ("我想把分捐给有困难的人", "donate"),
        ("捐给邻居", "donate"),
        ("我能上光荣榜吗", "leaderboard"),
        ("8H2K-7M4Q", "verify_code"),
        ("8H2K——7M4Q", "verify_code"),
        ("码是8H2K7M4Q", "verify_code"),
        ("领取码：8H2K-7M4Q", "verify_code"),
    ],
)
def test_names(text: str, dialogue: str) -> None:
    assert WISHES.called(said(text)) == dialogue


@pytest.mark.parametrize(
    "text",
    [
        "楼道灯坏了",
        "积分兑换的大米有虫",
        "我的订单送错楼了，都凉了",
        "活动室的灯坏了",
        "签到处没有人",
        "我去不了医院",
        "13800000000",
        "1234567",
        "社区",
        "绑定的轮椅坏了",
        "修好了又坏了的路灯",
        "服务态度太差了",
        "3号楼",
        "好的",
        "删除小广告",
        "分类垃圾桶怎么用",
        "电表换错了，多收钱",
        "捐给社区的书放哪了",
        "门牌号换错了",
        "码头的灯坏了",
        "换下来的旧灯管在哪领补贴",
        "我老伴的积分卡丢了",
        "让物业去领",
        "码是20262026",
    ],
)
def test_sentences_that_call_nothing(text: str) -> None:
    assert WISHES.called(said(text)) is None


@given(st.text(max_size=30))
def test_any_text_at_all(text: str) -> None:
    WISHES.called(said(text))
    WISHES.likeliest(said(text), turn(said(text)).understood)


def test_a_photo_calls_nothing() -> None:
    assert WISHES.called(photo()) is None


def test_every_name_is_of_a_dialogue_and_every_pattern_can_be_read() -> None:
    known = {dialogue.name for dialogue in DIALOGUES}
    for name, patterns in tables.read("calls").items():
        assert name in known
        for pattern in patterns:
            re.compile(pattern)


def test_no_two_dialogues_have_one_name() -> None:
    names = [dialogue.name for dialogue in DIALOGUES]
    intents = [intent for dialogue in DIALOGUES for intent in dialogue.intents]
    assert len(names) == len(set(names))
    assert len(intents) == len(set(intents))
