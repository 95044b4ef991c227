"""Who came: check-in by seat or code, no one at two places, hours within the activity, certified once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from community import volunteers
from community.history import MoveRefused
from community.permissions import NotYourTask
from community.volunteers import (
    CheckedInElsewhere,
    CheckInClosed,
    CheckInCodeWrong,
    NotCheckedIn,
    NotSignedUp,
    check_in,
    check_in_code,
    check_out,
    sign_up,
)
from community.volunteers.certifying import covered_minutes
from community.volunteers.errors import ActivityNotEnded
from community.volunteers.models import Attendance
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import Invalid
from core.values import Role
from points.grant_models import GrantRequest
from tests.community.people import HOUR, MONDAY, OTHER_AREA, crowd, notices_of, worker
from tests.community.volunteers.place import SATURDAY, plan, published

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


async def seat(database: Database, vault: Vault, activity_id: str, resident_id: str) -> str:
    async with database.write() as db:
        done = await sign_up(
            db, vault, resident_id=resident_id, activity_id=activity_id, name="王小明", phone="13800000000"
        )
    return done.signup_id


async def come(database: Database, vault: Vault, activity_id: str, resident_id: str, at: datetime) -> None:
    with clock.frozen(at):
        async with database.write() as db:
            await check_in(db, vault, resident_id=resident_id, activity_id=activity_id)


async def go(database: Database, resident_id: str, at: datetime) -> int:
    with clock.frozen(at):
        async with database.write() as db:
            return await check_out(db, resident_id=resident_id)


async def certify(database: Database, vault: Vault, activity_id: str, at: datetime = SATURDAY + 3 * HOUR) -> int:
    with clock.frozen(at):
        async with database.write() as db:
            return await volunteers.certify(db, vault, activity_id=activity_id, worker_id="w1")


async def minutes_of(database: Database, resident_id: str) -> int:
    async with database.read() as db:
        return (await volunteers.hours(db, resident_id=resident_id)).minutes


async def test_only_who_has_a_seat_checks_in(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=1))
    seated, waiting, stranger = await crowd(database, vault, 3)
    await seat(database, vault, activity_id, seated)
    await seat(database, vault, activity_id, waiting)
    await come(database, vault, activity_id, seated, SATURDAY)
    for other in (waiting, stranger):
        with pytest.raises(NotSignedUp):
            await come(database, vault, activity_id, other, SATURDAY)


@pytest.mark.parametrize("at", [SATURDAY - timedelta(minutes=31), SATURDAY + 2 * HOUR + MINUTE])
async def test_check_in_opens_shortly_before_and_ends_with_it(database: Database, vault: Vault, at: datetime) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    await seat(database, vault, activity_id, one)
    with pytest.raises(CheckInClosed):
        await come(database, vault, activity_id, one, at)


async def test_the_code_finds_the_activity_of_who_has_a_seat(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    one, stranger = await crowd(database, vault, 2)
    await seat(database, vault, activity_id, one)
    code = check_in_code(vault, activity_id=activity_id)
    assert (len(code), code.isdigit()) == (6, True)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    with clock.frozen(SATURDAY):
        async with database.write() as db:
            assert (await check_in(db, vault, resident_id=one, code=code)).id == activity_id
            for resident_id, typed in ((one, wrong), (stranger, code)):
                with pytest.raises(CheckInCodeWrong):
                    await check_in(db, vault, resident_id=resident_id, code=typed)
            with pytest.raises(Invalid):
                await check_in(db, vault, resident_id=one)


async def test_checking_in_twice_keeps_the_first_time(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    await seat(database, vault, activity_id, one)
    await come(database, vault, activity_id, one, SATURDAY)
    await come(database, vault, activity_id, one, SATURDAY + HOUR)
    assert await go(database, one, SATURDAY + 2 * HOUR) == 120
    with pytest.raises(NotCheckedIn):
        await go(database, one, SATURDAY + 2 * HOUR)


async def test_nobody_is_at_two_places_at_once(database: Database, vault: Vault) -> None:
    here, there = [await published(database, vault, plan()) for _ in range(2)]
    (one,) = await crowd(database, vault, 1)
    for activity_id in (here, there):
        await seat(database, vault, activity_id, one)
    await come(database, vault, here, one, SATURDAY)
    with pytest.raises(CheckedInElsewhere):
        await come(database, vault, there, one, SATURDAY + HOUR)
    await go(database, one, SATURDAY + HOUR)
    await come(database, vault, there, one, SATURDAY + HOUR)


async def test_what_was_certified_elsewhere_is_not_certified_again(database: Database, vault: Vault) -> None:
    here, there = [await published(database, vault, plan()) for _ in range(2)]
    (one,) = await crowd(database, vault, 1)
    signups = [await seat(database, vault, activity_id, one) for activity_id in (here, there)]
    async with database.write() as db:
        for signup_id, minutes in zip(signups, (90, 120), strict=True):
            await volunteers.enter_by_hand(db, signup_id=signup_id, minutes=minutes, worker_id="w1")
    await certify(database, vault, here)
    await certify(database, vault, there)
    assert await minutes_of(database, one) == 120


async def test_hours_are_certified_within_the_activity_once_and_earn_points(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=3))
    early, forgetful, absent = await crowd(database, vault, 3)
    for one in (early, forgetful, absent):
        await seat(database, vault, activity_id, one)
    await come(database, vault, activity_id, early, SATURDAY - 20 * MINUTE)
    await come(database, vault, activity_id, forgetful, SATURDAY + 30 * MINUTE)
    await go(database, early, SATURDAY + 45 * MINUTE)
    assert await certify(database, vault, activity_id) == 2
    with pytest.raises(MoveRefused):
        await certify(database, vault, activity_id)
    assert [await minutes_of(database, one) for one in (early, forgetful, absent)] == [45, 90, 0]
    async with database.read() as db:
        rows = (await db.execute(select(GrantRequest))).scalars().all()
        states = {s.resident_id: s.state for one in (early, forgetful, absent) for s, _ in
                  await volunteers.my_signups(db, resident_id=one)}  # fmt: skip
    assert {(r.recipient_id, r.rule_id, r.minutes, r.source_kind) for r in rows} == {
        (who, rule, minutes, "attendance")
        for who, minutes in ((early, 45), (forgetful, 90))
        for rule in ("volunteer_time", "volunteer_minutes")
    }
    assert states == {early: "attended", forgetful: "attended", absent: "absent"}
    assert (await notices_of(database, vault, resident_id=early))[-1] == "activity_certified"


async def test_hours_are_not_certified_before_the_end(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    with pytest.raises(ActivityNotEnded):
        await certify(database, vault, activity_id, SATURDAY + HOUR)


@pytest.mark.parametrize("minutes", [0, 121])
async def test_an_entry_by_hand_is_at_most_the_activity(database: Database, vault: Vault, minutes: int) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    signup_id = await seat(database, vault, activity_id, one)
    async with database.write() as db:
        with pytest.raises(Invalid):
            await volunteers.enter_by_hand(db, signup_id=signup_id, minutes=minutes, worker_id="w1")


async def test_an_entry_by_hand_is_marked_and_replaces_the_check_in(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    signup_id = await seat(database, vault, activity_id, one)
    await come(database, vault, activity_id, one, SATURDAY)
    async with database.write() as db:
        await volunteers.enter_by_hand(db, signup_id=signup_id, minutes=60, worker_id="w1")
    await certify(database, vault, activity_id)
    async with database.write() as db:
        row = (await db.execute(select(Attendance))).scalar_one()
        assert (row.certified_minutes, row.honour, row.entered_by) == (60, True, "w1")
        with pytest.raises(NotSignedUp):
            await volunteers.enter_by_hand(db, signup_id=signup_id, minutes=90, worker_id="w1")


async def test_the_list_is_masked_for_who_may_not_read_contacts(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan())
    (one,) = await crowd(database, vault, 1)
    await seat(database, vault, activity_id, one)
    async with database.read() as db:
        (line,) = await volunteers.attendance(db, vault, activity_id=activity_id, worker=worker())
        for other in (worker(Role.HANDLER), worker(Role.DESK, OTHER_AREA)):
            with pytest.raises(NotYourTask):
                await volunteers.attendance(db, vault, activity_id=activity_id, worker=other)
    assert (line["name"], line["phone"], line["state"]) == ("王小明", "13800000000", "seated")


spans = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=8)


@given(spans)
def test_shared_minutes_count_once(found: list[tuple[int, int]]) -> None:
    moments = sorted((SATURDAY + a * MINUTE, SATURDAY + (a + length) * MINUTE) for a, length in found)
    covered = {minute for a, length in found for minute in range(a, a + length)}
    assert covered_minutes(moments) == len(covered)
