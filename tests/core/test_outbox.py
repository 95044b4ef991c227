"""The outbox: order within a key, one holder at a time, and rows that fail step aside and are seen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core import clock, outbox
from core.crypto import Vault
from core.db import Database
from core.outbox import Job, OutboxRow, OutboxState

START = datetime(2026, 3, 1, tzinfo=UTC)


class Time:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def time() -> Iterator[Time]:
    moving = Time()
    with clock.frozen(moving):
        yield moving


class Box:
    """The outbox as a test handles it: every step in a transaction of its own."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.vault = vault

    async def put(self, key: str, order_key: str = "", **options: Any) -> bool:
        async with self.database.write() as db:
            return await outbox.enqueue(
                db, kind="test", order_key=order_key or key, payload={"key": key}, key=key, **options
            )

    async def lease(self, limit: int = 20) -> list[Job]:
        async with self.database.write() as db:
            return await outbox.lease(db, self.vault, limit=limit)

    async def keys(self, limit: int = 20) -> list[str]:
        return [job.key for job in await self.lease(limit)]

    async def done(self, job: Job) -> bool:
        async with self.database.write() as db:
            return await outbox.settle_done(db, job)

    async def failed(self, job: Job, *, retryable: bool = True, after: float | None = None) -> OutboxState:
        async with self.database.write() as db:
            return await outbox.settle_failed(db, job, error="e", retryable=retryable, retry_after_seconds=after)

    async def held(self, job: Job) -> bool:
        async with self.database.write() as db:
            return await outbox.settle_held(db, job, error="window_closed")

    async def retry(self, row_id: int) -> bool:
        async with self.database.write() as db:
            return await outbox.retry(db, row_id=row_id)

    async def row(self, key: str) -> OutboxRow:
        async with self.database.read() as db:
            return (await db.execute(select(OutboxRow).where(OutboxRow.key == key))).scalar_one()

    async def states(self) -> dict[str, str]:
        async with self.database.read() as db:
            rows = await db.execute(select(OutboxRow.key, OutboxRow.state))
            return {row.key: row.state for row in rows}


@pytest.fixture
def box(database: Database, vault: Vault, time: Time) -> Box:
    return Box(database, vault)


async def test_only_the_head_of_a_key_leaves_and_in_order(box: Box) -> None:
    for key in ("a1", "a2", "a3"):
        await box.put(key, "a")
    await box.put("b1", "b")
    first, other = await box.lease()
    assert (first.key, other.key) == ("a1", "b1")
    assert await box.lease() == []
    assert await box.done(first)
    (second,) = await box.lease()
    assert second.key == "a2"


async def test_a_head_that_backs_off_holds_those_behind_it(box: Box, time: Time) -> None:
    await box.put("a1", "a")
    await box.put("a2", "a")
    (first,) = await box.lease()
    assert await box.failed(first) is OutboxState.PENDING
    assert await box.lease() == []
    time.later(seconds=10)
    assert await box.keys() == ["a1"]


async def test_who_lost_the_lease_cannot_settle(box: Box, time: Time) -> None:
    await box.put("a1")
    (slow,) = await box.lease()
    time.later(seconds=outbox.LEASE_SECONDS + 1)
    (quick,) = await box.lease()
    assert quick.attempts == slow.attempts + 1
    assert not await box.done(slow)
    assert not await box.held(slow)
    await box.failed(slow, retryable=False)
    assert (await box.states())["a1"] == "leased"
    assert await box.done(quick)
    assert not await box.done(quick)


async def test_a_lease_is_kept_until_its_end(box: Box, time: Time) -> None:
    await box.put("a1")
    await box.lease()
    time.later(seconds=outbox.LEASE_SECONDS - 1)
    assert await box.lease() == []


async def test_dead_held_and_expired_rows_step_aside(box: Box, time: Time) -> None:
    for key in ("dead", "held"):
        await box.put(key, "a")
    await box.put("expired", "a", expires_at=START + timedelta(seconds=5))
    await box.put("last", "a")
    (job,) = await box.lease()
    assert await box.failed(job, retryable=False) is OutboxState.DEAD
    (job,) = await box.lease()
    assert await box.held(job)
    time.later(seconds=6)
    assert await box.keys() == ["last"]
    assert await box.states() == {"dead": "dead", "held": "held", "expired": "expired", "last": "leased"}


async def test_staff_put_back_what_stands_aside_and_only_that(box: Box, time: Time) -> None:
    await box.put("a1")
    (job,) = await box.lease()
    assert not await box.retry(job.id)
    await box.failed(job, retryable=False)
    assert await box.retry(job.id)
    (again,) = await box.lease()
    assert again.attempts == 1
    await box.done(again)
    assert not await box.retry(job.id)


async def test_what_expired_and_was_put_back_does_not_expire_again(box: Box, time: Time) -> None:
    await box.put("a1", expires_at=START + timedelta(seconds=5))
    time.later(seconds=6)
    assert await box.lease() == []
    assert await box.retry((await box.row("a1")).id)
    assert await box.keys() == ["a1"]


async def test_urgent_ones_leave_first(box: Box) -> None:
    await box.put("a")
    await box.put("b")
    await box.put("fire", urgent=True)
    assert await box.keys(limit=2) == ["fire", "a"]


async def test_the_same_key_is_enqueued_once(box: Box) -> None:
    assert await box.put("a1")
    assert not await box.put("a1", "elsewhere")
    (job,) = await box.lease()
    await box.done(job)
    assert not await box.put("a1")
    assert await box.lease() == []


async def test_not_before_its_time(box: Box, time: Time) -> None:
    await box.put("later", not_before=START + timedelta(hours=1))
    assert await box.lease() == []
    time.later(hours=1)
    assert await box.keys() == ["later"]


async def test_it_backs_off_longer_each_time_and_gives_up(box: Box, time: Time) -> None:
    await box.put("a1")
    waits: list[float] = []
    for _ in range(outbox.MAX_ATTEMPTS - 1):
        (job,) = await box.lease()
        assert await box.failed(job) is OutboxState.PENDING
        waits.append(((await box.row("a1")).next_at - time.at).total_seconds())
        time.later(seconds=waits[-1])
    assert waits[0] >= outbox.FIRST_DELAY_SECONDS
    assert all(later >= sooner * 1.25 for sooner, later in pairwise(waits[:10]))
    assert max(waits) <= outbox.LONGEST_DELAY_SECONDS * 1.25
    (job,) = await box.lease()
    assert await box.failed(job) is OutboxState.DEAD
    row = await box.row("a1")
    assert (row.last_error, row.lease_token, row.settled_at) == ("e", None, time.at)


@given(st.integers(1, 60))
def test_any_back_off_is_between_its_limits(attempts: int) -> None:
    seconds = outbox.back_off_seconds(attempts)
    assert outbox.FIRST_DELAY_SECONDS <= seconds <= outbox.LONGEST_DELAY_SECONDS * 1.25


async def test_the_far_sides_wish_to_wait_is_respected(box: Box, time: Time) -> None:
    await box.put("a1")
    (job,) = await box.lease()
    await box.failed(job, after=500)
    assert (await box.row("a1")).next_at == START + timedelta(seconds=500)


async def test_a_payload_with_an_owner_is_sealed_under_their_key(box: Box) -> None:
    async with box.database.write() as db:
        await box.vault.new_key(db, "resident")
    await box.put("secret-words", owner_id="resident", vault=box.vault)
    assert b"secret-words" not in (await box.row("secret-words")).payload
    (job,) = await box.lease()
    assert job.payload == {"key": "secret-words"}
    with pytest.raises(ValueError, match="vault"):
        await box.put("x", owner_id="resident")


async def test_what_an_erased_resident_left_dies_alone(box: Box) -> None:
    async with box.database.write() as db:
        await box.vault.new_key(db, "gone")
    await box.put("theirs", "shared", owner_id="gone", vault=box.vault)
    await box.put("next", "shared")
    await box.put("other")
    async with box.database.write() as db:
        await box.vault.destroy(db, "gone")
    assert await box.keys() == ["other"]
    assert (await box.row("theirs")).last_error == "owner_erased"
    assert await box.keys() == ["next"]


async def _fail_after_enqueueing(box: Box) -> None:
    async with box.database.write() as db:
        await outbox.enqueue(db, kind="test", order_key="a", payload={}, key="a1")
        raise RuntimeError


async def test_a_rolled_back_deed_leaves_no_row(box: Box) -> None:
    with pytest.raises(RuntimeError):
        await _fail_after_enqueueing(box)
    assert await box.states() == {}


async def test_leasers_at_the_same_time_never_share_a_row(box: Box) -> None:
    """Several senders on connections of their own, until nothing is left: each row once, each key in order."""
    for number in range(60):
        await box.put(f"{number:02}", f"k{number % 12}")
    taken: list[Job] = []

    async def sender() -> None:
        idle = 0
        while idle < 20:
            jobs = await box.lease(limit=4)
            idle = 0 if jobs else idle + 1
            taken.extend(jobs)
            await asyncio.sleep(0)
            for job in jobs:
                assert await box.done(job)

    await asyncio.gather(*(sender() for _ in range(6)))
    assert sorted(job.key for job in taken) == [f"{number:02}" for number in range(60)]
    for order_key in {job.order_key for job in taken}:
        keys = [job.key for job in taken if job.order_key == order_key]
        assert keys == sorted(keys)


async def test_a_token_belongs_to_one_lease(box: Box) -> None:
    await box.put("a1")
    (job,) = await box.lease()
    assert not await box.done(replace(job, lease_token="0" * 32))
