"""Seats are given once, the waiting list moves up in order, and refusals change nothing."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from community.history import MoveRefused, Subject, of
from community.volunteers import activities, signups
from community.volunteers.cancelling import cancel_signup
from community.volunteers.errors import (
    ActivityFull,
    ActivityNotOpen,
    ActivityOver,
    AgeNotConfirmed,
    AlreadySignedUp,
)
from community.volunteers.models import Signup
from community.volunteers.signups import SignedUp, sign_up
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import AppError, Invalid, NotFound
from core.outbox import OutboxRow
from core.values import SignupState
from tests.community.people import HOUR, MONDAY, crowd, notices_of
from tests.community.volunteers.place import SATURDAY, plan, published, seats


@pytest.fixture(autouse=True)
def _on_monday() -> object:
    with clock.frozen(MONDAY):
        yield


async def join(database: Database, vault: Vault, activity_id: str, resident_id: str, people: int = 1) -> SignedUp:
    async with database.write() as db:
        return await sign_up(db, vault, resident_id=resident_id, activity_id=activity_id, people=people)


async def test_seats_then_waiting_list_then_full(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=2, waiting=2))
    people = await crowd(database, vault, 5)
    done = [await join(database, vault, activity_id, one) for one in people[:4]]
    assert [d.state for d in done] == [SignupState.SEATED] * 2 + [SignupState.WAITING] * 2
    assert [d.position for d in done] == [None, None, 1, 2]
    with pytest.raises(ActivityFull):
        await join(database, vault, activity_id, people[4])
    assert (await seats(database, activity_id)).waiting == 2


async def test_signing_up_twice_takes_no_second_seat_even_if_the_refusal_is_committed(
    database: Database, vault: Vault
) -> None:
    activity_id = await published(database, vault, plan(capacity=5))
    (one,) = await crowd(database, vault, 1)
    await join(database, vault, activity_id, one)
    async with database.write() as db:
        with pytest.raises(AlreadySignedUp):
            await sign_up(db, vault, resident_id=one, activity_id=activity_id)
    assert (await seats(database, activity_id)).taken == 1


async def test_who_cancelled_may_come_back(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=1))
    (one,) = await crowd(database, vault, 1)
    first = await join(database, vault, activity_id, one)
    async with database.write() as db:
        await cancel_signup(db, vault, signup_id=first.signup_id)
    assert (await join(database, vault, activity_id, one)).state is SignupState.SEATED


async def test_only_published_activities_to_come_are_open(database: Database, vault: Vault) -> None:
    (one,) = await crowd(database, vault, 1)
    async with database.write() as db:
        draft = await activities.create_activity(db, vault, plan=plan(), worker_id="w1")
    with pytest.raises(ActivityNotOpen) as refused:
        await join(database, vault, draft, one)
    assert refused.value.facts == {"state": "draft"}
    begun = await published(database, vault, plan())
    with clock.frozen(SATURDAY), pytest.raises(ActivityOver):
        await join(database, vault, begun, one)
    with pytest.raises(NotFound):
        await join(database, vault, "0" * 32, one)


async def test_an_age_limit_is_asked_about(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(min_age=18))
    (one,) = await crowd(database, vault, 1)
    with pytest.raises(AgeNotConfirmed) as refused:
        await join(database, vault, activity_id, one)
    assert refused.value.facts == {"min_age": 18}
    async with database.write() as db:
        done = await sign_up(db, vault, resident_id=one, activity_id=activity_id, age_confirmed=True)
    assert done.state is SignupState.SEATED


@pytest.mark.parametrize("people", [0, -1, 21])
async def test_absurd_numbers_are_refused(database: Database, vault: Vault, people: int) -> None:
    activity_id = await published(database, vault, plan(capacity=50))
    (one,) = await crowd(database, vault, 1)
    with pytest.raises(Invalid):
        await join(database, vault, activity_id, one, people)


async def test_a_party_larger_than_the_activity_does_not_wait_for_ever(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=2, waiting=10))
    (one,) = await crowd(database, vault, 1)
    with pytest.raises(ActivityFull):
        await join(database, vault, activity_id, one, 3)


async def test_a_cancelled_seat_goes_to_the_first_in_line_who_is_told(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=1))
    people = await crowd(database, vault, 3)
    first, second, third = [await join(database, vault, activity_id, one) for one in people]
    async with database.write() as db:
        assert await cancel_signup(db, vault, signup_id=first.signup_id) == [second.signup_id]
    after = await seats(database, activity_id)
    assert after.seated == [second.signup_id]
    assert after.in_line == [third.signup_id]
    assert await notices_of(database, vault, resident_id=people[1]) == ["signup_seated", "signup_reminder"]
    assert await notices_of(database, vault, resident_id=people[2]) == []


async def test_a_party_that_does_not_fit_lets_a_smaller_one_pass_and_keeps_its_place(
    database: Database, vault: Vault
) -> None:
    activity_id = await published(database, vault, plan(capacity=3, waiting=10))
    people = await crowd(database, vault, 4)
    two, one = [await join(database, vault, activity_id, p, n) for p, n in zip(people[:2], (2, 1), strict=True)]
    large = await join(database, vault, activity_id, people[2], 2)
    small = await join(database, vault, activity_id, people[3], 1)
    async with database.write() as db:
        assert await cancel_signup(db, vault, signup_id=one.signup_id) == [small.signup_id]
    async with database.write() as db:
        assert await cancel_signup(db, vault, signup_id=two.signup_id) == [large.signup_id]


async def test_cancelling_is_a_row_and_happens_once(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    done = await join(database, vault, activity_id, one)
    async with database.write() as db:
        await cancel_signup(db, vault, signup_id=done.signup_id, reason="临时有事")
    async with database.write() as db:
        with pytest.raises(MoveRefused):
            await cancel_signup(db, vault, signup_id=done.signup_id)
        changes = await of(db, vault, subject=Subject.SIGNUP, subject_id=done.signup_id)
    assert [(c.from_state, c.to_state, c.by, c.reason) for c in changes] == [
        (None, "seated", "resident", ""),
        ("seated", "cancelled", "resident", "临时有事"),
    ]
    assert (await seats(database, activity_id)).taken == 0


async def test_a_seat_is_not_given_back_after_the_start(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    done = await join(database, vault, activity_id, one)
    async with database.write() as db:
        with clock.frozen(SATURDAY + HOUR), pytest.raises(ActivityOver):
            await cancel_signup(db, vault, signup_id=done.signup_id)


async def test_the_last_seat_is_given_once(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=3, waiting=0))
    people = await crowd(database, vault, 8)
    barrier = asyncio.Barrier(len(people))

    async def attempt(resident_id: str) -> bool:
        await barrier.wait()
        try:
            await join(database, vault, activity_id, resident_id)
        except ActivityFull:
            return False
        return True

    won = await asyncio.gather(*(attempt(one) for one in people))
    assert sum(won) == 3
    assert (await seats(database, activity_id)).taken == 3


async def test_the_same_resident_in_two_chats_at_once_gets_one_seat(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=5))
    (one,) = await crowd(database, vault, 1)
    barrier = asyncio.Barrier(4)

    async def attempt() -> AppError | SignedUp:
        await barrier.wait()
        try:
            return await join(database, vault, activity_id, one)
        except AlreadySignedUp as refused:
            return refused

    results = await asyncio.gather(*(attempt() for _ in range(4)))
    assert sum(isinstance(r, SignedUp) for r in results) == 1
    assert (await seats(database, activity_id)).taken == 1


async def test_cancelling_and_joining_at_once_lose_no_seat(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=2, waiting=20))
    people = await crowd(database, vault, 8)
    seated = [await join(database, vault, activity_id, one) for one in people[:4]]
    barrier = asyncio.Barrier(8)

    async def cancel(done: SignedUp) -> None:
        await barrier.wait()
        async with database.write() as db:
            await cancel_signup(db, vault, signup_id=done.signup_id)

    async def arrive(resident_id: str) -> None:
        await barrier.wait()
        await join(database, vault, activity_id, resident_id)

    await asyncio.gather(*(cancel(done) for done in seated), *(arrive(one) for one in people[4:]))
    assert (await seats(database, activity_id)).taken == 2


async def test_the_reminder_waits_for_the_evening_before_and_asks_again_then(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    done = await join(database, vault, activity_id, one)
    async with database.write() as db:
        row = (await db.execute(select(OutboxRow).where(OutboxRow.owner_id == one))).scalar_one()
        assert clock.iso(row.next_at) == "2026-06-05T18:00:00+08:00"
        assert row.expires_at == SATURDAY
        assert await signups.reminder_still_wanted(db, signup_id=done.signup_id)
        await cancel_signup(db, vault, signup_id=done.signup_id)
        assert not await signups.reminder_still_wanted(db, signup_id=done.signup_id)
        assert not await signups.reminder_still_wanted(db, signup_id="0" * 32)


async def test_a_reminder_does_not_hold_up_what_is_said_before_it(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=1))
    people = await crowd(database, vault, 2)
    await join(database, vault, activity_id, people[0])
    async with database.write() as db:
        await activities.cancel_activity(db, vault, activity_id=activity_id, worker_id="w1", reason="大雨")
        rows = (await db.execute(select(OutboxRow.order_key).where(OutboxRow.owner_id == people[0]))).scalars().all()
    assert len(set(rows)) == 2


async def test_no_reminder_for_who_signs_up_after_it_is_due(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    with clock.frozen(SATURDAY - HOUR):
        await join(database, vault, activity_id, one)
    assert await notices_of(database, vault, resident_id=one) == []


Move = tuple[str, int]
joins = st.tuples(st.just("join"), st.integers(1, 4))
cancels = st.tuples(st.just("cancel"), st.integers(0, 9))
moves = st.lists(st.one_of(joins, cancels), max_size=14)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=moves, capacity=st.integers(1, 5))
async def test_the_waiting_list_keeps_its_order_and_nobody_who_fits_waits(
    database: Database, vault: Vault, script: list[Move], capacity: int
) -> None:
    activity_id = await published(database, vault, plan(capacity=capacity, waiting=30))
    arrivals = deque(await crowd(database, vault, len(script)))
    sizes: dict[str, int] = {}
    for what, number in script:
        before = await seats(database, activity_id)
        if what == "join":
            if number <= capacity:
                done = await join(database, vault, activity_id, arrivals.popleft(), number)
                sizes[done.signup_id] = number
            continue
        active = before.seated + before.in_line
        if not active:
            continue
        gone = active[number % len(active)]
        async with database.write() as db:
            moved = await cancel_signup(db, vault, signup_id=gone)
        after = await seats(database, activity_id)
        assert after.in_line == [s for s in before.in_line if s not in {*moved, gone}]
        assert moved == [s for s in before.in_line if s in moved]
        free = capacity - after.taken
        assert all(sizes[s] > free for s in after.in_line)


async def test_contact_details_are_sealed_at_rest(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    async with database.write() as db:
        done = await sign_up(db, vault, resident_id=one, activity_id=activity_id, name="王小明", phone="13800000000")
        row = (await db.execute(select(Signup).where(Signup.id == done.signup_id))).scalar_one()
        assert row.phone is not None
        assert b"13800000000" not in row.phone
        assert await vault.open_for(db, one, signups.PURPOSE_PHONE, row.phone) == "13800000000"
