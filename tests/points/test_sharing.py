"""Pooling and giving: lots keep their expiry, units stay apart, and a key counts once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from core import clock
from core.db import new_id
from points import donations, holds, sharing
from points.accounts import AccountRef
from points.errors import AccountFrozen, AmountInvalid, InsufficientPoints, KeyReused
from points.models import AccountKind, Unit
from points.postings import Posted
from points.sharing import DonationFund, FamilyPointsHeld
from points.statements import Balance
from tests.points.town import Town

FAMILY = "family-1"


async def pool(town: Town, resident_id: str, points: int, key: str | None = None, unit: Unit = Unit.POINT) -> Posted:
    async with town.database.write() as db:
        return await sharing.pool(
            db,
            area_code=town.area,
            resident_id=resident_id,
            family_id=FAMILY,
            amount_points=points,
            key=key or new_id(),
            unit=unit,
        )


async def hand_over(town: Town, resident_id: str, key: str = "closed") -> int:
    async with town.database.write() as db:
        return await sharing.hand_over(db, area_code=town.area, family_id=FAMILY, resident_id=resident_id, key=key)


async def donate(
    town: Town,
    resident_id: str,
    points: int,
    *,
    fund: DonationFund = DonationFund.COMMUNITY,
    unit: Unit = Unit.POINT,
) -> Posted:
    async with town.database.write() as db:
        return await sharing.donate(
            db,
            area_code=town.area,
            resident_id=resident_id,
            fund=fund,
            amount_points=points,
            key=new_id(),
            unit=unit,
        )


async def family(town: Town, unit: Unit = Unit.POINT) -> Balance:
    async with town.database.read() as db:
        return await sharing.family_balance(db, area_code=town.area, family_id=FAMILY, unit=unit)


async def donated(town: Town, fund: DonationFund, unit: Unit = Unit.POINT) -> int:
    async with town.database.read() as db:
        pots = await donations.pots(db, area_codes=[town.area])
    return next((one.balance for one in pots if (one.fund, one.unit) == (fund, unit)), 0)


async def test_lots_reach_the_family_with_their_own_expiry(town: Town) -> None:
    resident, soon = await town.resident(), clock.now() + timedelta(days=3)
    later = soon + timedelta(days=30)
    for points, expires_at in ((10, None), (5, later), (4, soon)):
        await town.adjust(resident, points, expires_at=expires_at)
    await pool(town, resident, 12)
    assert await town.lots(FAMILY) == [(4, 0, soon), (5, 0, later), (3, 0, None)]
    assert [lot for lot in await town.lots(resident) if lot[0]] == [(7, 0, None)]
    held = await family(town)
    assert (held.available, held.next_expiry and held.next_expiry.amount_points) == (12, 4)
    assert await town.findings() == []


async def test_the_last_member_gets_what_is_left_with_its_expiry(town: Town) -> None:
    resident, soon = await town.resident(), clock.now() + timedelta(days=3)
    other = await town.resident(6)
    await town.adjust(resident, 4, expires_at=soon)
    await pool(town, resident, 4)
    await pool(town, other, 6)
    assert await hand_over(town, other) == 10
    assert [lot for lot in await town.lots(other) if lot[0]] == [(4, 0, soon), (6, 0, None)]
    assert (await family(town)).posted == 0
    assert await hand_over(town, other, "again") == 0
    assert await town.findings() == []


async def test_the_same_key_pools_once_even_when_the_lots_are_others_by_then(town: Town) -> None:
    resident = await town.resident(10)
    first = await pool(town, resident, 6, "K")
    await town.adjust(resident, 5, expires_at=clock.now() + timedelta(days=1))
    again = await pool(town, resident, 6, "K")
    assert (again.transfer_id, again.created) == (first.transfer_id, False)
    assert (await family(town)).posted == 6
    with pytest.raises(KeyReused):
        await pool(town, resident, 7, "K")


async def test_a_refused_key_stays_refused(town: Town) -> None:
    resident = await town.resident(3)
    with pytest.raises(InsufficientPoints):
        await pool(town, resident, 5, "K")
    await town.adjust(resident, 10)
    with pytest.raises(InsufficientPoints):
        await pool(town, resident, 5, "K")
    assert (await family(town)).posted == 0


async def test_ten_at_once_cannot_give_more_than_there_is(town: Town) -> None:
    resident = await town.resident(10)
    asked = [donate(town, resident, 3) for _ in range(5)] + [pool(town, resident, 3) for _ in range(5)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, Posted) for one in done) == 3
    assert all(isinstance(one, Posted | InsufficientPoints) for one in done)
    assert (await town.balance(resident)).available == 1
    assert await town.findings() == []


async def test_expired_points_are_not_given_away(town: Town) -> None:
    resident, soon = await town.resident(2), clock.now() + timedelta(hours=1)
    await town.adjust(resident, 5, expires_at=soon)
    with clock.at(soon), pytest.raises(InsufficientPoints) as refused:
        await donate(town, resident, 3)
    assert refused.value.facts["available"] == 2


async def test_a_frozen_wallet_gives_nothing(town: Town) -> None:
    resident = await town.resident(10)
    await town.freeze(resident)
    with pytest.raises(AccountFrozen):
        await pool(town, resident, 5)
    with pytest.raises(AccountFrozen):
        await donate(town, resident, 5)


@pytest.mark.parametrize("points", [0, -1, 10**12])
async def test_strange_amounts_are_refused(town: Town, points: int) -> None:
    resident = await town.resident(10)
    with pytest.raises(AmountInvalid):
        await pool(town, resident, points)
    with pytest.raises(AmountInvalid):
        await donate(town, resident, points)


async def test_donations_lie_on_the_account_they_were_meant_for(town: Town) -> None:
    resident = await town.resident(10)
    await donate(town, resident, 4, fund=DonationFund.NEIGHBOURS)
    await donate(town, resident, 1)
    assert await donated(town, DonationFund.NEIGHBOURS) == 4
    assert await donated(town, DonationFund.COMMUNITY) == 1
    assert await town.findings() == []


async def test_minutes_stay_minutes(town: Town) -> None:
    resident = await town.resident(10)
    await town.adjust(resident, 60, unit=Unit.MINUTE)
    await donate(town, resident, 20, unit=Unit.MINUTE)
    await pool(town, resident, 30, unit=Unit.MINUTE)
    assert await donated(town, DonationFund.COMMUNITY, Unit.MINUTE) == 20
    assert (await family(town, Unit.MINUTE)).available == 30
    assert await donated(town, DonationFund.COMMUNITY) == 0
    assert (await family(town)).posted == 0
    with pytest.raises(InsufficientPoints):
        await donate(town, resident, 11)
    assert await town.findings() == []


async def test_what_waits_in_a_redemption_keeps_the_family_together(town: Town) -> None:
    resident = await town.resident(10)
    await pool(town, resident, 10)
    async with town.database.write() as db:
        await holds.place(
            db,
            hold_id=new_id(),
            account=AccountRef(town.area, AccountKind.FAMILY, FAMILY),
            amount_points=4,
            expires_at=clock.now() + timedelta(days=1),
        )
    with pytest.raises(FamilyPointsHeld):
        await hand_over(town, resident)
