"""What comes due for points: freezes end by themselves, months close, what looks unfair is found by one process."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.points_timers import LEASE_SECONDS, LOOK_EVERY, PointsTimers
from bot.wakeups import Wakeups
from community import fairness, sanctions
from community.residents import Resident
from core import clock
from core.crypto import Vault
from core.db import Database
from points import corrections, freezes, statements
from points.flags import FlagKind, Found
from points.seal_models import BalanceSnapshot
from tests.community.people import AREA, crowd, notices_of, staff_events, worker
from tests.community.service import served


@pytest.fixture
async def timers(database: Database, vault: Vault) -> PointsTimers:
    return PointsTimers(database, vault, Wakeups(None))


@pytest.fixture
async def resident_id(database: Database, vault: Vault) -> str:
    """Somebody with points."""
    (found,) = await crowd(database, vault, 1)
    async with database.write() as db:
        await corrections.adjust(
            db, area_code=AREA, resident_id=found, amount_points=20, reason="test", actor_id="w1", key="K"
        )
    return found


async def test_a_freeze_ends_and_the_resident_hears_it(
    timers: PointsTimers, database: Database, vault: Vault, resident_id: str
) -> None:
    ends_at = clock.now() + timedelta(days=1)
    async with database.write() as db:
        await sanctions.freeze(
            db, vault, area_code=AREA, resident_id=resident_id, reason="核对", worker=worker(), ends_at=ends_at
        )
    await timers.tick()
    assert await notices_of(database, vault, resident_id=resident_id) == ["points_frozen"]
    with clock.frozen(ends_at):
        await timers.tick()
        await timers.tick()
    assert await notices_of(database, vault, resident_id=resident_id) == ["points_frozen", "points_unfrozen"]
    async with database.read() as db:
        assert await freezes.of_resident(db, resident_id=resident_id) == []


async def test_what_came_to_a_former_identity_goes_to_whoever_they_are_by_now(
    timers: PointsTimers, database: Database, vault: Vault, resident_id: str
) -> None:
    (now,) = await crowd(database, vault, 1)
    async with database.write() as db:
        await db.execute(update(Resident).where(Resident.id == resident_id).values(merged_into=now))
    await timers.tick()
    async with database.read() as db:
        assert (await statements.balance(db, area_code=AREA, resident_id=now)).posted == 20


async def test_one_process_at_a_time_does_it(database: Database, vault: Vault, resident_id: str) -> None:
    now = clock.now()
    with clock.frozen(now):
        first, second = (PointsTimers(database, vault, Wakeups(None)) for _ in range(2))
        await first.tick()
        ends_at = now + timedelta(minutes=1)
        async with database.write() as db:
            await sanctions.freeze(
                db, vault, area_code=AREA, resident_id=resident_id, reason="核对", worker=worker(), ends_at=ends_at
            )
    with clock.frozen(ends_at):
        await second.tick()
        async with database.read() as db:
            assert len(await freezes.of_resident(db, resident_id=resident_id)) == 1
    with clock.frozen(now + timedelta(seconds=LEASE_SECONDS)):
        await second.tick()
        async with database.read() as db:
            assert await freezes.of_resident(db, resident_id=resident_id) == []


async def test_it_looks_every_hour(timers: PointsTimers, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    async def find(_: object) -> list[Found]:
        nonlocal looks
        looks += 1
        return [Found(FlagKind.BURST, AREA, "day", "one:2026-06-01", "one", {"in_an_hour": 12})]

    monkeypatch.setattr(fairness, "find", find)
    start = clock.now()
    for later in (timedelta(0), timedelta(minutes=3), timedelta(minutes=30), timedelta(minutes=3) + LOOK_EVERY):
        with clock.frozen(start + later):
            await timers.tick()
    assert looks == 2
    assert [one["event"] for one in await staff_events(database)] == ["points.flags"]


async def test_a_month_is_closed_once(timers: PointsTimers, database: Database, resident_id: str) -> None:
    assert resident_id
    next_month = (clock.local(clock.now()).replace(day=1) + timedelta(days=32)).replace(day=1, hour=2)
    with clock.frozen(next_month):
        for _ in range(2):
            await timers.tick()
    async with database.read() as db:
        assert (await db.execute(select(func.count()).select_from(BalanceSnapshot))).scalar_one() == 2


async def test_a_fault_of_one_duty_leaves_the_others(
    timers: PointsTimers, database: Database, vault: Vault, resident_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> int:
        raise OSError

    monkeypatch.setattr(sanctions, "lift_due", broken)
    next_month = (clock.local(clock.now()).replace(day=1) + timedelta(days=32)).replace(day=1, hour=2)
    with clock.frozen(next_month):
        await timers.tick()
    async with database.read() as db:
        assert (await db.execute(select(func.count()).select_from(BalanceSnapshot))).scalar_one() == 2
    assert await notices_of(database, vault, resident_id=resident_id) == []


async def test_honours_are_awarded_within_the_hour(
    timers: PointsTimers, database: Database, vault: Vault, resident_id: str
) -> None:
    noon = clock.parse("2026-11-21T12:00:00+08:00") + timedelta(days=30)
    with clock.frozen(noon):
        await timers.tick()
    await served(database, resident_id, 6000, certified_at=noon + timedelta(minutes=5))
    with clock.frozen(noon + LOOK_EVERY):
        await timers.tick()
    assert await notices_of(database, vault, resident_id=resident_id) == ["activity_honour"]
