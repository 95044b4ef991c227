"""A new report is numbered, sealed, written down and sent on its way."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from community import issues
from community.coordinates import PlaceOutsideChina
from community.issues import reporting
from community.issues.models import Issue, IssueDelivery, IssueEvent
from core import clock, outbox
from core.crypto import Vault
from core.db import Database
from core.outbox import OutboxRow
from core.settings import Config
from core.values import Crs, EmergencyKind, IssueState, Point
from tests.community.issues.conftest import GRID_AREA, a_lamp


async def _report(database: Database, vault: Vault, config: Config, resident_id: str | None, **draft: object) -> str:
    async with database.write() as db:
        filed = await issues.report(
            db,
            vault,
            config,
            resident_id=resident_id,
            draft=a_lamp(**draft),
            source="wechat",  # type: ignore[arg-type]
        )
    return filed.number


async def _kinds(database: Database) -> list[str]:
    async with database.read() as db:
        return list((await db.execute(select(OutboxRow.kind).order_by(OutboxRow.id))).scalars())


async def test_a_report_for_the_desk_waits_for_a_worker(
    database: Database, vault: Vault, config: Config, resident_id: str
) -> None:
    async with database.write() as db:
        filed = await issues.report(db, vault, config, resident_id=resident_id, draft=a_lamp(), source="wechat")
    assert (filed.state, filed.connector) == (IssueState.SUBMITTED, "desk")
    assert await _kinds(database) == ["staff.notice"]


async def test_a_report_for_a_grid_system_is_filed_and_pushed_at_once_with_a_row_for_every_state(
    database: Database, vault: Vault, config: Config, resident_id: str
) -> None:
    number = await _report(database, vault, config, resident_id, area_code=GRID_AREA)
    async with database.read() as db:
        lines = await db.execute(select(IssueEvent.from_state, IssueEvent.to_state).order_by(IssueEvent.seq))
        assert [tuple(line) for line in lines] == [
            (None, "submitted"),
            ("submitted", "verified"),
            ("verified", "filed"),
        ]
        delivery = (await db.execute(select(IssueDelivery))).scalar_one()
        assert (delivery.round, delivery.state, delivery.connector) == (1, "pending", "district")
        row = (await db.execute(select(OutboxRow).where(OutboxRow.kind == "grid.event"))).scalar_one()
        assert (row.key, row.order_key, row.owner_id) == (f"grid:{number}:1", f"grid:{number}", resident_id)
        body = await vault.open_for(db, resident_id, outbox.PURPOSE, row.payload)
        assert json.loads(body) == {"number": number, "round": 1}


async def test_an_emergency_is_filed_at_once_even_at_the_desk(
    database: Database, vault: Vault, config: Config, resident_id: str
) -> None:
    number = await _report(
        database, vault, config, resident_id, emergency=EmergencyKind.GAS.value, description="煤气味" * 1000
    )
    async with database.read() as db:
        issue = (await db.execute(select(Issue).where(Issue.number == number))).scalar_one()
        assert (issue.state, issue.urgency, issue.emergency) == ("filed", 3, "gas")


async def test_nothing_personal_stands_in_the_clear(
    database: Database, vault: Vault, config: Config, resident_id: str
) -> None:
    await _report(database, vault, config, resident_id)
    async with database.read() as db:
        row = (await db.execute(select(Issue.__table__))).mappings().one()
    clear = json.dumps([value for value in row.values() if isinstance(value, str)], ensure_ascii=False)
    assert "13800000000" not in clear
    assert "501" not in clear
    assert "楼道灯不亮" in row["summary"]


async def test_a_report_without_a_resident_has_a_key_of_its_own(
    database: Database, vault: Vault, config: Config
) -> None:
    number = await _report(database, vault, config, None)
    async with database.read() as db:
        issue = (await db.execute(select(Issue).where(Issue.number == number))).scalar_one()
        assert issue.resident_id is None
        opened = await vault.open_for(db, issue.owner_id, "issue.description", issue.description)
    assert opened.startswith("3号楼")


async def test_numbers_carry_the_day_in_shanghai_and_are_unique(
    database: Database, vault: Vault, config: Config, resident_id: str
) -> None:
    with clock.frozen(datetime(2026, 7, 1, 17, 0, tzinfo=UTC)):
        numbers = [await _report(database, vault, config, resident_id) for _ in range(25)]
    assert len(set(numbers)) == 25
    assert all(number.startswith("R260702") and len(number) >= 11 for number in numbers)


async def test_an_open_report_of_the_same_kind_close_by_is_named(
    database: Database, vault: Vault, config: Config, resident_id: str
) -> None:
    here = Point(116.40, 39.90, Crs.WGS84)
    first = await _report(database, vault, config, resident_id, point=here)
    await _report(database, vault, config, resident_id, point=Point(116.41, 39.90, Crs.WGS84))
    await _report(database, vault, config, resident_id, point=here, category_code="M08")
    async with database.write() as db:
        again = await issues.report(
            db,
            vault,
            config,
            resident_id=resident_id,
            draft=a_lamp(point=Point(116.4002, 39.9001, Crs.WGS84)),
            source="web",
        )
    assert again.nearby == (first,)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"description": " "}, reporting.ReportEmpty),
        ({"description": "坏" * 10_000}, reporting.ReportTooLong),
        ({"photos": tuple("abcdefghij")}, reporting.ReportTooLong),
        ({"point": Point(0.0, 0.0, Crs.GCJ02)}, PlaceOutsideChina),
        ({"point": Point(float("nan"), 39.9, Crs.GCJ02)}, PlaceOutsideChina),
        ({"category_code": "M99"}, reporting.categories.UnknownCategory),
        ({"urgency": 4}, reporting.Invalid),
        ({"emergency": "boredom"}, reporting.Invalid),
        ({"area_code": "../.."}, reporting.Invalid),
    ],
)
async def test_a_bad_report_is_refused_and_changes_nothing(
    database: Database,
    vault: Vault,
    config: Config,
    resident_id: str,
    changed: dict[str, object],
    error: type[Exception],
) -> None:
    with pytest.raises(error):
        await _report(database, vault, config, resident_id, **changed)
    async with database.read() as db:
        assert (await db.execute(select(Issue.id))).all() == []
