"""A new report is numbered, sealed, written down and sent on its way."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from community import categories, issues
from community.coordinates import PlaceOutsideChina
from community.issues import reporting
from community.issues.models import PURPOSE_DESCRIPTION, Issue, IssueDelivery
from core import clock
from core.errors import Invalid
from core.outbox import OutboxRow
from core.values import Crs, EmergencyKind, IssueState, Point
from tests.community.issues.conftest import GRID_AREA, World, a_lamp


async def test_a_report_for_the_desk_waits_for_a_worker_and_the_staff_hear_of_it(world: World) -> None:
    filed = await world.filed()
    assert (filed.state, filed.connector, filed.pushed) == (IssueState.SUBMITTED, "desk", False)
    assert [told["event"] for told in await world.queued("staff.notice")] == ["issue.submitted"]
    assert await world.queued("grid.event") == []


async def test_a_report_for_a_grid_system_is_filed_and_pushed_at_once_with_a_row_for_every_state(world: World) -> None:
    filed = await world.filed(GRID_AREA)
    assert filed.is_filed
    assert filed.pushed
    assert await world.states(filed.number) == ["submitted", "verified", "filed"]
    assert await world.queued("grid.event") == [{"number": filed.number, "round": 1}]
    async with world.database.read() as db:
        delivery = (await db.execute(select(IssueDelivery))).scalar_one()
        row = (await db.execute(select(OutboxRow).where(OutboxRow.kind == "grid.event"))).scalar_one()
    assert (delivery.round, delivery.state, delivery.connector) == (1, "pending", "district")
    assert (row.key, row.order_key) == (f"grid:{filed.number}:1", f"grid:{filed.number}")
    assert row.owner_id == world.resident_id


async def test_an_emergency_is_filed_at_once_at_the_desk_and_however_long_it_is(world: World) -> None:
    issue = await world.issue(await world.report(emergency=EmergencyKind.GAS.value, description="煤气味" * 1000))
    assert (issue.state, issue.urgency, issue.emergency) == ("filed", 3, "gas")


async def test_nothing_personal_stands_in_the_clear(world: World) -> None:
    await world.report()
    async with world.database.read() as db:
        row = (await db.execute(select(Issue.__table__))).mappings().one()
    clear = json.dumps([value for value in row.values() if isinstance(value, str)], ensure_ascii=False)
    assert "13800000000" not in clear
    assert "501" not in clear
    assert "楼道灯不亮" in row["summary"]


async def test_a_report_without_a_resident_has_a_key_of_its_own(world: World) -> None:
    async with world.database.write() as db:
        filed = await issues.report(db, world.vault, world.config, resident_id=None, draft=a_lamp(), source="sample")
    issue = await world.issue(filed.number)
    assert issue.resident_id is None
    async with world.database.read() as db:
        opened = await world.vault.open_for(db, issue.owner_id, PURPOSE_DESCRIPTION, issue.description)
    assert opened.startswith("3号楼")


async def test_numbers_carry_the_day_in_shanghai_and_are_unique(world: World) -> None:
    with clock.frozen(datetime(2026, 7, 1, 17, 0, tzinfo=UTC)):
        numbers = [await world.report() for _ in range(25)]
    assert len(set(numbers)) == 25
    assert all(number.startswith("R260702") and len(number) >= 11 for number in numbers)


async def test_reports_made_at_once_have_numbers_of_their_own(world: World) -> None:
    numbers = await asyncio.gather(*(world.report() for _ in range(12)))
    assert len(set(numbers)) == 12


async def test_an_open_report_of_the_same_kind_close_by_is_named(world: World) -> None:
    here = Point(116.40, 39.90, Crs.WGS84)
    first = await world.report(point=here)
    await world.report(point=Point(116.41, 39.90, Crs.WGS84))
    await world.report(point=here, category_code="M08")
    again = await world.filed(point=Point(116.4002, 39.9001, Crs.WGS84))
    assert again.nearby == (first,)


async def test_text_that_no_database_takes_is_left_out(world: World) -> None:
    issue = await world.issue(await world.report(description="灯\x00坏\ud800了", address="\ud83d门口"))
    async with world.database.read() as db:
        opened = await world.vault.open_for(db, issue.owner_id, PURPOSE_DESCRIPTION, issue.description)
    assert opened == issue.summary == "灯坏了"


async def test_places_are_kept_as_given_and_as_used(world: World) -> None:
    issue = await world.issue(await world.report(point=Point(116.40, 39.90, Crs.GCJ02)))
    assert (issue.lng, issue.lat, issue.crs) == (116.40, 39.90, "gcj02")
    assert issue.wgs_lng is not None
    assert 0.004 < 116.40 - issue.wgs_lng < 0.008


async def test_the_deadline_follows_the_category_and_an_emergency_has_two_hours(world: World) -> None:
    with clock.frozen(clock.parse("2026-07-02T10:00")):
        usual = await world.filed(category_code="M09")
        urgent = await world.filed(category_code="M09", urgency=3)
        emergency = await world.filed(emergency="fire")
    assert usual.deadline_at == clock.parse("2026-07-07T17:00")
    assert urgent.deadline_at == clock.parse("2026-07-03T10:00")
    assert emergency.deadline_at == clock.parse("2026-07-02T12:00")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"description": " "}, reporting.ReportEmpty),
        ({"description": "坏" * 10_000}, reporting.ReportTooLong),
        ({"photos": tuple("abcdefghij")}, reporting.ReportTooLong),
        ({"point": Point(0.0, 0.0, Crs.GCJ02)}, PlaceOutsideChina),
        ({"point": Point(float("nan"), 39.9, Crs.GCJ02)}, PlaceOutsideChina),
        ({"category_code": "M99"}, categories.UnknownCategory),
        ({"urgency": 4}, Invalid),
        ({"emergency": "boredom"}, Invalid),
        ({"area_code": "../.."}, Invalid),
    ],
)
async def test_a_bad_report_is_refused_and_changes_nothing(
    world: World, changed: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await world.report(**changed)
    async with world.database.read() as db:
        assert (await db.execute(select(Issue.id))).all() == []


def test_every_matter_stands_in_the_table_and_emergencies_have_one() -> None:
    assert len(categories.matters()) == 30
    assert categories.for_emergency("gas").name == "供气"
    assert all(categories.for_emergency(kind.value) for kind in EmergencyKind)
    lamp = categories.national(categories.get("M09"))
    assert lamp is not None
    assert (lamp.standard, lamp.code) == ("GB/T 47678.5-2026", "01037")
    assert all(categories.national(matter) for matter in categories.matters() if matter.counterpart)
