"""Times, read on Saturday 21 November 2026 at ten: the next one when the speaker looks forward."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


LUNAR = [
    ("春节", "2027-02-06", "2027-02-07"),
    ("正月十五", "2027-02-20", "2027-02-21"),
    ("腊月二十三", "2027-01-30", "2027-01-31"),
    ("除夕", "2027-02-05", "2027-02-06"),
    ("大年初二", "2027-02-07", "2027-02-08"),
    ("去年腊八", "2026-01-26", "2026-01-27"),
    ("农历八月十五", "2027-09-15", "2027-09-16"),
    ("中秋节", "2027-09-15", "2027-09-16"),
    ("清明", "2027-04-05", "2027-04-06"),
    ("冬至", "2026-12-22", "2026-12-23"),
    ("初八", "2026-12-16", "2026-12-17"),
]
PERIODS = [
    ("去年冬天", "2025-12-01", "2026-03-01"),
    ("11月份", "2026-11-01", "2026-12-01"),
    ("七月底", "2027-07-25", "2027-08-01"),
    ("月底", "2026-11-25", "2026-12-01"),
    ("年底", "2026-12-01", "2027-01-01"),
    ("三季度", "2026-07-01", "2026-10-01"),
    ("上季度", "2026-07-01", "2026-10-01"),
    ("上个月", "2026-10-01", "2026-11-01"),
    ("上礼拜", "2026-11-09", "2026-11-16"),
    ("今年", "2026-01-01", "2027-01-01"),
    ("一九五三年", "1953-01-01", "1954-01-01"),
    ("八六年", "1986-01-01", "1987-01-01"),
    ("八十年代", "1980-01-01", "1990-01-01"),
    ("大前天", "2026-11-18", "2026-11-19"),
    ("昨个", "2026-11-20", "2026-11-21"),
]


@pytest.mark.parametrize(("text", "start", "end"), [*LUNAR, *PERIODS])
def test_feasts_and_periods_are_whole_days(text: str, start: str, end: str) -> None:
    (found,) = find_times(normalise(text).text, now=NOW, forward=True)
    assert (found.start, found.end) == (0, len(text))
    assert (found.value["start"], found.value["end"]) == (f"{start}T00:00:00+08:00", f"{end}T00:00:00+08:00")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("前天半夜", "2026-11-19T22:00", "2026-11-20T06:00"),
        ("昨晚", "2026-11-20T18:00", "2026-11-20T23:00"),
        ("除夕晚上", "2027-02-05T18:00", "2027-02-05T23:00"),
        ("明天早高峰", "2026-11-22T07:00", "2026-11-22T09:00"),
        ("刚才九点多", "2026-11-21T09:00", "2026-11-21T10:00"),
        ("三天前", "2026-11-18T00:00", "2026-11-19T00:00"),
        ("刚才", "2026-11-21T09:00", "2026-11-21T10:01"),
        ("晚上七八点", "2026-11-21T19:00", "2026-11-21T21:00"),
        ("周六晚", "2026-11-21T18:00", "2026-11-21T23:00"),
        ("今上午", "2026-11-21T08:00", "2026-11-21T12:00"),
        ("今明两天", "2026-11-21T00:00", "2026-11-23T00:00"),
        ("双休日", "2026-11-21T00:00", "2026-11-23T00:00"),
        ("三月到五月", "2027-03-01T00:00", "2027-06-01T00:00"),
        ("去年冬天到今年春天", "2025-12-01T00:00", "2026-06-01T00:00"),
        ("三日内", "2026-11-21T10:00", "2026-11-24T10:00"),
        ("这两天", "2026-11-21T10:00", "2026-11-23T10:00"),
    ],
)
def test_past_and_coming_parts_of_days(text: str, start: str, end: str) -> None:
    (found,) = find_times(text, now=NOW, forward=True)
    assert (found.start, found.end) == (0, len(text))
    assert (found.value["start"], found.value["end"]) == (f"{start}:00+08:00", f"{end}:00+08:00")


@pytest.mark.parametrize(
    ("text", "words", "start"),
    [
        ("坏了三天了", "三天", "2026-11-18T10:00"),
        ("拖了两个多月", "两个多月", "2026-09-22T10:00"),
        ("半个月没人管", "半个月", "2026-11-06T10:00"),
        ("停了一个半小时", "一个半小时", "2026-11-21T08:30"),
        ("等了3-5天", "3-5天", "2026-11-16T10:00"),
        ("一天一夜没电", "一天一夜", "2026-11-20T10:00"),
        ("好几天", "好几天", "2026-11-16T10:00"),
    ],
)
def test_a_length_without_a_beginning_lasts_until_now(text: str, words: str, start: str) -> None:
    (found,) = find_times(text, now=NOW, forward=False)
    assert text[found.start : found.end] == words
    assert found.value["kind"] == "duration"
    assert (found.value["start"], found.value["end"]) == (f"{start}:00+08:00", NOW.isoformat(timespec="seconds"))


@pytest.mark.parametrize(
    ("text", "start"), [("夏天", "2026-06-01"), ("冬天", "2025-12-01"), ("8月", "2026-08-01"), ("中秋", "2026-09-25")]
)
def test_who_looks_back_means_the_past_period(text: str, start: str) -> None:
    (found,) = find_times(text, now=NOW, forward=False)
    assert found.value["start"].startswith(start)


def test_in_the_middle_of_winter_this_winter_is_meant() -> None:
    january = NOW.replace(year=2027, month=1)
    for forward in (True, False):
        (found,) = find_times("冬天", now=january, forward=forward)
        assert found.value["start"].startswith("2026-12-01")


@given(st.dates(min_value=date(1902, 1, 1), max_value=date(2098, 12, 31)))
def test_a_feast_looked_forward_to_is_never_past_and_within_thirteen_months(today: date) -> None:
    now = NOW.replace(year=today.year, month=today.month, day=today.day)
    for feast in ("春节", "除夕", "小年", "冬至", "腊月二十三", "国庆节"):
        (found,) = find_times(feast, now=now, forward=True)
        day = datetime.fromisoformat(found.value["start"]).date()
        assert today <= day <= today + timedelta(days=390)


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
    ("text", "recurs"),
    [
        ("每天晚上六点到八点半", "day"),
        ("每周三下午", "week"),
        ("每晚10点", "day"),
        ("明天", None),
        ("每月15号", "month"),
        ("每两周", "week"),
        ("每年春天", "year"),
        ("成日", "day"),
        ("每天两小时", "day"),
    ],
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
        "一到下雨天",
        "早上好！",
        "二十五一碗",
        "三年二班",
        "胡同14号",
        "屋里十一度",
        "零点三克",
        "未成年",
        "有一天",
        "六年级",
    ],
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert list(find_times(text, now=NOW, forward=True)) == []


def _expressions() -> list[tuple[str, str, str, str, str]]:
    """Sentences with one time in brackets, which way the speaker looks, and what the time means."""
    with (Path(__file__).parent / "times.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [(row["sentence"], row["looks"], row["start"], row["end"], row["recurs"]) for row in rows]


@pytest.mark.parametrize(("sentence", "looks", "start", "end", "recurs"), _expressions())
def test_a_time_is_found_within_a_sentence(sentence: str, looks: str, start: str, end: str, recurs: str) -> None:
    before, words, after = re.split(r"[\[\]]", sentence)
    source = normalise(before + words + after)
    found = {
        source.span(one.start, one.end): one.value for one in find_times(source.text, now=NOW, forward=looks == "on")
    }
    value = found[len(before), len(before) + len(words)]
    assert (value["start"], value["end"]) == (f"{start}:00+08:00", f"{end}:00+08:00")
    assert value.get("recurs", "") == recurs


def test_the_particle_after_a_time_does_not_belong_to_it() -> None:
    (found,) = find_times("周日的植树", now=NOW, forward=True)
    assert found.end == 2


def test_one_wish_that_looks_forward_decides() -> None:
    assert read("报修的进度怎么样了，顺便帮我报名周日的植树").all("time")[0].value["start"].startswith("2026-11-22")
