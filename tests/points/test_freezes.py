"""A freeze stops spending and nothing else, for a reason and until a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.errors import Invalid
from points import freezes
from points.errors import AccountFrozen
from points.fairness_errors import AlreadyFrozen, NotFrozen
from points.freezes import ENDED, LONGEST
from tests.points import fair
from tests.points.fair import DAY, SECOND
from tests.points.town import Town


async def test_a_frozen_wallet_earns_and_does_not_spend(town: Town) -> None:
    await town.fund(100)
    resident_id = await town.resident(points=50)
    reward_id = await town.reward(price=10)
    await fair.freeze(town, resident_id)
    with pytest.raises(AccountFrozen):
        await town.redeem(resident_id, reward_id)
    await town.ask(resident_id, "R1")
    await town.pay()
    assert (await town.balance(resident_id)).available == 60
    assert await town.findings() == []


async def test_lifted_it_spends_again(town: Town) -> None:
    resident_id = await town.resident(points=50)
    reward_id = await town.reward(price=10)
    held = await fair.freeze(town, resident_id)
    lifted = await fair.lift(town, held.id, by=SECOND)
    assert (lifted.lifted_by, lifted.lifted_because) == (SECOND, "核对完了")
    await town.redeem(resident_id, reward_id)
    with pytest.raises(NotFrozen):
        await fair.lift(town, held.id)


async def test_asked_again_it_is_the_same_freeze_and_nobody_elses(town: Town) -> None:
    resident_id = await town.resident(points=5)
    held = await fair.freeze(town, resident_id)
    assert (await fair.freeze(town, resident_id)).id == held.id
    with pytest.raises(AlreadyFrozen) as refused:
        await fair.freeze(town, resident_id, by=SECOND)
    assert refused.value.facts["freeze_id"] == held.id
    async with town.database.read() as db:
        assert len(await freezes.listing(db, area_codes=[town.area], only_current=True)) == 1


@pytest.mark.parametrize("after", [timedelta(0), -DAY, LONGEST + timedelta(seconds=1)])
async def test_it_has_an_end_within_reason(town: Town, after: timedelta) -> None:
    resident_id = await town.resident(points=5)
    now = clock.now()
    with clock.frozen(now), pytest.raises(Invalid):
        await fair.freeze(town, resident_id, until=now + after)
    async with town.database.read() as db:
        assert await freezes.current(db, area_code=town.area, resident_id=resident_id) is None
    assert await town.redeem(resident_id, await town.reward(price=5))


async def test_at_its_end_the_clock_lifts_it(town: Town) -> None:
    resident_id = await town.resident(points=50)
    reward_id = await town.reward(price=10)
    held = await fair.freeze(town, resident_id, until=clock.now() + DAY)
    assert await fair.lift_due(town) == []
    with clock.frozen(held.ends_at):
        (lifted,) = await fair.lift_due(town)
        assert (lifted.id, lifted.lifted_by, lifted.lifted_because) == (held.id, None, ENDED)
        assert await fair.lift_due(town) == []
        await town.redeem(resident_id, reward_id)


async def test_it_comes_along_to_another_identity(town: Town) -> None:
    former, kept = await town.resident(points=5), await town.resident(points=5)
    held = await fair.freeze(town, former)
    await town.merge(former, kept)
    async with town.database.read() as db:
        found = await freezes.current(db, area_code=town.area, resident_id=kept)
    assert found is not None
    assert found.id == held.id
    with pytest.raises(AccountFrozen):
        await town.redeem(kept, await town.reward(price=5))


async def test_a_page_ends_where_the_next_begins(town: Town) -> None:
    made = [await fair.freeze(town, await town.resident(points=1)) for _ in range(3)]
    async with town.database.read() as db:
        first = await freezes.listing(db, area_codes=[town.area], limit=2)
        rest = await freezes.listing(db, area_codes=[town.area], after_id=first[-1].id)
        assert await freezes.listing(db, area_codes=["999"]) == []
        assert await freezes.listing(db, area_codes=[]) == []
    assert {one.id for one in (*first, *rest)} == {one.id for one in made}
    assert len(first) == 2
