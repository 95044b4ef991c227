"""The fund's report: each entry in one line, the lines leading from one balance to the other, as the ledger says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from core import clock
from core.db import new_id
from points import corrections, months, reports
from points.errors import StatementBroken
from points.models import Account, AccountKind, Entry, Transfer, Unit
from points.reports import Allocated, FundReport, Granted
from points.rule_models import Budget
from tests.points.damage import plant
from tests.points.town import AREA, WORKER, Town, code_of

NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC)
DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC)
DAY = timedelta(days=1)


async def report(town: Town, first: date = date(2026, 11, 1), last: date = date(2026, 11, 30)) -> FundReport:
    async with town.database.snapshot() as db:
        found = await reports.fund_reports(db, area_codes=[AREA[:9]], span=months.days(first, last))
    assert [one.area_code for one in found] == [AREA]
    return found[0]


async def allocate(town: Town, points: int, document: str | None = None) -> None:
    async with town.database.write() as db:
        await corrections.fund_community(
            db, area_code=AREA, amount_points=points, actor_id=WORKER, reason="test", key=new_id(), document_no=document
        )


async def budget(town: Town, amount: int, document: str) -> None:
    row = {
        "id": new_id(),
        "area_code": AREA,
        "unit": Unit.POINT.value,
        "period_from": NOVEMBER,
        "period_until": DECEMBER,
        "amount": amount,
        "document_no": document,
        "created_by": WORKER,
        "created_at": NOVEMBER,
    }
    async with town.database.write() as db:
        await db.execute(insert(Budget).values(row))


async def grant(town: Town, resident: str, source: str) -> str:
    """The transfer's id."""
    await town.ask(resident, source)
    await town.pay()
    return (await town.statement(resident)).items[0].transfer_id


async def test_a_month_by_document_and_by_rule(town: Town) -> None:
    resident = await town.resident()
    await budget(town, 500, "和街〔2026〕7号")
    with clock.at(NOVEMBER - DAY):
        await allocate(town, 100)
    with clock.at(NOVEMBER + DAY):
        await allocate(town, 300, "和街〔2026〕7号")
        await grant(town, resident, "20261102-1")
        false = await grant(town, resident, "20261102-2")
        await town.reverse(false)
    with clock.at(DECEMBER):
        await grant(town, resident, "20261201-1")
    found = await report(town)
    assert (found.opening, found.allocated, found.granted, found.returned, found.closing) == (100, 300, 20, 10, 390)
    assert (found.other, found.budgeted, found.left) == (0, 500, 490)
    assert found.by_document == (Allocated("和街〔2026〕7号", 300, 500),)
    assert found.by_rule == (Granted("report_verified", 1, 2, 20, 10),)


async def test_a_budget_of_which_nothing_came_is_seen(town: Town) -> None:
    await allocate(town, 10)
    await budget(town, 500, "和街〔2026〕8号")
    found = await report(town)
    assert Allocated("和街〔2026〕8号", 0, 500) in found.by_document


async def test_what_residents_spent_and_lost_is_told(town: Town) -> None:
    resident = await town.resident()
    with clock.at(NOVEMBER + DAY):
        await allocate(town, 50)
        await town.adjust(resident, 30)
        await town.adjust(resident, 8, expires_at=NOVEMBER + 2 * DAY)
        reward = await town.reward(price=12)
    with clock.at(NOVEMBER + 3 * DAY):
        await town.write_off()
        await town.verify(code_of(await town.redeem(resident, reward)))
    found = await report(town)
    assert (found.redeemed, found.expired, found.donated) == (12, 8, 0)
    assert (found.opening, found.closing) == (0, 50)
    assert (await report(town, date(2026, 12, 1), date(2026, 12, 31))).expired == 0


async def test_a_report_that_does_not_meet_the_ledger_is_not_made(town: Town) -> None:
    with clock.at(NOVEMBER):
        await allocate(town, 100)
        await allocate(town, 50)
    await plant(town.database, ["UPDATE ledger_entry SET balance_after = 151 WHERE balance_after = 150"])
    with pytest.raises(StatementBroken):
        await report(town)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 29)), max_size=8))
async def test_totals_are_those_of_the_ledger(town: Town, deeds: list[tuple[int, int]]) -> None:
    """Whatever was done on whichever days; all examples go on in the same books, which only grow."""
    resident = await town.resident()
    for kind, day in sorted(deeds, key=lambda deed: deed[1]):
        with clock.at(NOVEMBER + day * DAY):
            if kind == 0:
                await allocate(town, 40, f"第{day}号")
            else:
                await town.ask(resident, new_id())
                await town.pay()
            if kind == 2 and (items := (await town.statement(resident)).items):
                await town.reverse(items[0].transfer_id) if items[0].kind == "grant" else None
    await allocate(town, 1)
    everything = await report(town, date(2026, 1, 1), date(2099, 12, 31))
    async with town.database.snapshot() as db:
        mine = (
            select(func.sum(Entry.amount))
            .join(Account, Account.id == Entry.account_id)
            .join(Transfer, Transfer.id == Entry.transfer_id)
            .where(Account.area_code == AREA, Account.kind == AccountKind.FUND.value)
        )
        total = (await db.execute(mine)).scalar_one()
        posted = await town.fund_balance()
        granted = (await db.execute(mine.where(Transfer.kind == "grant"))).scalar_one() or 0
        allocated = (await db.execute(mine.where(Transfer.kind == "allocation"))).scalar_one() or 0
    assert everything.closing == total == posted
    assert (everything.opening, everything.granted, everything.allocated) == (0, -granted, allocated)
    assert everything.closing == everything.allocated - everything.granted + everything.returned + everything.other
