"""A mistyped area code is refused before points, budgets or rewards are lost under it."""

from __future__ import annotations

from typing import Any

import pytest

from core.values import Role
from tests.bot.api.town import COMMUNITY, STREET, Town

NOWHERE = f"{STREET}999"
GRID = f"{COMMUNITY}001"
RULE = {"rule_id": "award", "from": "2027-01-01", "body": {}}


async def map_of(town: Town) -> None:
    await town.add_areas(
        {"code": "110101", "name": "安和区", "level": "district", "parent": None},
        {"code": STREET, "name": "槐荫街道", "level": "street", "parent": "110101"},
        {"code": COMMUNITY, "name": "和平里社区", "level": "community", "parent": STREET},
    )


@pytest.mark.parametrize("area", [NOWHERE, STREET, GRID])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/points/{ref}/adjust", {"amount": 1, "reason": "x"}),
        ("/points/{ref}/award", {"rule": "award", "occasion": "扫雪"}),
        ("/points/{ref}/give", {"amount": 1, "reason": "x"}),
        ("/points/{ref}/freeze", {"reason": "x"}),
        ("/points/funds", {"amount": 1, "period": "2026", "document_no": "文1"}),
    ],
)
async def test_points_belong_to_a_community_that_is_known(
    town: Town, path: str, body: dict[str, Any], area: str
) -> None:
    await map_of(town)
    name = "area_code" if path == "/points/funds" else "area"
    role = Role.ADMIN
    status, answer = await town.post(path.format(ref=town.ref), body | {name: area}, role=role)
    assert (status, answer["error"]["code"]) == (404, "area_not_found")
    status, answer = await town.post(path.format(ref=town.ref), body | {name: COMMUNITY}, role=role)
    assert answer.get("error", {}).get("code") != "area_not_found"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/rewards", {"name": "抽纸", "price_points": 1, "stock": 1}),
        ("/sites", {"name": "积分超市"}),
        ("/points/rules", RULE),
    ],
)
async def test_an_offer_holds_in_an_area_of_any_size(town: Town, path: str, body: dict[str, Any]) -> None:
    await map_of(town)
    status, answer = await town.post(path, body | {"area_code": NOWHERE}, role=Role.ADMIN)
    assert (status, answer["error"]["code"]) == (404, "area_not_found")
    for area in (COMMUNITY, STREET):
        _, answer = await town.post(path, body | {"area_code": area}, role=Role.ADMIN)
        assert answer.get("error", {}).get("code") != "area_not_found", area


async def test_what_once_landed_elsewhere_can_be_put_right(town: Town) -> None:
    adjust = f"/points/{town.ref}/adjust"
    assert (await town.post(adjust, {"amount": 5, "reason": "x", "area": NOWHERE}))[0] == 200  # no areas imported yet
    await map_of(town)
    assert (await town.post(adjust, {"amount": -5, "reason": "x", "area": NOWHERE}))[0] == 200
    assert (await town.post(adjust, {"amount": 1, "reason": "x", "area": f"{STREET}998"}))[0] == 404
