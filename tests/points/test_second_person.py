"""Whatever one person does by hand to points has one limit: corrections, reversals, awards and gifts count together."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import clock
from core.db import new_id
from points import adjustments, donations, grants, months, reports, sharing, signing
from points.errors import AlreadyReversed, InsufficientPoints, KeyReused, NotReversible, TransferUnknown
from points.fairness_errors import AdjustmentDecided, SamePerson
from points.fairness_models import AdjustmentKind, AdjustmentState
from points.hand_awards import HandAward
from points.models import Transfer
from points.reversal_plans import ClawBack
from points.sharing import DonationFund
from points.signed import Done
from points.signing import Adjustment
from tests.points import fair
from tests.points.fair import FIRST, SECOND, THIRD
from tests.points.town import Town

LIMIT = 100


async def reverse(
    town: Town, transfer_id: str, *, key: str | None = None, by: str = FIRST, reason: str = "登错了"
) -> Done | Adjustment:
    async with town.database.write() as db:
        return await adjustments.reverse(
            db, transfer_id=transfer_id, reason=reason, actor_id=by, key=key or new_id(), limit_points=LIMIT
        )


async def award(
    town: Town, resident_id: str, deed: str, *, key: str | None = None, by: str = FIRST, limit: int = LIMIT
) -> Any:
    """Ten points by the rule that ships, unless the limit is lower."""
    async with town.database.write() as db:
        return await adjustments.award(
            db,
            HandAward(town.area, resident_id, "award", "award", deed, clock.now()),
            reason="修好了路灯",
            actor_id=by,
            key=key or new_id(),
            limit_points=limit,
        )


async def give(town: Town, resident_id: str, points: int, *, key: str | None = None, by: str = FIRST) -> Any:
    async with town.database.write() as db:
        return await adjustments.give(
            db,
            area_code=town.area,
            resident_id=resident_id,
            fund=DonationFund.NEIGHBOURS,
            amount_points=points,
            reason="家里有难处",
            actor_id=by,
            key=key or new_id(),
            limit_points=LIMIT,
        )


async def donated(town: Town, points: int) -> None:
    giver = await town.resident(points=points)
    async with town.database.write() as db:
        await sharing.donate(
            db,
            area_code=town.area,
            resident_id=giver,
            fund=DonationFund.NEIGHBOURS,
            amount_points=points,
            key=new_id(),
        )


async def posted(town: Town, transfer_id: str) -> Transfer:
    async with town.database.read() as db:
        return (await db.execute(select(Transfer).where(Transfer.id == transfer_id))).scalar_one()


async def waiting(made: Any) -> Adjustment:
    assert isinstance(made, Adjustment)
    assert made.state is AdjustmentState.ASKED
    return made


async def test_a_small_reversal_needs_one_person(town: Town) -> None:
    resident_id = await town.resident()
    given = await town.adjust(resident_id, LIMIT)
    done = await reverse(town, given.transfer_id, by=SECOND)
    assert isinstance(done, Done)
    assert (await town.balance(resident_id)).posted == 0


async def test_a_large_one_two(town: Town) -> None:
    resident_id = await town.resident()
    given = await town.adjust(resident_id, LIMIT + 1)
    made = await waiting(await reverse(town, given.transfer_id, key="K"))
    assert (made.asked.kind, made.asked.amount, made.asked.resident_id) == (
        AdjustmentKind.REVERSAL, -LIMIT - 1, resident_id,
    )  # fmt: skip
    assert (await town.balance(resident_id)).posted == LIMIT + 1
    assert await reverse(town, given.transfer_id, key="K") == made
    with pytest.raises(KeyReused):
        await reverse(town, given.transfer_id, key="K", reason="别的")
    with pytest.raises(SamePerson):
        await fair.approve(town, made.id, by=FIRST)
    done = await fair.approve(town, made.id, by=SECOND)
    assert (await town.balance(resident_id)).posted == 0
    undone = await posted(town, done.transfer_id or "")
    assert (undone.reverses_id, undone.actor_id, undone.approver_id) == (given.transfer_id, FIRST, SECOND)
    assert await reverse(town, given.transfer_id, key="K") == done
    assert await town.findings() == []


async def test_a_slip_of_ones_own_is_put_right_alone_and_counts_no_more(town: Town) -> None:
    resident_id = await town.resident()
    for _ in range(2):
        slip = await fair.adjust(town, resident_id, LIMIT, limit_points=LIMIT)
        assert isinstance(await reverse(town, slip.transfer_id or ""), Done)
    again = await fair.adjust(town, resident_id, LIMIT, limit_points=LIMIT)
    await waiting(await fair.adjust(town, resident_id, 1, limit_points=LIMIT))
    with clock.frozen(clock.now() + fair.DAY):
        assert isinstance(await reverse(town, again.transfer_id or ""), Done)
        await waiting(await fair.adjust(town, resident_id, 1, limit_points=LIMIT))


async def test_the_same_key_undoes_once(town: Town) -> None:
    given = await town.adjust(await town.resident(), 5)
    first = await reverse(town, given.transfer_id, key="K")
    again = await reverse(town, given.transfer_id, key="K")
    assert isinstance(first, Done)
    assert again == Done(created=False, transfer_id=first.transfer_id)


async def test_what_cannot_be_undone_does_not_wait(town: Town) -> None:
    given = await town.adjust(await town.resident(), LIMIT + 1)
    undone = await town.reverse(given.transfer_id)
    with pytest.raises(AlreadyReversed):
        await reverse(town, given.transfer_id)
    with pytest.raises(NotReversible):
        await reverse(town, undone.transfer_id)
    with pytest.raises(TransferUnknown):
        await reverse(town, "none")


async def test_a_budget_is_not_taken_back_alone(town: Town) -> None:
    allocated = await town.fund(1000)
    made = await waiting(await reverse(town, allocated.transfer_id))
    assert made.asked.resident_id == ""
    await fair.approve(town, made.id)
    assert await town.findings() == []


async def test_two_persons_who_both_ask_undo_it_once(town: Town) -> None:
    resident_id = await town.resident()
    given = await town.adjust(resident_id, LIMIT + 1)
    first = await waiting(await reverse(town, given.transfer_id, by=FIRST))
    second = await waiting(await reverse(town, given.transfer_id, by=SECOND))
    await fair.approve(town, first.id, by=THIRD)
    with pytest.raises(AlreadyReversed):
        await fair.approve(town, second.id, by=THIRD)
    assert (await town.balance(resident_id)).posted == 0


async def test_different_deeds_count_together(town: Town) -> None:
    """Sixty taken back, then forty given: a hundred; nothing more of this person today, but of another."""
    resident_id = await town.resident()
    given = await town.adjust(resident_id, 60)
    await town.fund(100)
    with clock.frozen(clock.local(clock.now() + fair.DAY).replace(hour=10)):
        assert isinstance(await reverse(town, given.transfer_id), Done)
        assert isinstance(await fair.adjust(town, resident_id, 30, limit_points=LIMIT), Done)
        assert isinstance(await award(town, resident_id, "A1"), Done)
        await waiting(await award(town, resident_id, "A2"))
        await waiting(await fair.adjust(town, resident_id, 1, limit_points=LIMIT))
        assert isinstance(await award(town, resident_id, "A3", by=SECOND), Done)
        await donated(town, 50)
        await waiting(await give(town, resident_id, 1))


async def test_an_award_is_paid_when_another_agreed_and_names_both(town: Town) -> None:
    resident_id = await town.resident()
    await town.fund(100)
    made = await waiting(await award(town, resident_id, "A1", key="K", limit=9))
    assert (made.asked.kind, made.asked.amount, made.asked.reason) == (AdjustmentKind.AWARD, 10, "修好了路灯")
    assert await town.pay() == 0
    assert await award(town, resident_id, "A1", key="K", limit=9) == made
    assert (await fair.approve(town, made.id)).transfer_id is None
    assert await town.pay() == 1
    assert (await town.balance(resident_id)).posted == 10
    async with town.database.read() as db:
        paid = (await db.execute(select(Transfer).where(Transfer.source_id == "A1"))).scalar_one()
    assert (paid.actor_id, paid.approver_id) == (FIRST, SECOND)
    assert await award(town, resident_id, "A1", by=THIRD, limit=0) == Done(created=False, transfer_id=None)
    assert await town.findings() == []


def test_an_award_that_waits_keeps_its_moment_to_the_last_digit() -> None:
    """A rule may begin in the same second."""
    at = datetime(2026, 11, 22, 5, 15, 22, 762274, tzinfo=UTC)
    made = HandAward("110101001001", "R", "award", "award", "D", at, 90, 4)
    assert HandAward.of(made.area_code, made.resident_id, made.stored()) == made


async def test_what_a_rule_earned_by_itself_is_nobodys_alone(town: Town) -> None:
    resident_id = await town.resident()
    await town.fund(100)
    await town.ask(resident_id, "R1")
    await town.pay()
    assert isinstance(await award(town, resident_id, "A1", limit=10), Done)


async def test_a_gift_comes_from_the_pot_and_does_not_expire(town: Town) -> None:
    resident_id = await town.resident()
    await donated(town, 150)
    done = await give(town, resident_id, 50, key="K")
    assert isinstance(done, Done)
    assert await give(town, resident_id, 50, key="K") == Done(created=False, transfer_id=done.transfer_id)
    balance = await town.balance(resident_id)
    assert (balance.posted, balance.next_expiry) == (50, None)
    async with town.database.read() as db:
        (pot,) = await donations.pots(db, area_codes=[town.area])
    assert (pot.balance, pot.donated, pot.given) == (100, 150, 50)
    made = await waiting(await give(town, resident_id, 60))
    await fair.approve(town, made.id)
    assert (await town.balance(resident_id)).posted == 110
    assert await town.findings() == []


async def test_a_gift_pays_nobodys_debt(town: Town) -> None:
    """What neighbours gave is for the need, not for the community's books."""
    resident_id = await town.resident()
    await town.fund(100)
    await town.ask(resident_id, "R1")
    await town.pay()
    await town.adjust(resident_id, -10)
    await fair.claw_back(town, resident_id, "R1", policy=ClawBack.DEBT)
    await donated(town, 50)
    await give(town, resident_id, 20)
    assert (await town.owed(resident_id), (await town.balance(resident_id)).posted) == (10, 20)


async def test_no_more_is_given_than_there_is(town: Town) -> None:
    resident_id = await town.resident()
    await donated(town, 20)
    with pytest.raises(InsufficientPoints):
        await give(town, resident_id, 21)
    made = await waiting(await give(town, resident_id, LIMIT + 1))
    with pytest.raises(InsufficientPoints):
        await fair.approve(town, made.id)
    async with town.database.read() as db:
        assert (await signing.get(db, adjustment_id=made.id)).state is AdjustmentState.ASKED


async def test_two_gifts_at_once_leave_nothing_below_zero(town: Town) -> None:
    people = [await town.resident() for _ in range(5)]
    await donated(town, 50)
    done = await asyncio.gather(*(give(town, one, 20) for one in people), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Done"] * 2 + ["InsufficientPoints"] * 3
    assert await town.findings() == []


async def test_what_was_refused_stays_so(town: Town) -> None:
    resident_id = await town.resident()
    made = await waiting(await award(town, resident_id, "A1", key="K", limit=0))
    refused = await fair.refuse(town, made.id)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert await award(town, resident_id, "A1", key="K", limit=0) == refused
    with pytest.raises(KeyReused):
        await award(town, resident_id, "A2", key="K", limit=0)
    with pytest.raises(AdjustmentDecided):
        await fair.approve(town, made.id, by=THIRD)
    async with town.database.read() as db:
        assert not await grants.are_due(db)


async def test_at_once_no_more_than_the_limit_is_given_alone(town: Town) -> None:
    resident_id = await town.resident()
    with clock.frozen(clock.local(clock.now()).replace(hour=10)):
        done = await asyncio.gather(*(award(town, resident_id, f"A{n}", limit=20) for n in range(5)))
    assert sum(isinstance(one, Done) for one in done) == 2


async def test_the_report_tells_what_was_donated_less_what_was_given_on(town: Town) -> None:
    await town.fund(10)
    await donated(town, 150)
    await give(town, await town.resident(), 50)
    async with town.database.read() as db:
        today = clock.today()
        (found,) = await reports.fund_reports(db, area_codes=[town.area], span=months.days(today, today))
    assert (found.donated, found.opening, found.closing) == (100, 0, 10)
