from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import caps, grants
from points.caps import CapKey, CapScope, Use
from points.errors import RuleUnknown
from points.grant_models import GrantRequest
from points.models import Account, AccountStatus, Transfer, TransferKind
from points.rules import RuleBook
from tests.points.town import BookOf, Town

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)

BOOK = """
[scheme]
caps = { day = 100 }
[[rule]]
id = "ten"
version = 1
title = "测试"
purpose = "report"
from = 2026-01-01
until = 2027-01-01
points = 10
caps = { day = 50 }
[[rule]]
id = "big"
version = 3
title = "测试"
purpose = "report"
from = 2026-01-01
points = 70
caps = { day = 70 }
[[rule]]
id = "one"
version = 1
title = "测试"
purpose = "report"
from = 2026-01-01
points = 1
caps = { day = 1000 }
"""


@pytest.fixture
def book(book_of: BookOf) -> RuleBook:
    return book_of(BOOK)


async def states(town: Town, *columns: str) -> list[tuple[object, ...]]:
    wanted = [getattr(GrantRequest, name) for name in columns or ("source_id", "state", "reason")]
    async with town.database.read() as db:
        return [tuple(row) for row in await db.execute(select(*wanted).order_by(GrantRequest.id))]


async def test_a_deed_is_paid_once_however_often_it_is_asked_for(town: Town) -> None:
    await town.fund(100)
    resident = await town.resident()
    assert [await town.ask(resident, "1"), await town.ask(resident, "1")] == [True, False]
    assert await town.pay() == 1
    assert not await town.ask(resident, "1")
    assert await town.pay() == 0
    assert (await town.balance(resident)).posted == 10
    assert await town.findings() == []


async def test_a_request_is_undone_with_the_deed_that_wrote_it(town: Town) -> None:
    resident = await town.resident()

    async def deed_that_fails() -> None:
        async with town.database.write() as db:
            await grants.request_grant(
                db,
                rule="report_verified",
                area_code=town.area,
                recipient_id=resident,
                source_kind="issue",
                source_id="1",
                occurred_at=clock.now(),
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await deed_that_fails()
    assert await states(town) == []


async def test_a_transfer_keeps_rule_version_and_source(town: Town, book: RuleBook) -> None:
    await town.fund(100)
    await town.ask(await town.resident(), "7", rule="big", book=book)
    await town.pay(book=book)
    async with town.database.read() as db:
        paid = (await db.execute(select(Transfer).where(Transfer.kind == TransferKind.GRANT.value))).scalar_one()
    assert (paid.rule_id, paid.rule_version, paid.source_kind, paid.source_id) == ("big", 3, "issue", "7")
    assert await states(town, "amount_points", "rule_version", "transfer_id") == [(70, 3, paid.id)]


async def test_the_fund_pays_in_order_of_arrival_until_it_is_empty(town: Town, book: RuleBook) -> None:
    await town.fund(25)
    residents = [await town.resident() for _ in range(5)]
    for number, resident in enumerate(residents):
        await town.ask(resident, str(number), rule="ten", book=book)
    assert await town.pay(book=book) == 5
    assert [(await town.balance(r)).posted for r in residents] == [10, 10, 0, 0, 0]
    assert [state for _, state, _ in await states(town)] == ["paid", "paid", *["unfunded"] * 3]
    assert await town.findings(book) == []


async def test_a_smaller_request_does_not_overtake_one_that_waits_for_money(town: Town, book: RuleBook) -> None:
    await town.fund(5)
    first, second = await town.resident(), await town.resident()
    await town.ask(first, "1", rule="ten", book=book)
    await town.pay(book=book)
    await town.ask(second, "2", rule="one", book=book)
    assert await town.pay(book=book) == 0
    await town.fund(5)
    assert await town.pay(book=book) == 2
    assert ((await town.balance(first)).posted, (await town.balance(second)).posted) == (10, 0)
    assert await town.findings(book) == []


async def test_nor_does_it_within_one_batch(town: Town, book: RuleBook) -> None:
    await town.fund(5)
    resident = await town.resident()
    for number, rule in enumerate(("one", "ten", "one")):
        await town.ask(resident, str(number), rule=rule, book=book)
    await town.pay(book=book)
    assert [state for _, state, _ in await states(town)] == ["paid", "unfunded", "unfunded"]


async def test_an_empty_fund_does_not_stop_another_community(town: Town, book: RuleBook) -> None:
    other = Town(town.database, town.vault, area="110101001002")
    await other.fund(10)
    here, there = await town.resident(), await other.resident()
    await town.ask(here, "1", rule="ten", book=book)
    await other.ask(there, "2", rule="ten", book=book)
    await town.pay(book=book)
    assert (await other.balance(there)).posted == 10


async def test_waiting_requests_are_looked_at_again_after_a_while(town: Town, book: RuleBook) -> None:
    with clock.frozen(NOON):
        await town.ask(await town.resident(), "1", rule="ten", book=book)
        assert [await town.pay(book=book), await town.pay(book=book)] == [1, 0]
    with clock.frozen(NOON + grants.RETRY_AFTER):
        assert await town.pay(book=book) == 1


async def test_the_daily_cap_of_a_rule_holds_within_one_batch_and_over_several(town: Town, book: RuleBook) -> None:
    await town.fund(1000)
    resident, other = await town.resident(), await town.resident()
    with clock.frozen(NOON):
        for number in range(4):
            await town.ask(resident, str(number), rule="ten", book=book)
        await town.pay(book=book)
        for number in range(4, 8):
            await town.ask(resident, str(number), rule="ten", book=book)
        await town.ask(other, "8", rule="ten", book=book)
        await town.pay(book=book)
        await town.ask(resident, "9", rule="ten", occurred_at=NOON + timedelta(days=1), book=book)
        await town.pay(book=book)
    assert (await town.balance(resident)).posted == 60
    assert (await town.balance(other)).posted == 10
    capped = ("capped", "cap:rule:2026-11-21")
    assert [(state, reason) for _, state, reason in await states(town)] == [
        *[("paid", None)] * 5, *[capped] * 3, ("paid", None), ("paid", None),
    ]  # fmt: skip


async def test_the_cap_over_all_rules_counts_them_together(town: Town, book: RuleBook) -> None:
    await town.fund(1000)
    resident = await town.resident()
    await town.ask(resident, "1", rule="big", book=book)
    for number in range(2, 6):
        await town.ask(resident, str(number), rule="ten", book=book)
    await town.pay(book=book)
    assert (await town.balance(resident)).posted == 100
    assert [state for _, state, _ in await states(town)] == ["paid"] * 4 + ["capped"]


async def test_what_the_fund_could_not_pay_uses_no_cap(town: Town, book: RuleBook) -> None:
    resident = await town.resident()
    for number in range(5):
        await town.ask(resident, str(number), rule="ten", book=book)
    await town.pay(book=book)
    await town.fund(100)
    await town.pay(book=book)
    assert (await town.balance(resident)).posted == 50


async def test_time_is_paid_in_proportion(town: Town) -> None:
    await town.fund(1000)
    resident = await town.resident()
    await town.ask(resident, "1", rule="volunteer_time", minutes=90)
    await town.ask(resident, "2", rule="volunteer_time", minutes=3)
    await town.pay()
    assert (await town.balance(resident)).posted == 15
    assert [row[1:] for row in await states(town)] == [("paid", None), ("refused", "nothing_due")]


async def test_a_deed_outside_every_version_is_refused(town: Town, book: RuleBook) -> None:
    await town.fund(100)
    resident = await town.resident()
    late = datetime(2027, 1, 1, tzinfo=UTC)
    await town.ask(resident, "1", rule="ten", occurred_at=late, book=book)
    await town.pay(book=book)
    assert [row[1:] for row in await states(town)] == [("refused", "no_rule_in_effect")]


async def test_an_unknown_rule_is_refused_with_the_deed(town: Town) -> None:
    with pytest.raises(RuleUnknown):
        await town.ask(await town.resident(), "1", rule="sharing")


async def test_a_closed_wallet_does_not_hold_up_the_others(town: Town, book: RuleBook) -> None:
    await town.fund(100)
    closed, other = await town.resident(points=1), await town.resident()
    async with town.database.write() as db:
        await db.execute(update(Account).where(Account.owner_id == closed).values(status=AccountStatus.CLOSED.value))
    await town.ask(closed, "1", rule="ten", book=book)
    await town.ask(other, "2", rule="ten", book=book)
    await town.pay(book=book)
    assert (await town.balance(other)).posted == 10
    assert [row[1:] for row in await states(town)] == [("refused", "account_closed"), ("paid", None)]


async def test_a_deed_that_was_paid_under_another_request_is_not_paid_again(town: Town, book: RuleBook) -> None:
    await town.fund(100)
    resident = await town.resident()
    await town.ask(resident, "1", rule="ten", book=book)
    await town.pay(book=book)
    async with town.database.write() as db:
        await db.execute(update(GrantRequest).values(source_id="elsewhere"))
    await town.ask(resident, "1", rule="ten", book=book)
    await town.ask(resident, "2", rule="ten", book=book)
    await town.pay(book=book)
    assert [state for _, state, _ in await states(town)] == ["paid", "refused", "paid"]
    assert (await town.balance(resident)).posted == 20


async def test_a_cap_that_another_writer_used_is_read_again(
    town: Town, book: RuleBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading a counter and using it, another poster may come: the batch is then decided anew."""
    await town.fund(100)
    resident = await town.resident()
    for number in range(2):
        await town.ask(resident, str(number), rule="ten", occurred_at=NOON, book=book)
    honest = caps.used
    key = CapKey(CapScope.RULE, f"{town.area}:ten", resident, "2026-11-21")
    async with town.database.write() as db:
        assert await caps.take(db, [Use(key, 40, ceiling=50)])

    async def stale(_db: AsyncSession, _keys: Collection[CapKey]) -> dict[CapKey, int]:
        """What was read before the other writer committed; the next reading is up to date."""
        monkeypatch.setattr(caps, "used", honest)
        return {}

    monkeypatch.setattr(caps, "used", stale)
    await town.pay(book=book)
    assert (await town.balance(resident)).posted == 10
    assert [state for _, state, _ in await states(town)] == ["paid", "capped"]
