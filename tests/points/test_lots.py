from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core import clock
from core.crypto import Ring, Vault
from core.db import Database, new_id
from points import holds
from points.accounts import AccountRef
from points.errors import InsufficientPoints
from points.lots import NextExpiry
from points.models import Account, AccountKind, HoldState
from tests.points.lot_replay import NEVER, Replay
from tests.points.town import RING, WORKER, Town

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = timedelta(days=1)


async def wallet(town: Town, *lots: tuple[int, int | None]) -> str:
    """A resident with lots of so many points that expire in so many days."""
    resident = await town.resident()
    for points, days in lots:
        await town.adjust(resident, points, expires_at=None if days is None else NOW + days * DAY)
    return resident


async def test_what_expires_first_is_spent_first_and_what_never_does_last(town: Town) -> None:
    with clock.frozen(NOW):
        resident = await wallet(town, (5, None), (5, 9), (5, 3))
        await town.adjust(resident, -7)
        assert await town.lots(resident) == [(0, 0, NOW + 3 * DAY), (3, 0, NOW + 9 * DAY), (5, 0, None)]
        assert await town.findings() == []


async def test_what_is_reserved_of_a_lot_is_not_spent_with_its_rest(town: Town) -> None:
    with clock.frozen(NOW):
        resident = await wallet(town, (6, 3), (6, 9))
        await town.redeem(resident, await town.reward(price=4))
        await town.adjust(resident, -7)
        assert await town.lots(resident) == [(4, 4, NOW + 3 * DAY), (1, 0, NOW + 9 * DAY)]
        assert await town.findings() == []


async def test_of_two_that_expire_together_the_older_is_spent_first(town: Town) -> None:
    with clock.frozen(NOW):
        resident = await wallet(town, (5, 3), (6, 3))
        await town.adjust(resident, -5)
        assert [left for left, _, _ in await town.lots(resident)] == [0, 6]


async def test_an_expired_point_cannot_be_spent_from_its_second_on(town: Town) -> None:
    """Nobody has written it off: the clock job does not run in this test."""
    with clock.frozen(NOW):
        resident = await wallet(town, (5, 1), (2, None))
    with clock.frozen(NOW + DAY - timedelta(microseconds=1)):
        assert (await town.balance(resident)).available == 7
    with clock.frozen(NOW + DAY):
        balance = await town.balance(resident)
        assert (balance.posted, balance.expired, balance.available) == (7, 5, 2)
        with pytest.raises(InsufficientPoints) as refused:
            await town.adjust(resident, -3)
        assert refused.value.facts == {"needed": 3, "available": 2}
        with pytest.raises(InsufficientPoints):
            await town.redeem(resident, await town.reward(price=3))
        await town.adjust(resident, -2)


async def test_what_expired_is_written_off_once_by_a_transfer(town: Town) -> None:
    with clock.frozen(NOW):
        resident = await wallet(town, (5, 1), (4, 1), (2, None))
    with clock.frozen(NOW + DAY):
        assert await town.write_off() == 2
        assert await town.write_off() == 0
        line = (await town.statement(resident)).items[0]
        assert (line.kind, line.amount_points, line.balance_after) == ("expiry", -9, 2)
        assert (await town.balance(resident)).posted == 2
        assert await town.findings() == []


async def test_writing_off_goes_in_bounded_batches(town: Town) -> None:
    with clock.frozen(NOW):
        for _ in range(3):
            await wallet(town, (5, 1), (5, 2))
    with clock.frozen(NOW + 2 * DAY):
        assert [await town.write_off(limit=4) for _ in range(3)] == [4, 2, 0]
        async with town.database.read() as db:
            gone = select(func.sum(Account.posted)).where(Account.kind == AccountKind.EXPIRED.value)
            assert (await db.execute(gone)).scalar_one() == 30


async def test_what_expires_next_is_shown_with_its_moment(town: Town) -> None:
    with clock.frozen(NOW):
        resident = await wallet(town, (5, 9), (5, 3), (2, 3), (1, None))
        await town.redeem(resident, await town.reward(price=4))
        assert (await town.balance(resident)).next_expiry == NextExpiry(3, NOW + 3 * DAY)


async def test_a_reservation_keeps_its_points_beyond_their_expiry_but_not_beyond_its_own_end(town: Town) -> None:
    with clock.frozen(NOW):
        resident = await wallet(town, (10, 1))
        kept = await town.redeem(resident, await town.reward(price=4, code_days=9))
        dropped = await town.redeem(resident, await town.reward(price=5, code_days=9))
    with clock.frozen(NOW + 2 * DAY):
        await town.write_off()
        assert (await town.balance(resident)).posted == 9
        await town.void(dropped.id)
        assert (await town.balance(resident)).available == 0
        assert await town.write_off() == 1
        assert kept.code is not None
        await town.verify(kept.code)
        assert (await town.balance(resident)).posted == 0
        assert await town.findings() == []


async def test_a_reversed_redemption_returns_to_its_lots_with_their_expiry(town: Town) -> None:
    with clock.frozen(NOW):
        resident = await wallet(town, (5, 3), (5, 9))
        held = await town.redeem(resident, await town.reward(price=7))
        assert held.code is not None
        spent = await town.verify(held.code)
        assert spent.transfer_id is not None
    with clock.frozen(NOW + 5 * DAY):
        await town.reverse(spent.transfer_id)
        assert await town.lots(resident) == [(0, 0, NOW + 3 * DAY), (5, 0, NOW + 9 * DAY)]
        kinds = [line.kind for line in (await town.statement(resident)).items[:2]]
        assert kinds == ["expiry", "reversal"]
        assert await town.findings() == []


DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(1, 30), st.sampled_from([None, 1, 2, 5])),
        st.tuples(st.just("spend"), st.integers(1, 30), st.none()),
        st.tuples(st.just("reserve"), st.integers(1, 30), st.none()),
        st.tuples(st.just("post"), st.integers(1, 30), st.none()),
        st.tuples(st.just("release"), st.integers(0, 9), st.none()),
        st.tuples(st.just("undo"), st.integers(0, 9), st.none()),
        st.tuples(st.just("write_off"), st.just(0), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 3), st.none()),
    ),
    max_size=25,
)


class Pair:
    """The same deeds in the database and in the replay."""

    def __init__(self, town: Town) -> None:
        self.town, self.replay, self.now = town, Replay(), NOW
        self.transfers: dict[int, str] = {}
        self.holds: dict[int, str] = {}
        self.resident = ""

    async def live(self, deeds: list[tuple[str, int, int | None]]) -> None:
        self.resident = await self.town.resident()
        for number, (name, amount, days) in enumerate(deeds):
            with clock.frozen(self.now):
                await getattr(self, name)(number, amount, days)
                await self.compare()

    async def earn(self, _number: int, amount: int, days: int | None) -> None:
        expires_at = None if days is None else self.now + days * DAY
        await self.town.adjust(self.resident, amount, expires_at=expires_at)
        self.replay.earn(amount, expires_at)

    async def spend(self, number: int, amount: int, _days: None) -> None:
        with suppress(InsufficientPoints):
            self.transfers[number] = (await self.town.adjust(self.resident, -amount)).transfer_id
        assert (number in self.transfers) is (amount <= self.replay.available(self.now))
        if number in self.transfers:
            self.replay.spend(number, amount, self.now)

    async def reserve(self, number: int, amount: int, _days: None) -> None:
        account = AccountRef(self.town.area, AccountKind.RESIDENT, self.resident)
        with suppress(InsufficientPoints):
            async with self.town.database.write() as db:
                hold_id = new_id()
                await holds.place(db, hold_id=hold_id, account=account, amount_points=amount, expires_at=NEVER)
                self.holds[number] = hold_id
        assert (number in self.holds) is (amount <= self.replay.available(self.now))
        if number in self.holds:
            self.replay.reserve(number, amount, self.now)

    async def post(self, _number: int, amount: int, _days: None) -> None:
        for number in list(self.holds)[:1]:
            most = sum(part for _, part in self.replay.reserved[number])
            async with self.town.database.write() as db:
                await holds.settle(
                    db,
                    hold_id=self.holds.pop(number),
                    source_kind="test",
                    source_id="1",
                    actor_id=WORKER,
                    amount_points=min(amount, most),
                )
            self.replay.post(number, min(amount, most))

    async def release(self, _number: int, which: int, _days: None) -> None:
        for number in list(self.holds)[which : which + 1]:
            async with self.town.database.write() as db:
                await holds.release(db, hold_ids=[self.holds.pop(number)], state=HoldState.VOID)
            self.replay.release(number)

    async def undo(self, _number: int, which: int, _days: None) -> None:
        for number in list(self.transfers)[which : which + 1]:
            await self.town.reverse(self.transfers.pop(number))
            self.replay.undo(number, self.now)

    async def write_off(self, *_: object) -> None:
        """Of all, those too that other examples left."""
        while await self.town.write_off():
            pass
        self.replay.write_off(self.now)

    async def wait(self, _number: int, days: int, _days: None) -> None:
        self.now += days * DAY

    async def compare(self) -> None:
        found = await self.town.lots(self.resident)
        ordered = sorted(self.replay.parcels, key=lambda one: (one.expires_at, one.number))
        assert [(left, held) for left, held, _ in found] == [(one.left, one.held) for one in ordered]
        balance = await self.town.balance(self.resident)
        assert balance.posted == sum(one.left for one in ordered)
        assert balance.available == self.replay.available(clock.now())
        wanted = self.replay.next_expiry(clock.now())
        assert balance.next_expiry == (NextExpiry(*wanted) if wanted else None)


def test_lots_agree_with_a_pure_replay(database_url: str, backend: str) -> None:
    database = Database(database_url, synchronous="OFF", pool_size=1)

    @settings(
        max_examples=20 if backend == "sqlite" else 10,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(deeds=DEEDS)
    def agree(deeds: list[Any]) -> None:
        runner.run(Pair(Town(database, Vault(Ring.parse(RING)))).live(deeds))

    with asyncio.Runner() as runner:
        agree()
        findings = runner.run(Town(database, Vault(Ring.parse(RING))).findings())
        runner.run(database.close())
    assert findings == []
