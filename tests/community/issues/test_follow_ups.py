"""What a resident does after reporting, and how it travels to the grid system behind the report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from community import issues
from community.issues import Action, deliveries, follow_ups
from community.issues.models import IssueAction, IssueDelivery
from core import clock
from core.errors import Invalid
from core.outbox import OutboxRow
from core.values import Role
from tests.community.issues.conftest import GRID_AREA, Staff, World

PHOTO = "ab" * 32


async def _kinds(world: World) -> list[str]:
    async with world.database.read() as db:
        return list((await db.execute(select(IssueAction.kind).order_by(IssueAction.occurred_at))).scalars())


async def _handled(world: World, staff: Staff) -> str:
    number = await world.report()
    steps = (Action.VERIFY, Action.FILE, Action.DISPATCH, Action.HANDLE)
    await world.move(number, staff(Role.ADMIN), *steps, unit="路灯所", text="换了灯泡")
    return number


async def test_follow_ups_travel_behind_the_report_in_order(world: World) -> None:
    number = await world.report(GRID_AREA)
    await world.do(issues.add_photo, number, sha256=PHOTO)
    await world.do(issues.add_text, number, text="就在门口")
    await world.do(issues.urge, number)
    await world.do(issues.withdraw, number, reason="自己修好了")
    assert await _kinds(world) == ["photo", "text", "urge", "withdraw"]
    async with world.database.read() as db:
        rows = (await db.execute(select(OutboxRow).where(OutboxRow.order_key == f"grid:{number}"))).scalars().all()
        actions = {row.id for row in (await db.execute(select(IssueAction))).scalars()}
    assert [row.kind for row in sorted(rows, key=lambda row: row.id)] == ["grid.event"] + ["grid.action"] * 4
    assert {row.key for row in rows if row.kind == "grid.action"} == actions


async def test_what_the_desk_has_stays_with_the_desk(world: World) -> None:
    number = await world.report()
    await world.do(issues.add_text, number, text="就在门口")
    assert await world.queued("grid.action") == []
    assert (await world.issue(number)).version == 2


async def test_the_same_photo_is_added_once(world: World) -> None:
    number = await world.report(GRID_AREA)
    assert await world.do(issues.add_photo, number, sha256=PHOTO)
    assert not await world.do(issues.add_photo, number, sha256=PHOTO)
    assert await _kinds(world) == ["photo"]


async def test_a_report_takes_so_many_photos_and_no_more(world: World) -> None:
    number = await world.report()
    for count in range(follow_ups.MAX_PHOTOS_IN_ALL):
        await world.do(issues.add_photo, number, sha256=f"{count:064x}")
    with pytest.raises(follow_ups.TooManyPhotos):
        await world.do(issues.add_photo, number, sha256=PHOTO)


async def test_urging_is_for_once_a_day_in_shanghai(world: World) -> None:
    evening = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
    with clock.frozen(evening):
        number = await world.report()
        await world.do(issues.urge, number)
        with pytest.raises(follow_ups.UrgedToday):
            await world.do(issues.urge, number)
    with clock.frozen(evening + timedelta(hours=2)):
        await world.do(issues.urge, number)


@pytest.mark.parametrize(
    ("follow_up", "said"),
    [
        (issues.add_photo, {"sha256": PHOTO}),
        (issues.add_text, {"text": "我的"}),
        (issues.urge, {}),
        (issues.withdraw, {}),
        (issues.reopen, {"reason": "没修好"}),
        (issues.rate, {"stars": 5}),
        (issues.confirm_fixed, {"fixed": True}),
    ],
)
async def test_nobody_touches_another_residents_report(
    world: World, follow_up: object, said: dict[str, object]
) -> None:
    number = await world.report()
    with pytest.raises(issues.IssueNotFound):
        await world.do(follow_up, number, resident_id="f" * 32, **said)  # type: ignore[arg-type]
    assert await world.states(number) == ["submitted"]


async def test_what_is_not_fixed_begins_the_next_round(world: World, staff: Staff) -> None:
    number = await _handled(world, staff)
    await world.do(issues.confirm_fixed, number, fixed=False, reason="还是不亮")
    issue = await world.issue(number)
    assert (issue.state, issue.round, issue.checked_at, issue.handler_id) == ("filed", 2, None, None)
    assert await _kinds(world) == ["reopen"]


async def test_what_is_fixed_is_closed_at_the_desk_and_left_to_a_grid_system(world: World, staff: Staff) -> None:
    number = await _handled(world, staff)
    await world.do(issues.confirm_fixed, number, fixed=True)
    assert (await world.issue(number)).state == "closed"
    pushed = await world.report(GRID_AREA)
    await world.tell(pushed, "handled")
    await world.do(issues.confirm_fixed, pushed, fixed=True)
    assert (await world.issue(pushed)).state == "handled"


async def test_a_reopening_travels_and_carries_the_far_number_on(world: World) -> None:
    number = await world.report(GRID_AREA)
    async with world.database.write() as db:
        await issues.delivered(db, world.vault, world.config, number=number, round=1, external_no="G-1")
    await world.tell(number, "closed")
    await world.do(issues.reopen, number, reason="还是不亮")
    [queued] = await world.queued("grid.action")
    async with world.database.write() as db:
        await issues.action_settled(db, action_id=queued["action_id"], state=deliveries.DELIVERED)
        rows = await db.execute(select(IssueDelivery).order_by(IssueDelivery.round))
        assert [(r.round, r.state, r.external_no) for r in rows.scalars()] == [
            (1, "delivered", "G-1"),
            (2, "delivered", "G-1"),
        ]


async def test_a_closed_report_is_reopened_within_fifteen_days(world: World) -> None:
    number = await world.report(GRID_AREA)
    await world.tell(number, "closed")
    with clock.frozen(clock.now() + timedelta(days=16)), pytest.raises(follow_ups.ReopenWindowPassed):
        await world.do(issues.reopen, number, reason="还是不亮")
    with clock.frozen(clock.now() + timedelta(days=14)):
        await world.do(issues.reopen, number, reason="还是不亮")
    assert (await world.issue(number)).state == "filed"


async def test_a_rating_is_given_once_a_round(world: World, staff: Staff) -> None:
    number = await _handled(world, staff)
    for stars in (0, 6):
        with pytest.raises(Invalid):
            await world.do(issues.rate, number, stars=stars)
    await world.do(issues.rate, number, stars=2, text="慢")
    with pytest.raises(follow_ups.AlreadyRated):
        await world.do(issues.rate, number, stars=5)
    await world.do(issues.reopen, number, reason="还是不亮")
    assert (await world.issue(number)).rating is None


async def test_a_refused_follow_up_is_shown_to_the_staff(world: World) -> None:
    number = await world.report(GRID_AREA)
    await world.do(issues.urge, number)
    [queued] = await world.queued("grid.action")
    async with world.database.write() as db:
        await issues.action_settled(db, action_id=queued["action_id"], state=deliveries.REFUSED, error="grid_http_400")
    assert "grid.refused" in [told["event"] for told in await world.queued("staff.notice")]


async def test_the_newest_open_report_is_found_for_a_late_photo(world: World) -> None:
    start = clock.now()
    async with world.database.read() as db:
        assert await issues.latest_open(db, resident_id=world.resident_id, since=start) is None
    await world.report()
    number = await world.report()
    async with world.database.read() as db:
        assert await issues.latest_open(db, resident_id=world.resident_id, since=start) == number
        assert await issues.latest_open(db, resident_id=world.resident_id, since=clock.now()) is None
