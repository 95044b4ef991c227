"""Transactions that lock several rows wait in a line and never in a circle: PostgreSQL would end one with an error."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import new_id
from core.turns import in_turn
from points import accounts, adjustments, freezes, grants, wallets
from points.accounts import AccountRef
from points.family_models import Family, FamilyMember
from points.lot_models import Lot
from points.models import Account, AccountKind, Hold, HoldState, Transfer, Unit
from points.rules.scheme import SCHEME
from points.signed import Done
from points.signing import Adjustment
from tests.points import fair
from tests.points.town import AREA, WORKER, Town
from tests.points.waits import Deed, begun, for_a_while, is_free, kept_open, locking, meanwhile, until

DAY = timedelta(days=1)


def holding(*refs: AccountRef) -> Deed:
    async def lock(db: AsyncSession) -> None:
        await accounts.lock(db, list((await accounts.open_accounts(db, refs)).values()))

    return lock


def wallet(resident: str, unit: Unit = Unit.POINT) -> AccountRef:
    return AccountRef(AREA, AccountKind.RESIDENT, resident, unit)


async def family_of(town: Town, resident: str) -> str:
    family_id, now = new_id(), clock.now()
    async with town.database.write() as db:
        await db.execute(insert(Family).values(id=family_id, area_code=AREA, founded_by=resident, created_at=now))
        member = {"id": new_id(), "family_id": family_id, "resident_id": resident, "agreed_at": now}
        await db.execute(insert(FamilyMember).values(invited_by=resident, invited_at=now, **member))
    return family_id


async def test_what_waits_for_a_second_person_is_moved_before_wallets_are_locked(town: Town) -> None:
    """Who agrees has the request and then locks the wallet."""
    one, other = await town.residents(2)
    request = await fair.asked(town, one, 600)
    await family_of(town, one)
    async with kept_open(town.database, locking(FamilyMember, FamilyMember.resident_id == one)):
        merging = await begun(town.database, town.merge(one, other))
        agreeing = await begun(town.database, fair.approve(town, request.id))
    await asyncio.gather(merging, agreeing)
    assert sum(await town.posted([one, other])) == 600
    assert await town.findings() == []


async def test_a_claw_back_locks_the_wallets_of_all_its_deeds_together(town: Town) -> None:
    """The points come first here, and the poster locks the minutes first: that wallet is the older one."""
    await town.fund(1000)
    resident = await town.resident()
    for source, rule in (("0", "volunteer_minutes"), ("1", "volunteer_time"), ("1", "volunteer_minutes")):
        await town.ask(resident, source, rule=rule, minutes=60)
        await town.pay()
    async with town.database.read() as db:
        query = select(Transfer.id).where(Transfer.source_id == "1", Transfer.unit == Unit.MINUTE.value)
        second = (await db.execute(query)).scalar_one()
    for rule in ("volunteer_time", "volunteer_minutes"):
        await town.ask(resident, "2", rule=rule, minutes=60)
    async with kept_open(town.database, lambda db: in_turn(db, AREA, f"K:{second}")):
        taking = await begun(town.database, fair.claw_back(town, resident, "1", key="K"))
        paying = await begun(town.database, town.pay())
    await asyncio.gather(taking, paying)
    assert await town.findings() == []


async def test_a_claw_back_locks_the_wallet_that_is_frozen_after_it(town: Town) -> None:
    """Where the deed was; what it earned lies where the resident lives, and the poster locks both wallets by age."""
    home = Town(town.database, town.vault, area="110101001002")
    for one in (town, home):
        await one.fund(100)
    resident = await town.resident(points=1)
    await home.ask(resident, "1")
    await home.pay()
    await town.ask(resident, "2")
    await home.ask(resident, "3")
    async with town.database.write() as db:
        await fair.take_back(db, town, resident, "1", key="K")
        paying = await begun(town.database, town.pay())
        until_then = clock.now() + DAY
        await freezes.freeze(
            db, area_code=AREA, resident_id=resident, reason="test", worker_id=WORKER, ends_at=until_then
        )
    await paying
    assert await town.findings() == []


async def test_requests_that_are_paid_one_by_one_lock_their_wallets_together(town: Town) -> None:
    """A fund that cannot pay all is locked for the first one; who takes points back has a wallet and wants the fund."""
    await town.change_rule(SCHEME, {"expiry": {"mode": "days", "days": 1}}, since=clock.now())
    await town.fund(2)
    residents = [await town.resident(points=1) for _ in range(3)]
    await town.ask(residents[1], "0", rule="report_followed")
    await town.pay()
    async with town.database.read() as db:
        given = (await db.execute(select(Transfer.id).where(Transfer.source_id == "0"))).scalar_one()
    with clock.frozen(clock.now() + 3 * DAY):
        assert await town.write_off() == 1
        for number, resident in enumerate(residents, 1):
            await town.ask(resident, str(number), rule="report_followed")
        async with kept_open(town.database, holding(AccountRef(AREA, AccountKind.EXPIRED))):
            async with kept_open(town.database, holding(wallet(residents[2]))):
                paying = await begun(town.database, town.pay())
                taking = await begun(town.database, town.reverse(given))
            await until(town.database, for_a_while(2))
        await asyncio.gather(paying, taking)
        assert await town.findings() == []


async def test_requests_that_are_just_put_off_for_want_of_money_are_due_once_there_is_some(town: Town) -> None:
    await town.fund(1)
    residents = await town.residents(3)
    for number, resident in enumerate(residents):
        await town.ask(resident, str(number), rule="report_followed")
    await meanwhile(town, grants.post_due, town.fund(5))
    assert await town.pay() == 2
    assert await town.posted(residents) == [1, 1, 1]


async def test_a_claw_back_that_is_asked_for_twice_at_once_is_one(town: Town) -> None:
    await town.fund(100)
    resident = await town.resident()
    await town.ask(resident, "1")
    await town.pay()

    async def take(db: AsyncSession) -> None:
        await fair.take_back(db, town, resident, "1", key="K")

    again = await meanwhile(town, take, fair.claw_back(town, resident, "1", key="K"))
    assert again.taken_points == 10
    assert (await town.balance(resident)).posted == 0


async def test_nobody_undoes_more_alone_by_doing_it_at_once(town: Town) -> None:
    """An allocation concerns no wallet, so it is the fund that they wait for."""
    given = [await town.fund(300) for _ in range(2)]

    async def undo(db: AsyncSession, transfer_id: str) -> Done | Adjustment:
        return await adjustments.reverse(db, transfer_id=transfer_id, reason="test", actor_id=WORKER, key=new_id())

    async def undo_other() -> Done | Adjustment:
        async with town.database.write() as db:
            return await undo(db, given[1].transfer_id)

    second = await meanwhile(town, lambda db: undo(db, given[0].transfer_id), undo_other())
    assert isinstance(second, Adjustment)
    assert await town.fund_balance() == 300


async def test_who_lifts_a_freeze_lets_a_wallet_go_that_was_just_moved(town: Town) -> None:
    one, other = await town.residents(2, points=1)
    frozen = await fair.freeze(town, one)
    async with town.database.read() as db:
        ids = await accounts.open_accounts(db, [wallet(one), wallet(other)])

    async def lift() -> list[bool]:
        async with town.database.write() as db:
            await freezes.lift(db, freeze_id=frozen.id, worker_id=WORKER, because="test")
            return [town.database.is_sqlite or await is_free(town.database, ids[wallet(who)]) for who in (one, other)]

    async def move(db: AsyncSession) -> None:
        await wallets.move_wallet(db, town.vault, from_resident_id=one, to_resident_id=other, key="bound")

    assert await meanwhile(town, move, lift()) == [True, town.database.is_sqlite]


async def test_what_expires_beside_something_damaged_locks_its_wallets_together(town: Town) -> None:
    """Who takes another code for the same reward back has the wallet and then locks the reward."""
    reward, now = await town.reward(price=2, code_days=7), clock.now()
    residents = [await town.resident(points=10) for _ in range(3)]
    for minutes, resident in enumerate(residents):
        with clock.frozen(now + timedelta(minutes=minutes)):
            made = await town.redeem(resident, reward)
        if resident == residents[1]:
            async with town.database.write() as db:
                await db.execute(update(Hold).where(Hold.id == made.id).values(state=HoldState.VOID.value))
    with clock.frozen(now + DAY):
        other = await town.redeem(residents[2], reward)
    with clock.frozen(now + 7.5 * DAY):
        lot = Lot.account_id == select(Account.id).where(Account.owner_id == residents[2]).scalar_subquery()
        async with kept_open(town.database, locking(Lot, lot)):
            taking_back = await begun(town.database, town.void(other.id))
            expiring = await begun(town.database, town.expire())
        await asyncio.gather(taking_back, expiring)
        assert expiring.result() == 2
    assert await town.stock(reward) == 4
