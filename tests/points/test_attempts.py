from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.crypto import DataKey
from core.errors import Refused
from points import attempts, corrections
from points.attempt_models import Attempt
from points.errors import (
    AlreadyReversed,
    AmountInvalid,
    InsufficientPoints,
    KeyReused,
    RewardClosed,
    RewardSoldOut,
    TransferUnknown,
)
from points.models import Transfer
from tests.points.town import AREA, WORKER, Town


async def count(town: Town) -> int:
    async with town.database.read() as db:
        return (await db.execute(select(func.count()).select_from(Attempt))).scalar_one()


async def test_a_refused_key_stays_refused_when_there_are_points_later(town: Town) -> None:
    resident = await town.resident()
    with pytest.raises(InsufficientPoints):
        await town.adjust(resident, -5, key="K")
    await town.adjust(resident, 100)
    with pytest.raises(InsufficientPoints) as again:
        await town.adjust(resident, -5, key="K")
    assert again.value.facts == {"needed": 5, "available": 0}
    assert (await town.adjust(resident, -5, key="another")).created
    assert (await town.balance(resident)).posted == 95


async def test_a_refused_key_does_not_stand_for_another_request(town: Town) -> None:
    resident = await town.resident()
    with pytest.raises(InsufficientPoints):
        await town.adjust(resident, -5, key="K")
    with pytest.raises(KeyReused):
        await town.adjust(resident, -6, key="K")


async def test_a_refused_key_is_of_its_community(town: Town) -> None:
    other = Town(town.database, town.vault, area="110101001002")
    resident = await town.resident()
    with pytest.raises(InsufficientPoints):
        await town.adjust(resident, -5, key="K")
    assert (await other.adjust(resident, 5, key="K")).created


async def test_malformed_input_can_be_put_right_under_its_key(town: Town) -> None:
    resident = await town.resident()
    with pytest.raises(AmountInvalid):
        await town.adjust(resident, 0, key="K")
    with pytest.raises(TransferUnknown):
        await town.reverse("0" * 32, key="R")
    assert (await town.adjust(resident, 3, key="K")).created
    assert await count(town) == 0


async def test_a_sold_out_reward_stays_so_for_the_key(town: Town) -> None:
    resident, reward = await town.resident(points=30), await town.reward(stock=1)
    held = await town.redeem(resident, reward)
    with pytest.raises(RewardSoldOut):
        await town.redeem(resident, reward, key="K")
    await town.void(held.id)
    with pytest.raises(RewardSoldOut):
        await town.redeem(resident, reward, key="K")
    assert (await town.redeem(resident, reward)).code


async def test_moments_of_a_refusal_are_the_same_later(town: Town) -> None:
    opens_at = clock.now() + timedelta(days=3)
    resident, reward = await town.resident(points=30), await town.reward(opens_at=opens_at)
    for _ in range(2):
        with pytest.raises(RewardClosed) as refused:
            await town.redeem(resident, reward, key="K")
        assert refused.value.facts == {"opens_at": opens_at, "closes_at": None}


async def test_a_second_reversal_is_told_the_same_again(town: Town) -> None:
    given = await town.adjust(await town.resident(), 10)
    first = await town.reverse(given.transfer_id)
    for _ in range(2):
        with pytest.raises(AlreadyReversed) as refused:
            await town.reverse(given.transfer_id, key="K")
        assert refused.value.facts["by"] == first.transfer_id


async def test_of_a_refused_request_only_the_refusal_is_kept(town: Town) -> None:
    resident = await town.resident(points=3)
    async with town.database.read() as db:
        before = (await db.execute(select(func.count()).select_from(Transfer))).scalar_one()
    with pytest.raises(InsufficientPoints):
        await town.adjust(resident, -5)
    async with town.database.read() as db:
        assert (await db.execute(select(func.count()).select_from(Transfer))).scalar_one() == before
    assert await count(town) == 1
    assert await town.findings() == []


async def refused_in_a_savepoint(town: Town) -> None:
    async with town.database.write() as db, db.begin_nested():
        await town.vault.new_key(db, "half done")
        asked = attempts.request_hash("test")
        async with attempts.once(db, area_code=AREA, key="K", request_hash=asked):
            raise InsufficientPoints(needed=1, available=0)


async def test_inside_a_savepoint_of_the_caller_nothing_is_kept(town: Town) -> None:
    """The savepoint takes the record with it, so the rest of the caller's transaction must not be committed."""
    resident = await town.resident()
    with pytest.raises(InsufficientPoints) as refused:
        await refused_in_a_savepoint(town)
    assert not refused.value.is_kept
    assert await count(town) == 0
    assert (await town.adjust(resident, 1, key="K")).created


async def test_a_refusal_that_the_caller_catches_is_kept_with_what_the_caller_writes(town: Town) -> None:
    resident = await town.resident()
    async with town.database.write() as db:
        with pytest.raises(InsufficientPoints):
            await corrections.adjust(
                db, area_code=AREA, resident_id=resident, amount_points=-1, reason="test", actor_id=WORKER, key="K"
            )
    assert await count(town) == 1


@pytest.mark.parametrize("kept", [True, False])
async def test_only_an_error_that_is_kept_commits(town: Town, *, kept: bool) -> None:
    async def write_and_refuse() -> None:
        async with town.database.write() as db:
            await town.vault.new_key(db, "somebody")
            refusal = Refused()
            refusal.is_kept = kept
            raise refusal

    with pytest.raises(Refused):
        await write_and_refuse()
    async with town.database.read() as db:
        written = select(func.count()).select_from(DataKey).where(DataKey.owner_id == "somebody")
        assert (await db.execute(written)).scalar_one() == kept
