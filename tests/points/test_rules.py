from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import ConfigError
from points import rules
from points.errors import RuleUnknown
from points.rules.body import Facts

RULE = """
[[rule]]
id = "r"
version = {version}
title = "测试"
purpose = "report"
from = {start}
{until}
points = 10
caps = {{ day = 50 }}
"""


def write(tmp_path: Path, *parts: str) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text("\n".join(parts), encoding="utf-8")
    return path


def version(number: int, start: str, until: str = "") -> str:
    return RULE.format(version=number, start=start, until=f"until = {until}" if until else "")


def test_the_rules_that_ship_are_valid_and_pay_as_documented() -> None:
    book = rules.default()
    moment = datetime(2026, 11, 21, 4, tzinfo=UTC)
    report, time = book.at("report_verified", moment), book.at("volunteer_time", moment)
    assert report is not None
    assert time is not None
    assert [report.body.amount(Facts(stars=stars)) for stars in (None, 1, 3, 5)] == [10, 5, 10, 15]
    paid = [time.body.amount(Facts(minutes=minutes)) for minutes in (None, 5, 30, 60, 90, 600)]
    assert paid == [0, 0, 5, 10, 15, 80]


def test_a_version_holds_from_its_first_day_in_shanghai(tmp_path: Path) -> None:
    book = rules.load(write(tmp_path, version(1, "2026-01-01", "2026-07-01"), version(2, "2026-07-01", "2026-08-01")))
    at = {
        datetime(2026, 6, 30, 15, 59, 59, 999999, tzinfo=UTC): 1,
        datetime(2026, 6, 30, 16, tzinfo=UTC): 2,
        datetime(2025, 12, 31, 15, 59, tzinfo=UTC): None,
        datetime(2026, 7, 31, 16, tzinfo=UTC): None,
    }
    for moment, expected in at.items():
        found = book.at("r", moment)
        assert (found.version if found else None) == expected


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([version(1, "2026-01-01"), version(2, "2026-07-01")], "overlap"),
        ([version(1, "2026-01-01", "2026-02-01"), version(1, "2026-07-01")], "stands twice"),
        ([version(1, "2026-01-01", "2026-01-01")], "until must be after from"),
        ([version(1, "2026-01-01").replace("points = 10", "points = -1")], "greater than 0"),
        ([version(1, "2026-01-01").replace("points = 10", "points = 1.5")], "integer"),
        ([version(1, "2026-01-01").replace("{ day = 50 }", "{ }")], "without limit"),
        ([version(1, "2026-01-01").replace("caps = { day = 50 }", "")], "without limit"),
        ([version(1, "2026-01-01").replace("day", "fortnight")], "caps"),
        ([version(1, "2026-01-01").replace('"report"', '"sharing"')], "purpose"),
        ([version(1, "2026-01-01") + "most_minutes = 60"], "most_minutes needs per_minutes"),
        ([version(1, "2026-01-01") + "shared = 5"], "Extra inputs"),
        (['[[rule]]\nid = "r"'], "version"),
        (["[[rule]"], "rules.toml"),
    ],
)
def test_a_wrong_rule_is_named(tmp_path: Path, parts: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        rules.load(write(tmp_path, *parts))


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(RuleUnknown):
        rules.default().purpose_of("sharing")


def test_every_rule_has_a_title_for_residents() -> None:
    book = rules.default()
    assert book.title_of("volunteer_time", 1) == "志愿服务"
    assert book.title_of("volunteer_time", 99) is None
