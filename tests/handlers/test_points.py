"""Where and when things are handed out is said plainly, codes are found among words, dialogues by their names."""

from __future__ import annotations

import pytest

from community.consents import Purpose
from handlers import texts_me
from handlers.dialogues import router
from handlers.points import places
from handlers.verify_code import code_in
from handlers.wishes import Wishes
from tests.handlers.messages import said

WEEK = {str(day): ["09:00-12:00"] for day in range(1, 8)}


def test_every_purpose_can_be_named_and_withdrawn() -> None:
    assert {purpose.value for purpose in Purpose} == set(texts_me.PURPOSES) == set(texts_me.CONSENT_SURE)


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (WEEK, "每天09:00-12:00。"),
        ({"1": ["09:00-12:00"], "2": ["09:00-12:00"]}, "周一至周二09:00-12:00。"),
        ({"6": ["09:00-11:00", "14:00-16:00"]}, "周六09:00-11:00、14:00-16:00。"),
        ({"1": ["09:00-12:00"], "3": ["09:00-12:00"]}, "周一09:00-12:00，周三09:00-12:00。"),
        ({}, ""),
    ],
)
def test_hours_are_said_by_runs_of_days(hours: dict[str, list[str]], text: str) -> None:
    assert places.hours(hours) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("核销 8H2K-7M4Q", "8H2K-7M4Q"),
        ("核销：8h2k 7m4q", "8h2k 7m4q"),
        ("８Ｈ２Ｋ－７Ｍ４Ｑ", "8H2K-7M4Q"),
        ("领取码12345674", "12345674"),
        ("核销", ""),
        ("给我看看", ""),
    ],
)
def test_a_code_is_found_among_words(text: str, code: str) -> None:
    assert code_in(text) == code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("核销 8H2K-7M4Q", "verify_code"),
        ("8H2K-7M4Q", "verify_code"),
        ("8h2k7m4q", "verify_code"),
        ("核销", "verify_code"),
        ("12345678", "bind"),
        ("绑定码12345678", "bind"),
        ("查积分", "points"),
        ("取消兑换", "cancel_code"),
        ("家庭积分", "family"),
        ("请家人", "family_invite"),
        ("邀请我老伴", "family_invite"),
        ("放积分进去", "family_pool"),
        ("我的荣誉", "honours"),
        ("我是几星志愿者", "honours"),
        ("光荣榜", "leaderboard"),
        ("退出光荣榜", "leaderboard"),
        ("我想捐积分", "donate"),
        ("代领", "proxy"),
    ],
)
def test_each_is_called_by_its_name(text: str, name: str) -> None:
    assert Wishes(router().dialogues).called(said(text)) == name


@pytest.mark.parametrize("text", ["question", "HC202611", "3号楼2单元", "13800000000", "AAAA"])
def test_other_words_are_no_codes(text: str) -> None:
    assert Wishes(router().dialogues).called(said(text)) != "verify_code"
