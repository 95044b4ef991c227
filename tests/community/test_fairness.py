"""What looks unfair is found, with its reason, and told once; what only looks alike is left in peace."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from community import fairness, volunteers, workers
from community.fairness_limits import Appealing, Burst, Collusion, Duplicate, Thresholds, Trivial, thresholds
from community.issues import Action, Actor
from community.permissions import Grant, Worker
from community.residents import Resident
from community.workers import WorkerRow
from core import clock
from core.clock import SHANGHAI
from core.crypto import Vault
from core.db import Database
from core.settings import Config
from core.values import Crs, Point, Role
from points import flags
from points.flags import FlagKind, Found
from tests.community.issues.conftest import DESK_AREA, World
from tests.community.people import DAY, HOUR, MONDAY, crowd, staff_events
from tests.community.volunteers.place import SATURDAY, plan, published

HERE = Point(116.4377, 39.9586, Crs.WGS84)
LIMITS = Thresholds(
    burst=Burst(per_hour=3, per_day=5),
    duplicate=Duplicate(days=7, metres=30),
    trivial=Trivial(characters=4),
    collusion=Collusion(days=30, reports=3, share=0.6, times_usual=2.0),
    appeal=Appealing(clawback_days=30),
)


@pytest.fixture
async def town(database: Database, vault: Vault) -> World:
    (resident_id,) = await crowd(database, vault, 1)
    return World(database, vault, Config(), resident_id)


async def a_worker(town: World, resident_id: str | None = None) -> Worker:
    """Somebody of the desk, bound to a resident's account."""
    async with town.database.write() as db:
        made, _ = await workers.create(db, town.vault, name="测试员", grants=[Grant(Role.DESK), Grant(Role.SUPERVISOR)])
        await db.execute(update(WorkerRow).where(WorkerRow.id == made.id).values(resident_id=resident_id))
    return replace(made, resident_id=resident_id)


async def verified(town: World, worker: Worker, *, at: datetime = MONDAY, **changed: Any) -> str:
    """The number of a report that this worker verified at once."""
    with clock.frozen(at):
        number = await town.report(**changed)
        await town.move(number, Actor.staff(worker), Action.VERIFY)
    return number


async def look(town: World, at: datetime = MONDAY + HOUR) -> list[Found]:
    """What one look raises that was not raised before."""
    with clock.frozen(at):
        async with town.database.read() as db:
            found = await fairness.find(db, LIMITS)
        async with town.database.write() as db:
            return await fairness.report(db, found)


def kinds(found: list[Found]) -> list[FlagKind]:
    return [one.kind for one in found]


async def test_who_verifies_their_own_report(town: World) -> None:
    worker = await a_worker(town, town.resident_id)
    number = await verified(town, worker)
    (found,) = await look(town)
    assert (found.kind, found.subject_id, found.resident_id) == (FlagKind.SELF_VERIFIED, number, town.resident_id)
    assert found.facts == {"worker_id": worker.id}


async def test_also_when_the_worker_is_bound_to_an_account_that_joined_it(town: World) -> None:
    (former,) = await crowd(town.database, town.vault, 1)
    worker = await a_worker(town, former)
    async with town.database.write() as db:
        await db.execute(update(Resident).where(Resident.id == former).values(merged_into=town.resident_id))
    await verified(town, worker)
    assert kinds(await look(town)) == [FlagKind.SELF_VERIFIED]


async def test_a_report_verified_by_another_is_in_order(town: World) -> None:
    await verified(town, await a_worker(town, (await crowd(town.database, town.vault, 1))[0]))
    assert await look(town) == []


async def test_who_certifies_their_own_hours(town: World, database: Database, vault: Vault) -> None:
    worker = await a_worker(town, town.resident_id)
    with clock.frozen(MONDAY):
        activity_id = await published(database, vault, plan())
        async with database.write() as db:
            seated = await volunteers.sign_up(db, vault, resident_id=town.resident_id, activity_id=activity_id)
            await volunteers.enter_by_hand(db, signup_id=seated.signup_id, minutes=60, worker_id="w1")
    with clock.frozen(SATURDAY + DAY):
        async with database.write() as db:
            await volunteers.certify(db, vault, activity_id=activity_id, worker_id=worker.id)
    (found,) = await look(town, SATURDAY + DAY)
    assert (found.kind, found.subject_kind) == (FlagKind.SELF_VERIFIED, "attendance")


async def test_the_same_report_twice(town: World) -> None:
    worker = await a_worker(town)
    first = await verified(town, worker, point=HERE)
    second = await verified(town, worker, at=MONDAY + DAY, point=replace(HERE, lng=HERE.lng + 0.0001))
    (found,) = await look(town, MONDAY + DAY)
    assert (found.kind, found.subject_id, found.facts) == (FlagKind.DUPLICATE, second, {"earlier": first})


@pytest.mark.parametrize(
    ("at", "changed"),
    [
        (MONDAY + 8 * DAY, {}),
        (MONDAY + DAY, {"point": replace(HERE, lng=HERE.lng + 0.001)}),
        (MONDAY + DAY, {"category_code": "M01"}),
        (MONDAY + DAY, {"point": None, "description": "5号楼的楼道灯坏了三天"}),
    ],
    ids=["long after", "elsewhere", "something else", "in other words"],
)
async def test_what_only_looks_alike(town: World, at: datetime, changed: dict[str, Any]) -> None:
    worker = await a_worker(town)
    await verified(town, worker, point=HERE)
    await verified(town, worker, at=at, **{"point": HERE, **changed})
    assert await look(town, at) == []


async def test_a_second_report_that_earned_nothing_is_no_matter(town: World) -> None:
    await verified(town, await a_worker(town), point=HERE)
    with clock.frozen(MONDAY + HOUR):
        await town.report(point=HERE)
    assert await look(town) == []


async def test_hardly_a_report(town: World) -> None:
    worker = await a_worker(town)
    number = await verified(town, worker, description="坏了")
    await verified(town, worker, description="很脏", point=HERE, category_code="M01")
    (found,) = await look(town)
    assert (found.kind, found.subject_id, found.facts) == (FlagKind.TRIVIAL, number, {"characters": 2})


async def test_paid_and_void_after_all(town: World) -> None:
    worker = await a_worker(town)
    number = await verified(town, worker)
    with clock.frozen(MONDAY + HOUR):
        await town.move(number, Actor.staff(worker), Action.VOID, reason="没有这回事")
    (found,) = await look(town)
    assert (found.kind, found.subject_id, found.facts) == (FlagKind.FALSE_REPORT, number, {"state": "void"})


@pytest.mark.parametrize(
    ("minutes", "in_an_hour"), [((0, 29, 59), 3), ((0, 61, 122, 183, 244), 1)], ids=["an hour", "a day"]
)
async def test_many_in_a_short_time(town: World, minutes: tuple[int, ...], in_an_hour: int) -> None:
    numbers = []
    for minute in minutes:
        with clock.frozen(MONDAY + timedelta(minutes=minute)):
            numbers.append(await town.report())
    (found,) = await look(town, MONDAY + 6 * HOUR)
    assert found.kind is FlagKind.BURST
    assert found.facts == {"in_an_hour": in_an_hour, "in_a_day": len(minutes), "issues": numbers}


async def test_not_so_many(town: World) -> None:
    midnight = datetime(2026, 6, 2, tzinfo=SHANGHAI)
    for minute in (-180, -70, -5, 5, 70, 180):
        with clock.frozen(midnight + timedelta(minutes=minute)):
            await town.report()
    assert await look(town, midnight + 4 * HOUR) == []


async def test_two_who_always_go_together(town: World) -> None:
    friend, other = await a_worker(town), await a_worker(town)
    numbers = [await verified(town, friend, at=MONDAY + n * DAY, description=f"第{n}号井盖松了") for n in range(3)]
    for neighbour in await crowd(town.database, town.vault, 4):
        await verified(replace(town, resident_id=neighbour), other)
    found = await look(town, MONDAY + 3 * DAY)
    assert kinds(found) == [FlagKind.COLLUSION]
    facts = {"worker_id": friend.id, "reports": 3, "share_percent": 100, "usual_percent": 0, "issues": sorted(numbers)}
    assert found[0].facts == facts


async def test_where_one_verifies_everything_a_pair_says_nothing(town: World) -> None:
    only = await a_worker(town)
    for n in range(4):
        await verified(town, only, at=MONDAY + n * DAY, description=f"第{n}号井盖松了")
    assert await look(town, MONDAY + 4 * DAY) == []
    for neighbour in await crowd(town.database, town.vault, 3):
        await verified(replace(town, resident_id=neighbour), only)
    assert await look(town, MONDAY + 4 * DAY) == []


async def test_a_second_look_finds_nothing_new_and_the_staff_hear_once(town: World) -> None:
    worker = await a_worker(town, town.resident_id)
    await verified(town, worker)
    assert len(await look(town)) == 1
    assert await look(town) == []
    told = [one for one in await staff_events(town.database) if one["event"] == "points.flags"]
    assert [(one["area_code"], one["facts"]) for one in told] == [(DESK_AREA, {"count": 1})]
    async with town.database.read() as db:
        assert len(await flags.listing(db, area_codes=[DESK_AREA])) == 1


def test_the_table_is_read() -> None:
    said = thresholds()
    assert said.burst.per_hour < said.burst.per_day
    assert 0 < said.collusion.share <= 1
