"""What one transaction has begun another waits for, and then goes by what was done, not by what it saw before."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import new_id
from core.row_statements import RowStatement
from points import accounts, corrections, expiry, grants, holds, posting_batch, redemptions, reversals, rewards, sharing
from points.accounts import AccountRef
from points.errors import HoldSettled, InsufficientPoints, RewardChanged, RewardSoldOut
from points.ledger import post_many
from points.models import LOCK_RANK, AccountKind, HoldState, Transfer, TransferKind
from points.postings import Posting, between
from points.reversal_plans import locked_sides
from points.sharing import DonationFund
from points.wallets import move_wallet
from tests.points.town import AREA, WORKER, Town
from tests.points.waits import is_free, meanwhile

SOON = timedelta(hours=1)


async def donate(town: Town, resident: str, points: int) -> Any:
    async with town.database.write() as db:
        return await _donate(db, resident, points)


async def _donate(db: AsyncSession, resident: str, points: int) -> Any:
    return await sharing.donate(
        db, area_code=AREA, resident_id=resident, fund=DonationFund.COMMUNITY, amount_points=points, key=new_id()
    )


async def reserved(town: Town, resident: str) -> None:
    """Two reservations, so that what is held would be enough to settle one of them twice."""
    account = AccountRef(AREA, AccountKind.RESIDENT, resident)
    for key in ("hold", "other"):
        async with town.database.write() as db:
            await holds.place(db, hold_id=key, account=account, amount_points=4, expires_at=clock.now() + SOON)


async def settle(town: Town) -> Any:
    async with town.database.write() as db:
        return await holds.settle(db, hold_id="hold", source_kind="test", source_id="1", actor_id=WORKER)


async def test_a_reservation_that_is_just_released_is_not_spent(town: Town) -> None:
    resident = await town.resident(points=10)
    await reserved(town, resident)
    with pytest.raises(HoldSettled):
        await meanwhile(town, lambda db: holds.release(db, hold_ids=["hold"], state=HoldState.VOID), settle(town))
    balance = await town.balance(resident)
    assert (balance.posted, balance.held) == (10, 4)


async def test_lots_that_are_just_spent_are_not_chosen(town: Town) -> None:
    """The other lot is, though the first would have gone first."""
    await donate(
        town, await town.resident(points=1), 1
    )  # or the second would wait for the account that the first opens
    resident = await town.resident()
    await town.adjust(resident, 6, expires_at=clock.now() + SOON)
    await town.adjust(resident, 6)
    await meanwhile(town, lambda db: _donate(db, resident, 6), donate(town, resident, 6))
    assert [left for left, _, _ in await town.lots(resident)] == [0, 0]
    assert await town.findings() == []


async def test_what_is_just_taken_back_is_not_written_off(town: Town) -> None:
    resident = await town.resident()
    given = await town.adjust(resident, 6, expires_at=clock.now() + SOON)

    async def take_back(db: AsyncSession) -> None:
        await reversals.reverse(db, transfer_id=given.transfer_id, reason="test", actor_id=WORKER, key=new_id())

    with clock.frozen(clock.now() + SOON):
        assert await meanwhile(town, take_back, town.write_off()) == 0
        assert await town.findings() == []


async def test_what_is_just_written_off_is_taken_back_from_the_expired(town: Town) -> None:
    resident = await town.resident()
    given = await town.adjust(resident, 6, expires_at=clock.now() + SOON)
    with clock.frozen(clock.now() + SOON):
        done = await meanwhile(town, expiry.expire_due, town.reverse(given.transfer_id))
        assert (done.taken_points, (await town.balance(resident)).posted) == (6, 0)
        assert await town.findings() == []


async def test_a_reversal_lets_a_wallet_go_that_was_just_moved_to_another(town: Town) -> None:
    """Who keeps it and then locks the other one, while others lock both in order, waits in a circle with them."""
    before, after = await town.resident(), await town.resident()
    given = await town.adjust(before, 30)
    async with town.database.write() as db:
        refs = [AccountRef(AREA, AccountKind.RESIDENT, who) for who in (before, after)]
        ids = await accounts.open_accounts(db, refs)

    async def reverse() -> tuple[set[str], list[bool]]:
        async with town.database.write() as db:
            original = (await db.execute(select(Transfer).where(Transfer.id == given.transfer_id))).scalar_one()
            sides = await locked_sides(db, original)
            taken = [town.database.is_sqlite or await is_free(town.database, ids[ref]) for ref in refs]
            return {side.account.owner_id for side in sides if side.account.kind is AccountKind.RESIDENT}, taken

    async def move(db: AsyncSession) -> None:
        await move_wallet(db, town.vault, from_resident_id=before, to_resident_id=after, key="bound")

    owners, are_free = await meanwhile(town, move, reverse())
    assert owners == {after}
    assert are_free == [True, town.database.is_sqlite]


async def test_reservations_that_come_while_wallets_are_waited_for_are_locked_before_them(town: Town) -> None:
    """Two identities are bound to each other both ways at once while a reservation is settled."""
    one, other = await town.resident(points=10), await town.resident(points=10)
    await reserved(town, one)

    async def move(db: AsyncSession) -> None:
        await move_wallet(db, town.vault, from_resident_id=one, to_resident_id=other, key="there")

    await meanwhile(town, move, settle(town), town.merge(other, one))
    assert sum(await town.posted([one, other])) == 16
    assert await town.findings() == []


async def test_what_was_redeemed_while_the_wallet_was_waited_for_moves_with_it(town: Town) -> None:
    """Its code is sealed anew: the key of the first identity will be gone."""
    one, other = await town.resident(points=30), await town.resident()
    reward = await town.reward(price=20)
    async with town.database.write() as db:
        ids = await accounts.open_accounts(db, [AccountRef(AREA, AccountKind.RESIDENT, one)])

    async def redeem(db: AsyncSession) -> None:
        await accounts.lock(db, list(ids.values()))
        await redemptions.redeem(db, town.vault, area_code=AREA, resident_id=one, reward_id=reward, key="redeemed")

    await meanwhile(town, redeem, town.merge(one, other))
    (moved,) = await town.redemptions(other)
    assert moved.code is not None


async def test_a_key_that_is_just_refused_is_refused_in_the_same_words(town: Town) -> None:
    resident = await town.resident()

    async def refused(db: AsyncSession) -> None:
        with pytest.raises(InsufficientPoints):
            await corrections.adjust(
                db, area_code=AREA, resident_id=resident, amount_points=-1, reason="test", actor_id=WORKER, key="K"
            )

    with pytest.raises(InsufficientPoints):
        await meanwhile(town, refused, town.adjust(resident, -1, "K"))


async def test_requests_that_are_just_paid_are_paid_no_more_and_count_once(town: Town) -> None:
    await town.fund(100)
    resident = await town.resident()
    for number in range(3):
        await town.ask(resident, str(number))
    assert await meanwhile(town, grants.post_due, town.pay()) == 0
    assert (await town.balance(resident)).posted == 30
    assert await town.findings() == []


async def test_the_last_one_that_is_just_taken_is_sold_out(town: Town) -> None:
    reward = await town.reward(stock=1)
    first, second = [await town.resident(points=30) for _ in range(2)]

    async def take(db: AsyncSession) -> None:
        await redemptions.redeem(db, town.vault, resident_id=first, area_code=AREA, reward_id=reward, key=new_id())

    with pytest.raises(RewardSoldOut):
        await meanwhile(town, take, town.redeem(second, reward))
    assert await town.findings() == []


async def test_nobody_pays_a_price_that_has_just_changed(town: Town) -> None:
    """Who is told of it in the middle has reserved nothing, who comes after it pays the new one."""
    reward, resident = await town.reward(price=10), await town.resident(points=30)
    with suppress(RewardChanged):
        await meanwhile(
            town,
            lambda db: rewards.edit_reward(db, reward_id=reward, version=1, price_points=20),
            town.redeem(resident, reward),
        )
    assert (await town.balance(resident)).held in {0, 20}


class Locked:
    """A statement that notes the accounts which it locks or changes."""

    def __init__(self, statement: RowStatement, noted: list[int]) -> None:
        self._statement = statement
        self._noted = noted

    async def rows(self, db: AsyncSession, given: Sequence[Sequence[Any]], **values: Any) -> Sequence[Any]:
        found = await self._statement.rows(db, given, **values)
        self._noted += [row.id for row in found if row.id not in self._noted]
        return found


async def test_accounts_are_locked_from_the_coldest_kind_to_the_hottest_and_then_by_id(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So no two transactions wait for each other in a circle, however their postings are mixed."""
    await town.fund(100)
    residents = [await town.resident(points=10) for _ in range(4)]
    kinds = [AccountKind.FUND, AccountKind.TREASURY, AccountKind.REDEEMED]
    others = [AccountRef(AREA, kind) for kind in kinds]
    wallets = [AccountRef(AREA, AccountKind.RESIDENT, one) for one in reversed(residents)]
    postings = [
        Posting(AREA, new_id(), TransferKind.ADJUSTMENT, between(source, wallet, 1), "test")
        for source, wallet in zip([*others[:2], *others[:2]], wallets, strict=True)
    ]
    back = Posting(AREA, new_id(), TransferKind.ADJUSTMENT, between(wallets[0], others[2], 1), "test")
    noted: list[int] = []
    for name in ("LOCK_ACCOUNTS", "CHANGE_ACCOUNTS"):
        monkeypatch.setattr(posting_batch, name, Locked(getattr(posting_batch, name), noted))
    async with town.database.write() as db:
        await post_many(db, [*postings, back])
        kinds_of = await accounts.kinds_of(db, noted)
    assert len(noted) == 7
    if not town.database.is_sqlite:
        assert noted == sorted(noted, key=lambda one: (LOCK_RANK[kinds_of[one]], one))
    assert [kinds_of[one] for one in noted[4:]] == [AccountKind.REDEEMED, AccountKind.FUND, AccountKind.TREASURY]


async def test_a_family_that_ends_locks_its_last_member_before_its_own_wallet(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However old the wallets are, and whatever is overdue on them."""
    family = AccountRef(AREA, AccountKind.FAMILY, new_id())
    async with town.database.write() as db:
        await accounts.open_accounts(db, [family])
    member = await town.resident(points=20)
    async with town.database.write() as db:
        await sharing.pool(
            db, area_code=AREA, resident_id=member, family_id=family.owner_id, amount_points=20, key=new_id()
        )
        await holds.place(db, hold_id="hold", account=family, amount_points=4, expires_at=clock.now() + SOON)
    noted: list[int] = []
    for name in ("LOCK_ACCOUNTS", "CHANGE_ACCOUNTS"):
        monkeypatch.setattr(posting_batch, name, Locked(getattr(posting_batch, name), noted))
    with clock.frozen(clock.now() + SOON):
        async with town.database.write() as db:
            await sharing.hand_over(db, area_code=AREA, family_id=family.owner_id, resident_id=member, key=new_id())
            kinds_of = await accounts.kinds_of(db, noted)
    assert [kinds_of[one] for one in noted] == [AccountKind.RESIDENT, AccountKind.FAMILY]
