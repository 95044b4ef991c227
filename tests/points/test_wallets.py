from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import clock
from core.crypto import Unreadable
from points import honours, statements
from points.grant_models import GrantRequest
from points.models import Unit
from tests.points import fair
from tests.points.town import Town, code_of


async def test_points_of_all_communities_survive_under_the_other_identity(town: Town) -> None:
    other = Town(town.database, town.vault, area="110101001002")
    source, target = await town.resident(points=30), await town.resident(points=5)
    await other.adjust(source, 7)
    assert await town.merge(source, target) == 37
    assert ((await town.balance(target)).posted, (await other.balance(target)).posted) == (35, 7)
    assert (await town.balance(source)).posted == 0
    assert await town.findings() == []


async def test_the_same_key_moves_once(town: Town) -> None:
    source, target = await town.resident(points=30), await town.resident()
    await town.merge(source, target, key="first")
    await town.adjust(source, 2)
    assert await town.merge(source, target, key="first") == 0
    assert await town.merge(source, target, key="later") == 2
    assert (await town.balance(target)).posted == 32


async def test_codes_that_are_out_go_with_the_points_and_stay_readable(town: Town) -> None:
    source, target = await town.resident(points=30), await town.resident()
    reward = await town.reward(price=10, limit_per_person=2)
    kept, dropped = await town.redeem(source, reward), await town.redeem(source, reward)
    await town.merge(source, target)
    async with town.database.write() as db:
        await town.vault.destroy(db, source)
    assert {mine.code for mine in await town.redemptions(target)} == {kept.code, dropped.code}
    assert await town.redemptions(source) == []
    await town.verify(code_of(kept))
    await town.void(dropped.id)
    balance = await town.balance(target)
    assert (balance.posted, balance.held) == (20, 0)
    assert await town.findings() == []


async def test_a_wallet_whose_key_is_gone_is_not_half_moved(town: Town) -> None:
    source, target = await town.resident(points=30), await town.resident()
    await town.redeem(source, await town.reward(price=10))
    async with town.database.write() as db:
        await town.vault.destroy(db, source)
    with pytest.raises(Unreadable):
        await town.merge(source, target)
    assert (await town.balance(source)).posted == 30


async def test_unpaid_grants_follow_but_one_deed_is_paid_once(town: Town) -> None:
    await town.fund(100)
    source, target = await town.resident(), await town.resident()
    for resident, deed in ((source, "1"), (source, "2"), (target, "2")):
        await town.ask(resident, deed)
    await town.merge(source, target)
    await town.pay()
    assert (await town.balance(target)).posted == 20
    async with town.database.read() as db:
        states = (await db.execute(select(GrantRequest.state).order_by(GrantRequest.id))).scalars().all()
    assert states == ["paid", "refused", "paid"]
    assert await town.findings() == []


async def test_a_wallet_is_not_moved_onto_itself(town: Town) -> None:
    resident = await town.resident(points=3)
    with pytest.raises(ValueError, match="onto itself"):
        await town.merge(resident, resident)


async def test_lots_keep_their_expiry_and_their_reservations(town: Town) -> None:
    soon, late = clock.now() + timedelta(days=3), clock.now() + timedelta(days=9)
    source, target = await town.resident(), await town.resident()
    await town.adjust(source, 5, expires_at=late)
    await town.adjust(source, 4, expires_at=soon)
    await town.adjust(target, 3)
    kept = await town.redeem(source, await town.reward(price=6))
    await town.merge(source, target)
    assert await town.lots(target) == [(4, 4, soon), (5, 2, late), (3, 0, None)]
    await town.verify(code_of(kept))
    assert await town.lots(target) == [(0, 0, soon), (3, 0, late), (3, 0, None)]
    assert await town.findings() == []


async def test_minutes_are_moved_and_not_counted_as_points(town: Town) -> None:
    source, target = await town.resident(points=2), await town.resident()
    await town.adjust(source, 90, unit=Unit.MINUTE)
    assert await town.merge(source, target) == 2
    async with town.database.read() as db:
        found = await statements.wallets(db, resident_id=target)
    assert {unit: balance.posted for (_, unit), balance in found.items()} == {Unit.POINT: 2, Unit.MINUTE: 90}


async def test_what_was_spent_before_the_merge_comes_back_to_the_wallet_that_is_left(town: Town) -> None:
    source, target = await town.resident(points=10), await town.resident()
    spent = await town.adjust(source, -10)
    await town.merge(source, target)
    await town.reverse(spent.transfer_id)
    assert ((await town.balance(source)).posted, (await town.balance(target)).posted) == (0, 10)
    assert await town.findings() == []


async def test_what_waits_for_a_second_person_is_done_to_the_wallet_that_is_left(town: Town) -> None:
    source, target = await town.resident(), await town.resident()
    waiting = await fair.asked(town, source, 900)
    await town.merge(source, target)
    await fair.approve(town, waiting.id)
    assert (await town.balance(target)).posted == 900


async def test_honours_are_kept_by_the_identity_that_is_left(town: Town) -> None:
    source, target = await town.resident(), await town.resident()
    table = honours.shipped().at("default", clock.now())
    lowest, second = table.tiers[0], table.tiers[1]
    async with town.database.write() as db:
        for resident_id, minutes in ((source, second.minutes), (target, lowest.minutes)):
            await honours.award(
                db, area_code=town.area, resident_id=resident_id, table=table, minutes=minutes, points=10**6
            )
    await town.merge(source, target)
    async with town.database.read() as db:
        kept = await honours.standing(db, area_code=town.area, resident_id=target, table=table, minutes=0, points=0)
    assert {one.tier.id for one in kept.reached} == {lowest.id, second.id}
