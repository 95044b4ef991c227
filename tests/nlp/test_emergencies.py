"""The safety net: real danger is never missed, look-alikes stay quiet, doubt is said."""

from __future__ import annotations

import pytest

from tests.nlp.reading import read
from tests.nlp.sentences import labelled, unlabelled

# Two kinds may be named in one sentence; any of these is right for the number that is shown.
ALSO_RIGHT = {("fire", "electric")}


@pytest.mark.parametrize(("kind", "text"), labelled("emergencies"))
def test_danger_is_recognised_with_its_kind(kind: str, text: str) -> None:
    seen = read(text)
    assert seen.emergency == kind or (kind, seen.emergency) in ALSO_RIGHT
    assert not seen.emergency_doubt
    assert seen.urgency == 3
    assert seen.intent == "issue_report"


@pytest.mark.parametrize("text", unlabelled("in_a_hurry"))
def test_danger_is_recognised_however_it_is_told(text: str) -> None:
    seen = read(text)
    assert seen.emergency is not None
    assert not seen.emergency_doubt


@pytest.mark.parametrize("text", unlabelled("hazards"))
def test_a_hazard_for_the_next_passer_by_is_urgent_without_being_an_emergency(text: str) -> None:
    seen = read(text)
    assert (seen.urgency, seen.emergency, seen.intent) == (3, None, "issue_report")


@pytest.mark.parametrize("text", unlabelled("lookalikes"))
def test_a_look_alike_is_no_emergency(text: str) -> None:
    seen = read(text)
    assert seen.emergency is None
    assert not seen.emergency_doubt


@pytest.mark.parametrize("text", unlabelled("doubtful"))
def test_negated_past_or_drilled_danger_is_doubtful(text: str) -> None:
    seen = read(text)
    assert seen.emergency_doubt
    assert seen.emergency is not None
    assert seen.to_json()["emergency"] is None


def test_danger_now_outweighs_a_past_one() -> None:
    seen = read("去年着过火，现在又着火了快来")
    assert (seen.emergency, seen.emergency_doubt) == ("fire", False)


def test_danger_leads_whatever_else_was_wished() -> None:
    seen = read("我想取消报名，楼下着火了")
    assert seen.intent == "issue_report"
    assert "cancel" in seen.intents


@pytest.mark.parametrize(
    ("text", "urgency"),
    [("电梯停运了", 2), ("停水两天了", 2), ("消防通道被占了", 2), ("楼道贴满小广告", 1), ("我要报名", 1)],
)
def test_urgency_of_ordinary_matters(text: str, urgency: int) -> None:
    assert read(text).urgency == urgency


def test_danger_is_seen_at_the_end_of_a_long_story() -> None:
    assert read("今天天气不错" * 700 + "，楼下着火了").emergency == "fire"


@pytest.mark.parametrize("text", ["有人吗", "还在吗", "在不在"])
def test_a_call_into_the_room_is_no_danger(text: str) -> None:
    assert read(text).urgency == 1


@pytest.mark.parametrize(
    "text",
    ["突然停电了，家里老人用着制氧机", "充电的电瓶鼓包了，外壳烫手", "大树倒了压在电话线上", "罐车漏了，冒白烟还呛人"],
)
def test_hazards_are_told_by_what_they_do(text: str) -> None:
    assert read(text).urgency == 3


def test_what_a_rule_doubts_stays_a_question() -> None:
    assert read("下周二消防演习会放烟雾弹，大家别慌，不是真的").alarm is None
