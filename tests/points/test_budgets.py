from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from core import clock
from core.errors import Invalid
from points import budgets
from points.budgets import Allocated, DocumentUsed
from points.errors import AmountInvalid
from points.models import Transfer
from points.rule_models import Budget
from tests.points.town import WORKER, Town

DOCUMENT = "社区〔2026〕12号"


async def allocate(town: Town, amount: int = 1000, *, period: str = "2026-Q4", document: str = DOCUMENT) -> Allocated:
    async with town.database.write() as db:
        return await budgets.allocate(
            db,
            area_code=town.area,
            amount_points=amount,
            period=budgets.period(period),
            document_no=document,
            actor_id=WORKER,
        )


async def test_a_budget_moves_points_to_the_fund_once_per_document(town: Town) -> None:
    first = await allocate(town)
    again = await allocate(town)
    assert (first.created, again.created) == (True, False)
    assert again.transfer_id == first.transfer_id
    assert await town.fund_balance() == 1000
    async with town.database.read() as db:
        transfer = (await db.execute(select(Transfer).where(Transfer.id == first.transfer_id))).scalar_one()
        budget = (await db.execute(select(Budget))).scalar_one()
    assert (transfer.kind, transfer.document_no, transfer.actor_id) == ("allocation", DOCUMENT, WORKER)
    assert (clock.iso(budget.period_from), clock.iso(budget.period_until)) == (
        "2026-10-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00",
    )  # fmt: skip
    assert await town.findings() == []


@pytest.mark.parametrize(("amount", "period"), [(1001, "2026-Q4"), (1000, "2026-11")])
async def test_a_document_stands_for_one_budget(town: Town, amount: int, period: str) -> None:
    await allocate(town)
    with pytest.raises(DocumentUsed):
        await allocate(town, amount, period=period)
    assert await town.fund_balance() == 1000


async def test_two_at_once_allocate_one_document_once(town: Town) -> None:
    done = await asyncio.gather(*(allocate(town) for _ in range(5)))
    assert sorted(one.created for one in done) == [False] * 4 + [True]
    assert await town.fund_balance() == 1000


@pytest.mark.parametrize("amount", [0, -5, 10**12])
async def test_an_amount_that_is_none_is_refused(town: Town, amount: int) -> None:
    with pytest.raises(AmountInvalid):
        await allocate(town, amount)


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [("2026", "2026-01-01", "2027-01-01"), ("2026-Q1", "2026-01-01", "2026-04-01"),
     ("2026-12", "2026-12-01", "2027-01-01")],
)  # fmt: skip
def test_a_period_is_a_year_a_quarter_or_a_month(name: str, since: str, until: str) -> None:
    found = budgets.period(name)
    assert (found.since, found.until) == (clock.parse(since), clock.parse(until))


@pytest.mark.parametrize("name", ["2026-Q5", "2026-13", "26", "", "2026-1", "２０２６"])
def test_another_period_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        budgets.period(name)


async def test_waiting_awards_are_paid_when_a_budget_comes(town: Town) -> None:
    resident = await town.resident()
    await town.ask(resident, "1")
    await town.pay()
    await allocate(town)
    await town.pay()
    assert (await town.balance(resident)).posted == 10


async def test_funds_show_what_they_hold_and_their_budgets(town: Town) -> None:
    await allocate(town)
    await allocate(town, 200, period="2027-01", document="2")
    async with town.database.read() as db:
        (fund,) = await budgets.funds(db, areas=[town.area])
        everywhere = await budgets.funds(db, areas=[""])
    assert (fund.balance, [one.document_no for one in fund.budgets]) == (1200, ["2", DOCUMENT])
    assert len(everywhere) == 2
