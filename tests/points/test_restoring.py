"""An appeal against a claw-back that is upheld gives back what was taken: the same lots, no debt, nothing twice."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from core import clock
from points import appeals, clawback, months, reports, statements, wallets
from points.appeals import Against, AppealView
from points.errors import FundExhausted
from points.fairness_errors import AppealOpen, AppealsUsedUp, NothingToClawBack, SamePerson
from points.fairness_models import AppealState, ClawedBack
from points.lot_models import Lot
from points.models import Account, AccountKind
from points.reversal_plans import ClawBack
from tests.points import fair
from tests.points.fair import DAY, FIRST, SECOND, THIRD
from tests.points.town import BookOf, Town

SHORT_LIVED = """
[[rule]]
id = "report_verified"
version = 1
title = "反映问题"
purpose = "report"
from = 2026-01-01
points = 10
caps = { day = 1000 }
expiry = { mode = "days", days = 10 }
"""


async def rewarded(town: Town, *sources: str, points: int = 100) -> str:
    """A resident with ten points for each of these reports."""
    resident_id = await town.resident()
    await town.fund(points)
    for source in sources:
        await town.ask(resident_id, source)
    await town.pay()
    return resident_id


async def taken_from(town: Town, *residents: str) -> list[ClawedBack]:
    async with town.database.read() as db:
        return await clawback.of_residents(db, resident_ids=residents, since=clock.now() - 30 * DAY)


async def object_to(town: Town, resident_id: str) -> AppealView:
    """To the newest claw-back."""
    newest = (await taken_from(town, resident_id))[0]
    async with town.database.write() as db:
        return await appeals.appeal_claw_back(
            db, town.vault, clawback_id=newest.id, resident_id=resident_id, words="是两件事"
        )


async def lots_of(town: Town, resident_id: str) -> list[tuple[int, int]]:
    """Ids and what is left, of the resident's lots."""
    async with town.database.read() as db:
        rows = await db.execute(
            select(Lot.id, Lot.remaining)
            .join(Account, Account.id == Lot.account_id)
            .where(Account.owner_id == resident_id, Account.kind == AccountKind.RESIDENT.value)
            .order_by(Lot.id)
        )
        return [(row.id, row.remaining) for row in rows]


async def test_the_same_lots_get_it_back(town: Town) -> None:
    resident_id = await rewarded(town, "R1", "R2")
    before = await lots_of(town, resident_id)
    await fair.claw_back(town, resident_id, "R1", "R2")
    made = await object_to(town, resident_id)
    assert (made.against, made.round) == (Against.CLAWBACK, 1)
    done = await fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD)
    assert done.state is AppealState.UPHELD
    assert await lots_of(town, resident_id) == before
    assert (await town.balance(resident_id)).posted == 20
    async with town.database.read() as db:
        assert await statements.awarded_points(db, source_kind="issue", source_id="R1") == 10
    assert await town.findings() == []


async def test_asked_again_nothing_more_comes_back(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await fair.claw_back(town, resident_id, "R1")
    made = await object_to(town, resident_id)
    first = await fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD)
    assert await fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD) == first
    assert (await town.balance(resident_id)).posted == 10
    with pytest.raises(AppealsUsedUp):
        await object_to(town, resident_id)


async def test_what_was_restored_is_not_taken_again(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await fair.claw_back(town, resident_id, "R1", key="K")
    await fair.answer(town, (await object_to(town, resident_id)).id, by=SECOND, state=AppealState.UPHELD)
    await fair.claw_back(town, resident_id, "R1", key="K")
    with pytest.raises(NothingToClawBack):
        await fair.claw_back(town, resident_id, "R1")
    assert (await town.balance(resident_id)).posted == 10


async def test_a_debt_that_still_stands_is_gone(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await town.adjust(resident_id, -6)
    await fair.claw_back(town, resident_id, "R1", policy=ClawBack.DEBT)
    assert await town.owed(resident_id) == 6
    await fair.answer(town, (await object_to(town, resident_id)).id, by=SECOND, state=AppealState.UPHELD)
    assert (await town.owed(resident_id), (await town.balance(resident_id)).posted) == (0, 4)
    assert await town.findings() == []


@pytest.mark.parametrize("paid", [2, 6, 9])
async def test_what_the_debt_has_swallowed_comes_back(town: Town, paid: int) -> None:
    resident_id = await rewarded(town, "R1")
    await town.adjust(resident_id, -6)
    await fair.claw_back(town, resident_id, "R1", policy=ClawBack.DEBT)
    await town.adjust(resident_id, paid)
    await fair.answer(town, (await object_to(town, resident_id)).id, by=SECOND, state=AppealState.UPHELD)
    assert (await town.owed(resident_id), (await town.balance(resident_id)).posted) == (0, 4 + paid)
    assert await town.findings() == []


async def test_a_debt_for_another_deed_stays(town: Town) -> None:
    resident_id = await rewarded(town, "R1", "R2")
    await town.adjust(resident_id, -20)
    await fair.claw_back(town, resident_id, "R1", policy=ClawBack.DEBT)
    await fair.claw_back(town, resident_id, "R2", policy=ClawBack.DEBT)
    await town.adjust(resident_id, 5)
    assert await town.owed(resident_id) == 15
    await fair.answer(town, (await object_to(town, resident_id)).id, by=SECOND, state=AppealState.UPHELD)
    assert (await town.owed(resident_id), (await town.balance(resident_id)).posted) == (5, 0)
    assert await town.findings() == []


async def test_what_waited_to_be_paid_is_paid_after_all(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await town.ask(resident_id, "R2")
    assert (await fair.claw_back(town, resident_id, "R1", "R2")).unpaid_requests == 1
    await fair.answer(town, (await object_to(town, resident_id)).id, by=SECOND, state=AppealState.UPHELD)
    await town.pay()
    assert (await town.balance(resident_id)).posted == 20
    assert await town.findings() == []


async def test_an_empty_fund_is_said_and_nothing_is_decided(town: Town) -> None:
    resident_id = await rewarded(town, "R1", points=10)
    await fair.claw_back(town, resident_id, "R1")
    made = await object_to(town, resident_id)
    other = await town.resident()
    await town.ask(other, "R9")
    await town.pay()
    with pytest.raises(FundExhausted):
        await fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD)
    with pytest.raises(AppealOpen):
        await object_to(town, resident_id)
    await town.fund(10)
    await fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD)
    assert (await town.balance(resident_id)).posted == 10


async def test_what_would_have_expired_meanwhile_has(town: Town, book_of: BookOf) -> None:
    book, resident_id, now = book_of(SHORT_LIVED), await town.resident(), clock.now()
    await town.fund(100)
    with clock.frozen(now):
        await town.ask(resident_id, "R1", book=book)
        await town.pay(book=book)
        await fair.claw_back(town, resident_id, "R1")
        made = await object_to(town, resident_id)
    with clock.frozen(now + 12 * DAY):
        await fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD)
        balance = await town.balance(resident_id)
        assert (balance.posted, balance.available) == (0, 0)


async def test_somebody_else_decides_and_a_third_the_second_time(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await fair.claw_back(town, resident_id, "R1")
    made = await object_to(town, resident_id)
    with pytest.raises(SamePerson):
        await fair.answer(town, made.id, by=FIRST, state=AppealState.UPHELD)
    await fair.answer(town, made.id, by=SECOND)
    again = await object_to(town, resident_id)
    for concerned in (FIRST, SECOND):
        with pytest.raises(SamePerson):
            await fair.answer(town, again.id, by=concerned)
    await fair.answer(town, again.id, by=THIRD)
    assert (await town.balance(resident_id)).posted == 0
    with pytest.raises(AppealsUsedUp):
        await object_to(town, resident_id)


async def test_it_comes_to_whoever_they_are_by_now(town: Town) -> None:
    old, new = await rewarded(town, "R1"), await town.resident()
    await town.adjust(old, -6)
    await fair.claw_back(town, old, "R1", policy=ClawBack.DEBT)
    made = await object_to(town, old)
    async with town.database.write() as db:
        await wallets.move_wallet(db, town.vault, from_resident_id=old, to_resident_id=new, key="bind")
    assert await town.owed(new) == 6
    async with town.database.write() as db:
        await appeals.decide(
            db, appeal_id=made.id, state=AppealState.UPHELD, worker_id=SECOND, decision="对", resident_id=new
        )
    assert (await town.owed(new), (await town.balance(new)).posted) == (0, 4)
    assert await town.findings() == []


async def test_what_it_refused_is_paid_to_whoever_they_are_by_now(town: Town) -> None:
    old, new = await rewarded(town, "R1"), await town.resident()
    await town.ask(old, "R2")
    await fair.claw_back(town, old, "R1", "R2")
    made = await object_to(town, old)
    await town.merge(old, new)
    async with town.database.write() as db:
        await appeals.decide(
            db, appeal_id=made.id, state=AppealState.UPHELD, worker_id=SECOND, decision="对", resident_id=new
        )
    await town.pay()
    assert await town.posted([old, new]) == [0, 20]


async def test_two_who_decide_at_once_give_it_back_once(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await fair.claw_back(town, resident_id, "R1")
    made = await object_to(town, resident_id)
    done = await asyncio.gather(
        *(fair.answer(town, made.id, by=by, state=AppealState.UPHELD) for by in (SECOND, THIRD)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["AppealDecided", "AppealView"]
    assert (await town.balance(resident_id)).posted == 10


async def test_what_was_only_let_go_is_nothing_to_object_to(town: Town) -> None:
    resident_id = await rewarded(town, "R1")
    await town.adjust(resident_id, -10)
    await fair.claw_back(town, resident_id, "R1")
    assert await taken_from(town, resident_id) == []


async def test_the_report_counts_a_restored_grant_as_not_returned(town: Town) -> None:
    resident_id = await rewarded(town, "R1", "R2")
    await fair.claw_back(town, resident_id, "R1")
    await fair.answer(town, (await object_to(town, resident_id)).id, by=SECOND, state=AppealState.UPHELD)
    today = clock.today()
    async with town.database.read() as db:
        (found,) = await reports.fund_reports(db, area_codes=[town.area], span=months.days(today, today))
    assert (found.granted, found.returned, found.other, found.closing) == (20, 0, 0, 80)
