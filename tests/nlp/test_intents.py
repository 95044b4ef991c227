"""What a resident wants: one wish, several, a negated one, none."""

from __future__ import annotations

import pytest

from tests.nlp.reading import read
from tests.nlp.sentences import labelled


def test_everyday_wishes_are_understood() -> None:
    """Sentences that the models were trained on: what is taken for something else here is a mistake of the models."""
    wrong = [text for intent, text in labelled("intents") if read(text).intent not in (intent, None)]
    silent = [text for _, text in labelled("intents") if read(text).intent is None]
    assert len(wrong) <= len(labelled("intents")) * 0.02, wrong
    assert len(silent) <= len(labelled("intents")) * 0.06, silent


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("路灯坏了，另外帮我报名周六的植树", ("issue_report", "volunteer_signup")),
        ("你好，我想订份午饭", ("greeting", "service_order")),
        ("取消明天的保洁，顺便看看我有多少积分", ("cancel", "points_query")),
        ("我党员要报到，还有积分能换什么", ("party_register", "redeem")),
        ("那场不去了，换报周日的", ("cancel", "volunteer_signup")),
        ("取消明天的送餐，改成后天中午", ("cancel", "service_order")),
        ("周六那个我不去了，帮我报周日的志愿者活动", ("cancel", "volunteer_signup")),
        ("查一下进度；还有，垃圾三天没人收了", ("progress_query", "issue_report")),
    ],
)
def test_several_wishes_stand_in_order_of_mention(text: str, intents: tuple[str, ...]) -> None:
    assert read(text).intents == intents


def test_the_first_actionable_wish_leads() -> None:
    assert read("您好，在吗，我要投诉噪音").intent == "issue_report"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("不是报修，我是想报志愿者", "volunteer_signup"),
        ("别给我取消", "other"),
        ("我不要人工，我要报修", "issue_report"),
        ("不是要取消，是想问问进度", "progress_query"),
        ("不想报名了", "cancel"),
        ("别取消我的报名", "other"),
        ("不要转人工", "other"),
        ("我不去敬老院，想去植树", "volunteer_signup"),
    ],
)
def test_a_negated_wish_is_none(text: str, intent: str) -> None:
    assert read(text).intent == intent


def test_what_is_put_off_is_not_begun() -> None:
    assert read("积分先不换，留着").intent in {"other", None}


@pytest.mark.parametrize("text", ["活动", "保洁还是报修"])
def test_thin_or_divided_evidence_is_asked_back_or_held_unsure(text: str) -> None:
    seen = read(text)
    assert seen.intent is None or seen.confidence < 0.8
    assert 1 <= len(seen.candidates) <= 3


def test_what_is_asked_back_offers_the_likeliest_first() -> None:
    seen = read("我要")
    assert seen.intent is None
    scores = [one.confidence for one in seen.candidates]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert seen.intents == ()


def test_thanks_after_a_wish_are_no_wish() -> None:
    assert read("我要报名植树，谢谢").intents == ("volunteer_signup",)


def test_where_to_and_whom_to_call_is_no_wish_of_its_own() -> None:
    seen = read("给我自己订后天的午饭，一份，送到和平里北院3号楼2单元501，电话13800000000")
    assert seen.intents == ("service_order",)


@pytest.mark.parametrize("text", ["我不是要换东西，就看看余额", "不是报志愿活动，我是党员双报到要登个记"])
def test_what_is_denied_is_no_wish(text: str) -> None:
    assert not {"redeem", "volunteer_signup"} & set(read(text).intents)


def test_a_story_before_the_wish_does_not_lead() -> None:
    assert read("马桶堵了，有没有通马桶的师傅，今晚能来最好").intent == "service_order"
