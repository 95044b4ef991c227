from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core import clock, leases
from core.db import Database
from core.leases import Lease, LeaseLost

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)


async def take(database: Database, holder: str) -> Lease | None:
    async with database.write() as db:
        return await leases.acquire(db, name="poster", seconds=30, holder=holder)


async def taken(database: Database, holder: str) -> Lease:
    lease = await take(database, holder)
    assert lease is not None
    return lease


async def test_one_at_a_time_holds_it(database: Database) -> None:
    with clock.frozen(NOW):
        assert (await taken(database, "a")).until == LATER
        assert await take(database, "b") is None


async def test_an_overdue_lease_goes_to_another_under_a_new_token(database: Database) -> None:
    with clock.frozen(NOW):
        first = await taken(database, "a")
    with clock.frozen(LATER):
        assert (await taken(database, "b")).token > first.token


async def test_its_holder_takes_it_again_at_once(database: Database) -> None:
    """A process that starts anew under its name need not wait for itself."""
    with clock.frozen(NOW):
        first = await taken(database, "a")
        assert (await taken(database, "a")).token > first.token


async def test_who_was_overtaken_cannot_renew(database: Database) -> None:
    with clock.frozen(NOW):
        first = await taken(database, "a")
    with clock.frozen(LATER):
        second = await taken(database, "b")
        async with database.write() as db:
            await leases.renew(db, second, seconds=30)
            with pytest.raises(LeaseLost):
                await leases.renew(db, first, seconds=30)


async def test_a_late_renewal_counts_while_nobody_took_it(database: Database) -> None:
    with clock.frozen(NOW):
        lease = await taken(database, "a")
    with clock.frozen(LATER):
        async with database.write() as db:
            assert (await leases.renew(db, lease, seconds=5)).until == LATER + timedelta(seconds=5)
        assert await take(database, "b") is None


async def test_what_is_released_can_be_taken_at_once(database: Database) -> None:
    with clock.frozen(NOW):
        lease = await taken(database, "a")
        async with database.write() as db:
            await leases.release(db, lease)
        second = await taken(database, "b")
        async with database.write() as db:
            await leases.release(db, lease)
        assert await take(database, "c") is None
        assert second.token > lease.token
