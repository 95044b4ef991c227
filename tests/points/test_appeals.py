"""Against a freeze a resident may object once, and once again; somebody else decides each time."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from points import appeals, freezes
from points.appeals import AppealView
from points.fairness_errors import AppealDecided, AppealOpen, AppealsUsedUp, AppealUnknown, NotFrozen, SamePerson
from points.fairness_models import Appeal, AppealState
from points.freezes import Frozen
from tests.points import fair
from tests.points.fair import FIRST, SECOND, THIRD
from tests.points.town import Town


async def is_frozen(town: Town, resident_id: str) -> bool:
    async with town.database.read() as db:
        return await freezes.current(db, area_code=town.area, resident_id=resident_id) is not None


async def test_without_a_freeze_there_is_nothing_to_object_to(town: Town) -> None:
    with pytest.raises(NotFrozen):
        await fair.appeal(town, await town.resident(points=5))


async def test_upheld_the_freeze_is_lifted(town: Town) -> None:
    resident_id = await town.resident(points=5)
    await fair.freeze(town, resident_id)
    made = await fair.appeal(town, resident_id)
    with pytest.raises(AppealOpen):
        await fair.appeal(town, resident_id)
    with pytest.raises(SamePerson):
        await fair.answer(town, made.id, by=FIRST, state=AppealState.UPHELD)
    assert await is_frozen(town, resident_id)
    done = await fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD)
    assert (done.state, done.decided_by) == (AppealState.UPHELD, SECOND)
    assert not await is_frozen(town, resident_id)


async def test_declined_it_may_be_made_once_more_before_a_third_person(town: Town) -> None:
    resident_id = await town.resident(points=5)
    await fair.freeze(town, resident_id)
    first = await fair.appeal(town, resident_id)
    await fair.answer(town, first.id, by=SECOND)
    again = await fair.appeal(town, resident_id, "有照片")
    assert (first.round, again.round) == (1, 2)
    for concerned in (FIRST, SECOND):
        with pytest.raises(SamePerson):
            await fair.answer(town, again.id, by=concerned, state=AppealState.UPHELD)
    await fair.answer(town, again.id, by=THIRD)
    assert await is_frozen(town, resident_id)
    with pytest.raises(AppealsUsedUp):
        await fair.appeal(town, resident_id)


async def test_a_decision_stands(town: Town) -> None:
    resident_id = await town.resident(points=5)
    await fair.freeze(town, resident_id)
    made = await fair.appeal(town, resident_id)
    first = await fair.answer(town, made.id, by=SECOND)
    assert await fair.answer(town, made.id, by=SECOND) == first
    with pytest.raises(AppealDecided):
        await fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD)
    with pytest.raises(AppealDecided):
        await fair.answer(town, made.id, by=THIRD)
    with pytest.raises(AppealUnknown):
        await fair.answer(town, "none", by=THIRD)


async def test_it_is_answered_after_the_freeze_has_ended_too(town: Town) -> None:
    resident_id = await town.resident(points=5)
    held = await fair.freeze(town, resident_id)
    made = await fair.appeal(town, resident_id)
    await fair.lift(town, held.id)
    done = await fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD)
    assert done.state is AppealState.UPHELD


async def test_the_words_are_sealed_and_go_with_their_owner(town: Town) -> None:
    resident_id = await town.resident(points=5)
    await fair.freeze(town, resident_id)
    made = await fair.appeal(town, resident_id, "我住三号楼")
    assert made.words == "我住三号楼"
    async with town.database.write() as db:
        stored = (await db.execute(select(Appeal.words))).scalar_one()
        (listed,) = await appeals.listing(db, area_codes=[town.area], state=AppealState.OPEN)
        await town.vault.destroy(db, resident_id)
    assert "三号楼".encode() not in stored
    assert (listed.id, listed.words) == (made.id, "")
    async with town.database.read() as db:
        assert (await appeals.get(db, town.vault, appeal_id=made.id)).words == ""


async def test_two_appeals_at_once_are_one(town: Town) -> None:
    resident_id = await town.resident(points=5)
    await fair.freeze(town, resident_id)
    done = await asyncio.gather(*(fair.appeal(town, resident_id) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["AppealOpen"] * 3 + ["AppealView"]


async def test_deciding_and_lifting_at_once_lift_it_once(town: Town) -> None:
    resident_id = await town.resident(points=5)
    held = await fair.freeze(town, resident_id)
    made = await fair.appeal(town, resident_id)
    done = await asyncio.gather(
        fair.answer(town, made.id, by=SECOND, state=AppealState.UPHELD),
        fair.lift(town, held.id),
        return_exceptions=True,
    )
    assert all(isinstance(one, AppealView | Frozen | NotFrozen) for one in done)
    assert not await is_frozen(town, resident_id)
