"""The sample community is whole: every reference resolves, every polygon stands, nobody in it is real."""

from __future__ import annotations

import itertools
import json
import re
import tomllib
from collections import Counter
from datetime import time
from typing import Any

import pytest
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from community import categories
from community.orders.catalogue import read_offer
from core.settings import ROOT, load
from core.values import IssueState, Platform, Role

SAMPLE = ROOT / "sample"


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((SAMPLE / f"{name}.toml").read_text(encoding="utf-8"))[name]
    return found


def features(level: str) -> dict[str, tuple[dict[str, Any], BaseGeometry]]:
    collection = json.loads((SAMPLE / "areas.geojson").read_text(encoding="utf-8"))["features"]
    return {
        one["properties"]["code"]: (one["properties"], shape(one["geometry"]))
        for one in collection
        if one["properties"]["level"] == level
    }


def test_the_settings_load_with_nothing_in_the_environment() -> None:
    accounts = load({}).config.accounts
    assert [(one.name, one.platform) for one in accounts] == [
        ("heping", Platform.WECHAT),
        ("heping-alipay", Platform.ALIPAY),
        ("heping-mini", Platform.WECHAT_MINI),
        ("heping-alipay-mini", Platform.ALIPAY_MINI),
        ("web", Platform.WEB),
    ]


def test_links_lead_to_the_port_that_is_listened_on() -> None:
    assert load({"PORT": "9000"}).config.service.public_url == "http://127.0.0.1:9000"


def test_nothing_outside_is_called() -> None:
    settings = load({"SIM_PORT": "9999"})
    addresses = [one.url for one in settings.config.duty] + [one.url for one in settings.config.notify]
    for account in settings.config.accounts:
        if account.platform in (Platform.WECHAT, Platform.WECHAT_MINI):
            addresses.append(account.api_base)
        if account.platform in (Platform.ALIPAY, Platform.ALIPAY_MINI):
            addresses.append(account.gateway)
    assert all(address.startswith("http://127.0.0.1:9999") for address in addresses)


@pytest.mark.parametrize(("level", "count"), [("district", 1), ("street", 2), ("community", 4), ("grid", 12)])
def test_the_areas_are_those_of_the_specification(level: str, count: int) -> None:
    found = features(level)
    assert len(found) == count
    assert all(polygon.is_valid and props["name"] for props, polygon in found.values())


def test_grids_do_not_overlap() -> None:
    polygons = [polygon for _, polygon in features("grid").values()]
    assert all(a.intersection(b).area < 1e-12 for a, b in itertools.combinations(polygons, 2))


@pytest.mark.parametrize(("level", "parts"), [("community", "grid"), ("street", "community"), ("district", "street")])
def test_an_area_is_the_sum_of_its_parts(level: str, parts: str) -> None:
    for code, (_, polygon) in features(level).items():
        inside = [part for props, part in features(parts).values() if props["parent"] == code]
        assert sum(part.area for part in inside) == pytest.approx(polygon.area, rel=1e-9)


def test_every_role_has_a_worker_with_a_token() -> None:
    workers = rows("workers")
    assert {one["token"] for one in workers if "token" in one} == {role.value for role in Role}
    assert all(Role(role) for one in workers for role in one["roles"])


def test_the_services_are_offers_that_can_be_created() -> None:
    assert len([read_offer(one) for one in rows("services")]) >= 8


def test_the_activities_are_always_in_the_coming_days() -> None:
    activities = rows("activities")
    assert len(activities) >= 6
    for one in activities:
        assert one.get("in_days", 1) >= 1
        assert ("weekday" in one) != ("in_days" in one)
        assert time.fromisoformat(one["starts"]) < time.fromisoformat(one["ends"])
        assert len(one["signed_up"]) <= one["capacity"]


def test_the_rewards_have_a_price_and_stock() -> None:
    rewards = rows("rewards")
    assert len(rewards) >= 6
    assert all(one["price_points"] > 0 and one["stock"] > 0 for one in rewards)


def test_fifty_issues_lie_in_their_grids() -> None:
    grids, issues = features("grid"), rows("issues")
    assert len(issues) == len({one["description"] for one in issues}) == 50
    assert all(grids[one["grid"]][1].contains(Point(one["lng"], one["lat"])) for one in issues)
    assert {one["grid"] for one in issues} == set(grids)


def test_the_issues_use_known_categories_and_spread_over_the_workflow() -> None:
    known = {one.name for one in categories.table().values()}
    issues = rows("issues")
    assert {one["category"] for one in issues} <= known
    assert {one["state"] for one in issues} == {state.value for state in IssueState}


def test_references_resolve() -> None:
    residents, issues = {one["key"] for one in rows("residents")}, rows("issues")
    assert {one["reporter"] for one in issues} <= residents
    assert {key for one in rows("activities") for key in one["signed_up"]} <= residents
    assert {one["duplicate_of"] for one in issues if one["state"] == "merged"} <= {one["key"] for one in issues}
    accounts = {one.name for one in load({}).config.accounts}
    assert {one["account"] for one in rows("residents")} <= accounts


def test_numbers_of_people_are_ones_that_nobody_has() -> None:
    for path in SAMPLE.glob("*.toml"):
        phones = re.findall(r"(?<!\d)1[3-9]\d{9}(?!\d)", path.read_text(encoding="utf-8"))
        assert all(phone.startswith("1380000") for phone in phones)
    assert max(Counter(one["phone"] for one in rows("residents")).values()) == 1
