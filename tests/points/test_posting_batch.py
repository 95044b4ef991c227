"""A batch of grants is as many transfers as requests: each with its lot, its entries and true balances."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.statements import Statement
from points import caps, grants
from points.grant_models import GrantRequest, GrantState
from points.lot_models import Lot
from points.models import Account, AccountKind, Entry
from points.reversal_plans import ClawBack
from points.rules import RuleBook
from tests.points.town import BookOf, Town

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
RULES = """
[[rule]]
id = "report_verified"
version = 1
title = "测试"
purpose = "report"
from = 2026-01-01
points = 3
caps = { day = 1000 }
[[rule]]
id = "party_service"
version = 1
title = "测试"
purpose = "service"
from = 2026-01-01
points = 5
caps = { day = 1000 }
expiry = { mode = "days", days = 10 }
"""


@pytest.fixture
def book(book_of: BookOf) -> RuleBook:
    return book_of(RULES)


async def test_each_grant_is_a_lot_of_its_own_with_the_expiry_of_its_rule(town: Town, book: RuleBook) -> None:
    await town.fund(100)
    resident = await town.resident()
    with clock.frozen(NOON):
        await town.ask(resident, "1", book=book)
        await town.ask(resident, "2", rule="party_service", book=book)
        await town.ask(resident, "3", book=book)
        assert await town.pay(book=book) == 3
    end = datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert await town.lots(resident) == [(5, 0, end), (3, 0, None), (3, 0, None)]


async def test_balances_run_in_the_order_of_arrival_on_the_wallet_and_on_the_fund(town: Town) -> None:
    await town.fund(100)
    one, other = await town.resident(), await town.resident()
    for number, (who, minutes) in enumerate([(one, 18), (other, 30), (one, 30), (one, 18)]):
        await town.ask(who, str(number), rule="volunteer_time", minutes=minutes)
    await town.pay()
    lines = select(Entry.account_seq, Entry.amount, Entry.balance_after).join(Account, Account.id == Entry.account_id)
    async with town.database.read() as db:
        wallet = await db.execute(lines.where(Account.owner_id == one).order_by(Entry.account_seq))
        assert [tuple(row) for row in wallet] == [(1, 3, 3), (2, 5, 8), (3, 3, 11)]
        fund = lines.where(Account.kind == AccountKind.FUND.value, Account.area_code == town.area)
        paid = [tuple(row) for row in await db.execute(fund.order_by(Entry.account_seq))]
    assert paid == [(1, 100, 100), (2, -3, 97), (3, -5, 92), (4, -5, 87), (5, -3, 84)]
    assert await town.findings() == []


async def test_a_batch_settles_what_its_recipients_owe(town: Town) -> None:
    await town.fund(1000)
    owing, other = await town.resident(points=20), await town.resident()
    given_before = await town.adjust(owing, 15)
    reward = await town.reward(price=30)
    await town.verify((await town.redeem(owing, reward)).code or "")
    await town.reverse(given_before.transfer_id, claw_back=ClawBack.DEBT)
    assert await town.owed(owing) == 10
    for number in range(2):
        await town.ask(owing, f"a{number}")
        await town.ask(other, f"b{number}")
    await town.pay()
    assert await town.owed(owing) == 0
    assert ((await town.balance(owing)).posted, (await town.balance(other)).posted) == (10, 20)
    assert await town.findings() == []


async def test_many_requests_need_no_more_statements_than_two(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.fund(100_000)
    seen: list[str] = []
    honest = Statement.rows

    async def counting(self: Statement, db: AsyncSession, **values: Any) -> Sequence[Any]:
        seen.append("driver")
        return await honest(self, db, **values)

    def executed(*_: object) -> None:
        seen.append("session")

    monkeypatch.setattr(Statement, "rows", counting)
    event.listen(town.database.engine.sync_engine, "before_cursor_execute", executed)
    counts = []
    for batch, number in enumerate((2, 2, 60)):
        for one in range(number):
            await town.ask(await town.resident(), f"{batch}-{one}")
        before = len(seen)
        assert await town.pay() == number
        counts.append(len(seen) - before)
    assert counts[1] == counts[2], "the first time accounts are opened"


@pytest.mark.parametrize("left", [0, 1, 29, 30, 31, 45, 60])
async def test_what_the_fund_has_goes_to_who_came_first(town: Town, left: int) -> None:
    """Whether the batch is paid together or one by one, so many are paid as if there were no batches."""
    if left:
        await town.fund(left)
    residents = [await town.resident() for _ in range(6)]
    for number, resident in enumerate(residents):
        await town.ask(resident, str(number), occurred_at=clock.now() - timedelta(hours=number))
    await town.pay()
    async with town.database.read() as db:
        found = (await db.execute(select(GrantRequest.state).order_by(GrantRequest.id))).scalars().all()
        lots = (await db.execute(select(Lot.id).join(Account, Account.id == Lot.account_id).where(
            Account.owner_id.in_(residents)))).scalars().all()  # fmt: skip
    paid = left // 10
    assert found == [GrantState.PAID] * paid + [GrantState.UNFUNDED] * (6 - paid)
    assert len(lots) == paid
    assert await town.findings() == []


TIGHTER = """
[[rule]]
id = "report_verified"
version = 1
title = "测试"
purpose = "report"
from = 2026-01-01
until = 2026-11-21
points = 10
caps = { month = 50 }
[[rule]]
id = "report_verified"
version = 2
title = "测试"
purpose = "report"
from = 2026-11-21
points = 10
caps = { month = 20 }
"""


async def test_each_deed_of_a_batch_keeps_the_limit_of_its_own_moment(town: Town, book_of: BookOf) -> None:
    book = book_of(TIGHTER)
    await town.fund(100)
    resident = await town.resident()
    for number, days in enumerate((3, 2, 0, 1)):
        await town.ask(resident, str(number), occurred_at=NOON - timedelta(days=days), book=book)
    await town.pay(book=book)
    async with town.database.read() as db:
        states = (await db.execute(select(GrantRequest.state).order_by(GrantRequest.id))).scalars().all()
    assert states == [GrantState.PAID, GrantState.PAID, GrantState.CAPPED, GrantState.PAID]


@pytest.mark.parametrize("place", [(caps, "take"), (grants, "draft")])
async def test_a_batch_that_fails_on_either_side_leaves_nothing_behind(
    town: Town, monkeypatch: pytest.MonkeyPatch, place: tuple[object, str]
) -> None:
    """Limits are counted while transfers are drafted: whichever fails, the other has ended and nothing is kept."""
    await town.fund(1000)
    for number in range(60):
        await town.ask(await town.resident(), str(number))

    def failing(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(grants, "DRAFTS_AT_A_TIME", 1)
    async with town.database.write() as db:
        with monkeypatch.context() as patched:
            patched.setattr(*place, failing)
            with pytest.raises(ArithmeticError):
                await grants.post_due(db)
        assert asyncio.all_tasks() == {asyncio.current_task()}
    assert await town.pay() == 60
    assert await town.findings() == []
