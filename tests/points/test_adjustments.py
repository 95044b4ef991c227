"""Above a limit two persons correct a balance: one asks, another agrees."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core import clock
from points import signing
from points.adjustments import LIMIT_POINTS
from points.errors import AmountInvalid, InsufficientPoints, KeyReused
from points.fairness_errors import AdjustmentDecided, AdjustmentUnknown, SamePerson
from points.fairness_models import AdjustmentRequest, AdjustmentState
from points.signed import Done
from points.signing import Adjustment
from tests.points import fair
from tests.points.fair import FIRST, SECOND, THIRD
from tests.points.town import Town


@pytest.mark.parametrize("sign", [1, -1])
async def test_up_to_the_limit_one_person_is_enough(town: Town, sign: int) -> None:
    resident_id = await town.resident()
    await town.adjust(resident_id, 1000)
    assert isinstance(await fair.adjust(town, resident_id, sign * LIMIT_POINTS, by=THIRD), Done)
    assert (await town.balance(resident_id)).posted == 1000 + sign * LIMIT_POINTS


@pytest.mark.parametrize("sign", [1, -1])
async def test_above_it_nothing_moves_before_another_agrees(town: Town, sign: int) -> None:
    resident_id = await town.resident(points=1000)
    made = await fair.asked(town, resident_id, sign * (LIMIT_POINTS + 1))
    assert (await town.balance(resident_id)).posted == 1000
    with pytest.raises(SamePerson):
        await fair.approve(town, made.id, by=FIRST)
    done = await fair.approve(town, made.id, by=SECOND)
    assert (done.state, done.asked.asked_by, done.decided_by) == (AdjustmentState.APPROVED, FIRST, SECOND)
    assert (await town.balance(resident_id)).posted == 1000 + sign * (LIMIT_POINTS + 1)
    assert await fair.approve(town, made.id, by=SECOND) == done
    assert (await town.balance(resident_id)).posted == 1000 + sign * (LIMIT_POINTS + 1)
    with pytest.raises(AdjustmentDecided):
        await fair.refuse(town, made.id, by=THIRD)
    assert await town.findings() == []


async def test_a_large_one_is_not_made_of_small_ones(town: Town) -> None:
    resident_id = await town.resident()
    with clock.frozen(clock.local(clock.now()).replace(hour=10)):
        assert isinstance(await fair.adjust(town, resident_id, LIMIT_POINTS), Done)
    with clock.frozen(clock.local(clock.now()).replace(hour=15)):
        assert isinstance(await fair.adjust(town, resident_id, -1), Adjustment)
        assert isinstance(await fair.adjust(town, resident_id, 1, by=SECOND), Done)
        assert isinstance(await fair.adjust(town, await town.resident(), 1), Done)
    with clock.frozen(clock.local(clock.now()).replace(hour=10) + timedelta(days=1)):
        assert isinstance(await fair.adjust(town, resident_id, 1), Done)


async def test_what_two_agreed_on_is_not_counted_as_one_persons(town: Town) -> None:
    resident_id = await town.resident()
    with clock.frozen(clock.local(clock.now()).replace(hour=10)):
        await fair.approve(town, (await fair.asked(town, resident_id, 600)).id)
        assert isinstance(await fair.adjust(town, resident_id, LIMIT_POINTS), Done)


async def test_the_community_sets_the_limit(town: Town) -> None:
    resident_id = await town.resident()
    assert isinstance(await fair.adjust(town, resident_id, 11, limit_points=10), Adjustment)
    assert isinstance(await fair.adjust(town, resident_id, 10, limit_points=10), Done)


@pytest.mark.parametrize("points", [5, LIMIT_POINTS + 5])
async def test_the_same_key_is_the_same_correction(town: Town, points: int) -> None:
    resident_id = await town.resident()
    first = await fair.adjust(town, resident_id, points, key="K")
    again = await fair.adjust(town, resident_id, points, key="K")
    if isinstance(first, Done):
        assert isinstance(again, Done)
        assert (again.transfer_id, again.created) == (first.transfer_id, False)
    else:
        assert again == first
        await fair.approve(town, first.id)
        approved = await fair.adjust(town, resident_id, points, key="K")
        assert isinstance(approved, Adjustment)
        assert approved.state is AdjustmentState.APPROVED
    with pytest.raises(KeyReused):
        await fair.adjust(town, resident_id, points + 1, key="K")


async def test_refused_it_stays_so(town: Town) -> None:
    resident_id = await town.resident()
    made = await fair.asked(town, resident_id, 600)
    done = await fair.refuse(town, made.id)
    assert (done.state, done.decision, done.transfer_id) == (AdjustmentState.DECLINED, "没有凭据", None)
    with pytest.raises(AdjustmentDecided):
        await fair.approve(town, made.id, by=SECOND)
    assert (await town.balance(resident_id)).posted == 0


async def test_what_the_ledger_refuses_waits(town: Town) -> None:
    resident_id = await town.resident(points=5)
    made = await fair.asked(town, resident_id, -600)
    with pytest.raises(InsufficientPoints):
        await fair.approve(town, made.id)
    async with town.database.read() as db:
        (waiting,) = await signing.listing(db, area_codes=[town.area], state=AdjustmentState.ASKED)
    assert waiting.id == made.id
    await town.adjust(resident_id, 600)
    assert (await fair.approve(town, made.id)).state is AdjustmentState.APPROVED
    assert (await town.balance(resident_id)).posted == 5


async def test_the_database_knows_two_persons(town: Town) -> None:
    made = await fair.asked(town, await town.resident(), 600)
    with pytest.raises(IntegrityError, match="two_persons"):
        async with town.database.write() as db:
            await db.execute(
                update(AdjustmentRequest).where(AdjustmentRequest.id == made.id).values(decided_by=made.asked.asked_by)
            )


async def test_no_nonsense_waits_for_a_second_person(town: Town) -> None:
    resident_id = await town.resident()
    for points in (0, 10**15):
        with pytest.raises(AmountInvalid):
            await fair.adjust(town, resident_id, points)
    with pytest.raises(AdjustmentUnknown):
        await fair.approve(town, "none")


async def test_two_who_agree_at_once_post_it_once(town: Town) -> None:
    resident_id = await town.resident()
    made = await fair.asked(town, resident_id, 600)
    done = await asyncio.gather(*(fair.approve(town, made.id, by=by) for by in (SECOND, THIRD)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Adjustment", "AdjustmentDecided"]
    assert (await town.balance(resident_id)).posted == 600


async def test_at_once_no_more_than_the_limit_is_corrected_alone(town: Town) -> None:
    resident_id = await town.resident()
    with clock.frozen(clock.local(clock.now()).replace(hour=10)):
        done = await asyncio.gather(*(fair.adjust(town, resident_id, 200) for _ in range(5)))
    assert sum(isinstance(one, Done) for one in done) == 2
    assert (await town.balance(resident_id)).posted == 400


async def test_what_was_refused_under_a_key_does_not_wait_under_it_later(town: Town) -> None:
    resident_id = await town.resident()
    with pytest.raises(InsufficientPoints):
        await fair.adjust(town, resident_id, -1, key="K")
    await fair.adjust(town, resident_id, LIMIT_POINTS)
    with pytest.raises(InsufficientPoints):
        await fair.adjust(town, resident_id, -1, key="K")
