"""An activity's life: every allowed and every forbidden pair, who sees it, what its cancelling does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update

from community.history import MoveRefused, Subject, of
from community.volunteers import activities
from community.volunteers.activities import TRANSITIONS, Plan, cancel_activity, create_activity, publish_activity
from community.volunteers.models import Activity
from community.volunteers.signups import sign_up
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import Invalid
from core.values import ActivityState
from tests.community.people import AREA, DAY, HOUR, MONDAY, OTHER_AREA, crowd, notices_of, told
from tests.community.volunteers.place import SATURDAY, plan, published, seats

ACTIONS = ("publish", "cancel", "certify")


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", list(ActivityState))
async def test_every_pair_of_the_table(database: Database, vault: Vault, state: ActivityState, action: str) -> None:
    async with database.write() as db:
        activity_id = await create_activity(db, vault, plan=plan(), worker_id="w1")
        await db.execute(update(Activity).where(Activity.id == activity_id).values(state=state.value))
        activity = await activities.get_activity(db, activity_id=activity_id)
        target = TRANSITIONS.get((state, action))
        if target is None:
            with pytest.raises(MoveRefused):
                await activities.move(db, vault, activity=activity, action=action, by="worker:w1")
        else:
            assert await activities.move(db, vault, activity=activity, action=action, by="worker:w1") is target
        changes = await of(db, vault, subject=Subject.ACTIVITY, subject_id=activity_id)
        after = await activities.get_activity(db, activity_id=activity_id)
    assert after.state == (target or state).value
    assert len(changes) == (1 if target is None else 2)


async def test_a_state_that_moved_meanwhile_is_not_moved_again(database: Database, vault: Vault) -> None:
    async with database.write() as db:
        activity_id = await create_activity(db, vault, plan=plan(), worker_id="w1")
        seen_before = await activities.get_activity(db, activity_id=activity_id)
        db.expunge(seen_before)
        await cancel_activity(db, vault, activity_id=activity_id, worker_id="w2")
        with pytest.raises(MoveRefused):
            await activities.move(db, vault, activity=seen_before, action="publish", by="worker:w1")


async def test_an_activity_of_the_past_is_not_published(database: Database, vault: Vault) -> None:
    async with database.write() as db:
        activity_id = await create_activity(db, vault, plan=plan(start=MONDAY - DAY), worker_id="w1")
        with pytest.raises(MoveRefused) as refused:
            await publish_activity(db, vault, activity_id=activity_id, worker_id="w1")
    assert refused.value.code == "activity_began"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": "  "}, "title"),
        ({"place": ""}, "place"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 10_001}, "capacity"),
        ({"waiting_capacity": -1}, "waiting_capacity"),
        ({"ends_at": SATURDAY}, "ends_at"),
        ({"min_age": 200}, "min_age"),
    ],
)
async def test_a_wrong_plan_names_its_field(
    database: Database, vault: Vault, changed: dict[str, object], field: str
) -> None:
    wrong: Plan = replace(plan(), **changed)  # type: ignore[arg-type]
    async with database.write() as db:
        with pytest.raises(Invalid) as refused:
            await create_activity(db, vault, plan=wrong, worker_id="w1")
    assert list(refused.value.fields) == [field]


async def test_residents_see_what_is_to_come_in_their_area_and_above(database: Database, vault: Vault) -> None:
    street = await published(database, vault, plan(area="110101", start=SATURDAY + DAY))
    mine = await published(database, vault, plan())
    await published(database, vault, plan(area=OTHER_AREA))
    await published(database, vault, plan(start=MONDAY + HOUR))
    async with database.write() as db:
        await create_activity(db, vault, plan=plan(), worker_id="w1")
    later: datetime = MONDAY + DAY
    async with database.read() as db:
        found = await activities.upcoming(db, area_code=AREA, now=later)
        everywhere = await activities.upcoming(db, area_code=None, now=later)
    assert [a.id for a in found] == [mine, street]
    assert len(everywhere) == 3


async def test_staff_page_through_the_activities_of_their_areas(database: Database, vault: Vault) -> None:
    made = [await published(database, vault, plan()) for _ in range(5)]
    await published(database, vault, plan(area=OTHER_AREA))
    async with database.read() as db:
        first = await activities.listing(db, areas=[AREA], limit=3)
        rest = await activities.listing(db, areas=[AREA], limit=3, after=first[-1].id)
        assert await activities.listing(db, areas=[]) == []
        assert len(await activities.listing(db, areas=[""])) == 6
        assert await activities.listing(db, areas=[AREA], state=ActivityState.DRAFT) == []
    assert sorted(a.id for a in first + rest) == sorted(made)


async def test_cancelling_frees_everybody_and_tells_them_why(database: Database, vault: Vault) -> None:
    activity_id = await published(database, vault, plan(capacity=1))
    people = await crowd(database, vault, 2)
    async with database.write() as db:
        for one in people:
            await sign_up(db, vault, resident_id=one, activity_id=activity_id)
    async with database.write() as db:
        cancelled = await cancel_activity(db, vault, activity_id=activity_id, worker_id="w1", reason="大雨")
    assert cancelled == 2
    after = await seats(database, activity_id)
    assert (after.taken, after.waiting) == (0, 0)
    assert (await notices_of(database, vault, resident_id=people[1])) == ["activity_cancelled"]
    (notice,) = await told(database, vault, resident_id=people[1])
    assert notice["facts"]["reason"] == "大雨"
