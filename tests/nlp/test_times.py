"""Times, read on Saturday 21 November 2026 at ten: the next one when the speaker looks forward."""

from __future__ import annotations

import pytest

from nlp.normalise import normalise
from nlp.times import find_times
from tests.nlp.reading import NOW, read

CASES = [
    ("明天下午三点", "2026-11-22T15:00", "2026-11-22T16:00"),
    ("周六上午9点到11点", "2026-11-21T09:00", "2026-11-21T11:00"),
    ("下周三", "2026-11-25T00:00", "2026-11-26T00:00"),
    ("下下周一", "2026-11-30T00:00", "2026-12-01T00:00"),
    ("礼拜五", "2026-11-27T00:00", "2026-11-28T00:00"),
    ("12月3号", "2026-12-03T00:00", "2026-12-04T00:00"),
    ("十二月三号", "2026-12-03T00:00", "2026-12-04T00:00"),
    ("11.30", "2026-11-30T00:00", "2026-12-01T00:00"),
    ("11/30下午", "2026-11-30T13:00", "2026-11-30T18:00"),
    ("今晚", "2026-11-21T18:00", "2026-11-21T23:00"),
    ("明儿", "2026-11-22T00:00", "2026-11-23T00:00"),
    ("明早", "2026-11-22T06:00", "2026-11-22T09:00"),
    ("凌晨", "2026-11-22T00:00", "2026-11-22T06:00"),
    ("大后天", "2026-11-24T00:00", "2026-11-25T00:00"),
    ("半小时后", "2026-11-21T10:30", "2026-11-21T10:31"),
    ("一个半小时后", "2026-11-21T11:30", "2026-11-21T11:31"),
    ("三天后", "2026-11-24T00:00", "2026-11-25T00:00"),
    ("过两天", "2026-11-23T00:00", "2026-11-24T00:00"),
    ("这周末", "2026-11-21T00:00", "2026-11-23T00:00"),
    ("周一至周五", "2026-11-23T00:00", "2026-11-28T00:00"),
    ("十点一刻", "2026-11-21T10:15", "2026-11-21T10:16"),
    ("十点三刻", "2026-11-21T10:45", "2026-11-21T10:46"),
    ("差五分八点", "2026-11-22T07:55", "2026-11-22T07:56"),
    ("元旦", "2027-01-01T00:00", "2027-01-02T00:00"),
    ("国庆节", "2027-10-01T00:00", "2027-10-02T00:00"),
    ("15号", "2026-12-15T00:00", "2026-12-16T00:00"),
    ("9:30-11:00", "2026-11-22T09:30", "2026-11-22T11:00"),
    ("11月30日-12月2日", "2026-11-30T00:00", "2026-12-03T00:00"),
    ("昨晚十二点", "2026-11-21T00:00", "2026-11-21T01:00"),
    ("半夜两点", "2026-11-22T02:00", "2026-11-22T03:00"),
    ("下个月5号", "2026-12-05T00:00", "2026-12-06T00:00"),
    ("2026-12-01", "2026-12-01T00:00", "2026-12-02T00:00"),
    ("早8点到晚6点", "2026-11-22T08:00", "2026-11-22T18:00"),
    ("下午两点到五点", "2026-11-21T14:00", "2026-11-21T17:00"),
    ("晚上8点半以后", "2026-11-21T20:30", "2026-11-22T00:00"),
    ("中午十二点", "2026-11-21T12:00", "2026-11-21T13:00"),
    ("今天晚上十二点", "2026-11-22T00:00", "2026-11-22T01:00"),
]


@pytest.mark.parametrize(("text", "start", "end"), CASES)
def test_an_expression_is_resolved_as_a_whole(text: str, start: str, end: str) -> None:
    source = normalise(text)
    (found,) = find_times(source.text, now=NOW, forward=True)
    assert source.span(found.start, found.end) == (0, len(text))
    assert (found.value["start"], found.value["end"]) == (f"{start}:00+08:00", f"{end}:00+08:00")


@pytest.mark.parametrize(
    ("text", "start"),
    [("周三", "2026-11-18"), ("15号", "2026-11-15"), ("元旦", "2027-01-01"), ("10月30号", "2026-10-30")],
)
def test_who_looks_back_means_the_past_day(text: str, start: str) -> None:
    (found,) = find_times(text, now=NOW, forward=False)
    assert found.value["start"].startswith(start)


@pytest.mark.parametrize(
    ("text", "recurs"), [("每天晚上六点到八点半", "day"), ("每周三下午", "week"), ("每晚10点", "day"), ("明天", None)]
)
def test_what_repeats_says_so(text: str, recurs: str | None) -> None:
    (found,) = find_times(text, now=NOW, forward=True)
    assert found.value.get("recurs") == recurs
    assert found.end == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "三点建议",
        "7-2-1103",
        "23号院2号楼",
        "人民路22号",
        "3.5公里",
        "2月30号",
        "五一路",
        "25:70",
        "一共三个人",
        "3栋2单元501",
    ],
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert list(find_times(text, now=NOW, forward=True)) == []


def test_the_particle_after_a_time_does_not_belong_to_it() -> None:
    (found,) = find_times("周日的植树", now=NOW, forward=True)
    assert found.end == 2


def test_one_wish_that_looks_forward_decides() -> None:
    assert read("报修的进度怎么样了，顺便帮我报名周日的植树").all("time")[0].value["start"].startswith("2026-11-22")
