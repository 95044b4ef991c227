"""What a freeze stops, and what it does not: the resident spends nothing, all else goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core import clock
from points import accounts
from points.accounts import AccountRef
from points.closing import close_wallets
from points.errors import AccountClosed, AccountFrozen, CeilingReached
from points.models import Account, AccountKind, AccountStatus, Hold, Unit
from tests.points.town import AREA, Town, code_of


async def test_nothing_is_reserved_or_handed_out(town: Town) -> None:
    resident, reward = await town.resident(points=30), await town.reward()
    held = await town.redeem(resident, reward)
    await town.freeze(resident)
    with pytest.raises(AccountFrozen):
        await town.redeem(resident, reward)
    with pytest.raises(AccountFrozen):
        await town.verify(code_of(held))
    assert (await town.balance(resident)).held == 10


async def test_a_code_can_be_used_when_the_freeze_is_lifted(town: Town) -> None:
    resident = await town.resident(points=30)
    held = await town.redeem(resident, await town.reward())
    await town.freeze(resident)
    with pytest.raises(AccountFrozen):
        await town.verify(code_of(held))
    async with town.database.write() as db:
        await accounts.unfreeze(db, account=AccountRef(AREA, AccountKind.RESIDENT, resident))
    await town.verify(code_of(held))
    assert (await town.balance(resident)).posted == 20


async def test_credits_corrections_reversals_and_releases_go_on(town: Town) -> None:
    await town.fund(100)
    resident = await town.resident(points=30)
    given = await town.adjust(resident, 5)
    held = await town.redeem(resident, await town.reward())
    await town.freeze(resident)
    await town.ask(resident, "1")
    await town.pay()
    await town.adjust(resident, -1)
    await town.reverse(given.transfer_id)
    await town.void(held.id)
    balance = await town.balance(resident)
    assert (balance.posted, balance.held) == (39, 0)
    assert await town.findings() == []


async def test_points_expire(town: Town) -> None:
    resident = await town.resident()
    soon = clock.now() + timedelta(days=1)
    await town.adjust(resident, 5, expires_at=soon)
    await town.freeze(resident)
    with clock.frozen(soon):
        assert await town.write_off() == 1
    assert (await town.balance(resident)).posted == 0


async def test_a_frozen_wallet_does_not_stop_the_expiry_of_other_codes(town: Town) -> None:
    reward = await town.reward(code_days=1)
    residents = [await town.resident(points=10) for _ in range(3)]
    for resident in residents:
        await town.redeem(resident, reward)
    await town.freeze(residents[0])
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert await town.expire() == 3
        assert [(await town.balance(one)).available for one in residents] == [10, 10, 10]


async def test_one_damaged_row_does_not_stop_the_others(town: Town) -> None:
    reward = await town.reward(code_days=1)
    residents = [await town.resident(points=10) for _ in range(3)]
    held = [await town.redeem(resident, reward) for resident in residents]
    async with town.database.write() as db:
        await db.execute(update(Hold).where(Hold.id == held[0].id).values(state="void"))
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert await town.expire(limit=2) == 2
        assert await town.expire(limit=2) == 0


async def test_a_freeze_follows_a_wallet_that_is_merged(town: Town) -> None:
    source, target = await town.resident(points=30), await town.resident()
    await town.freeze(source)
    assert await town.merge(source, target) == 30
    with pytest.raises(AccountFrozen):
        await town.redeem(target, await town.reward())


async def test_a_closed_wallet_holds_nothing_and_takes_nothing(town: Town) -> None:
    await town.fund(100)
    resident = await town.resident(points=30)
    await town.redeem(resident, await town.reward())
    await town.adjust(resident, 90, unit=Unit.MINUTE)
    await town.ask(resident, "1")
    async with town.database.write() as db:
        assert await close_wallets(db, resident_ids=[resident]) == 2
        assert await close_wallets(db, resident_ids=[resident]) == 0
    await town.pay()
    with pytest.raises(AccountClosed):
        await town.adjust(resident, 5)
    with pytest.raises(AccountClosed):
        await town.freeze(resident)
    async with town.database.read() as db:
        rows = (await db.execute(select(Account).where(Account.owner_id == resident))).scalars().all()
    assert {(row.posted, row.held, row.status) for row in rows} == {(0, 0, AccountStatus.CLOSED.value)}


async def test_an_account_does_not_hold_more_than_its_ceiling(town: Town) -> None:
    resident = await town.resident()
    account = AccountRef(AREA, AccountKind.RESIDENT, resident, Unit.MINUTE)
    async with town.database.write() as db:
        account_id = (await accounts.open_accounts(db, [account]))[account]
        await db.execute(update(Account).where(Account.id == account_id).values(ceiling=90_000))
    await town.adjust(resident, 89_999, unit=Unit.MINUTE)
    with pytest.raises(CeilingReached) as refused:
        await town.adjust(resident, 2, unit=Unit.MINUTE)
    assert refused.value.facts == {"ceiling": 90_000, "posted": 89_999}
