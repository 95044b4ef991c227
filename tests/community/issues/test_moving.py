"""Who may move which report, what a step needs, and that two steps at once do not both happen."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from community import issues, workers
from community.issues import Actor, moving
from community.issues.models import Issue
from community.issues.workflow import Action
from community.permissions import Grant, NotYourTask
from core import clock
from core.errors import AppError, Invalid
from core.values import IssueState, Role
from points.grant_models import GrantRequest
from tests.community.issues.conftest import DESK_AREA, GRID_AREA, Staff, World


async def test_a_worker_of_another_street_is_refused(world: World, staff: Staff) -> None:
    number = await world.report()
    with pytest.raises(NotYourTask):
        await world.move(number, staff(Role.COLLECTOR, "110101002"), Action.VERIFY)
    await world.move(number, staff(Role.COLLECTOR, "110101001"), Action.VERIFY)


async def test_a_handler_handles_what_was_given_to_them_or_to_their_unit(world: World, staff: Staff) -> None:
    async with world.database.write() as db:
        grants = [Grant(Role.HANDLER, DESK_AREA)]
        mine, _ = await workers.create(db, world.vault, name="处置员", unit="路灯所", grants=grants)
    boss, colleague = staff(Role.ADMIN), staff(Role.HANDLER, DESK_AREA, worker_id="another", unit="路灯所")
    number = await world.report()
    await world.move(number, boss, Action.VERIFY, Action.FILE)
    await world.move(number, boss, Action.DISPATCH, unit="路灯所", handler_id=mine.id)
    with pytest.raises(NotYourTask):
        await world.move(number, colleague, Action.HANDLE, text="修好了")
    assert (await world.move(number, Actor.staff(mine), Action.HANDLE, text="修好了")).state == "handled"


async def test_dispatching_needs_a_unit_and_a_handler_who_exists(world: World, staff: Staff) -> None:
    boss, number = staff(Role.ADMIN), await world.report()
    await world.move(number, boss, Action.VERIFY, Action.FILE)
    with pytest.raises(Invalid):
        await world.move(number, boss, Action.DISPATCH)
    with pytest.raises(workers.WorkerNotFound):
        await world.move(number, boss, Action.DISPATCH, unit="路灯所", handler_id="nobody")


async def test_an_extension_moves_the_deadline_to_a_later_time_only(world: World, staff: Staff) -> None:
    boss, number = staff(Role.COMMANDER), await world.report()
    for until in (None, clock.now()):
        with pytest.raises(moving.DeadlineNotLater):
            await world.move(number, boss, Action.EXTEND, reason="等配件", until=until)
    later = clock.now() + timedelta(days=60)
    assert (await world.move(number, boss, Action.EXTEND, reason="等配件", until=later)).deadline_at == later


async def test_a_report_is_merged_into_another_open_one_only(world: World, staff: Staff) -> None:
    boss, number, other = staff(Role.ADMIN), await world.report(), await world.report()
    with pytest.raises(moving.MergeImpossible):
        await world.move(number, boss, Action.MERGE, into=number)
    merged = await world.move(number, boss, Action.MERGE, into=other)
    assert (merged.state, merged.duplicate_of) == ("merged", other)
    with pytest.raises(moving.MergeImpossible):
        await world.move(other, boss, Action.MERGE, into=number)


async def test_reporters_of_merged_reports_hear_when_the_main_one_is_closed(world: World, staff: Staff) -> None:
    boss, number, other = staff(Role.ADMIN), await world.report(), await world.report()
    await world.move(number, boss, Action.MERGE, into=other)
    steps = (Action.VERIFY, Action.FILE, Action.DISPATCH, Action.HANDLE, Action.CLOSE)
    await world.move(other, boss, *steps, unit="路灯所", text="修好了")
    told = [(n["notice"], n["facts"]["number"]) for n in await world.queued("resident.notice")]
    assert ("issue_closed", number) in told


async def test_a_resident_hears_of_each_step_with_unit_and_deadline(world: World, staff: Staff) -> None:
    boss, number = staff(Role.ADMIN), await world.report()
    steps = (Action.VERIFY, Action.FILE, Action.DISPATCH, Action.HANDLE, Action.CLOSE)
    await world.move(number, boss, *steps, unit="路灯所", text="换了灯泡")
    told = await world.queued("resident.notice")
    assert [n["notice"] for n in told] == [
        "issue_verified",
        "issue_accepted",
        "issue_dispatched",
        "issue_handled",
        "issue_closed",
    ]
    assert told[2]["facts"]["unit"] == "路灯所"
    assert told[2]["facts"]["deadline"] == clock.iso((await world.issue(number)).deadline_at)


async def test_a_category_is_not_changed_behind_the_back_of_a_grid_system(world: World, staff: Staff) -> None:
    boss = staff(Role.ADMIN)
    moved = await world.move(await world.report(), boss, Action.CATEGORY, category_code="M08")
    assert (moved.category_code, moved.category_name) == ("M08", "井盖")
    with pytest.raises(moving.AlreadyForwarded):
        await world.move(await world.report(GRID_AREA), boss, Action.CATEGORY, category_code="M08")


async def test_a_new_category_sends_a_filed_report_to_the_system_that_takes_it(world: World, staff: Staff) -> None:
    only_covers = world.config.grid[0].model_copy(update={"categories": ("M08",)})
    picky = World(
        world.database, world.vault, world.config.model_copy(update={"grid": (only_covers,)}), world.resident_id
    )
    number = await picky.report(GRID_AREA)
    await picky.move(number, staff(Role.ADMIN), Action.VERIFY, Action.FILE)
    assert await picky.queued("grid.event") == []
    moved = await picky.move(number, staff(Role.ADMIN), Action.CATEGORY, category_code="M08")
    assert (moved.connector, moved.pushed) == ("district", True)
    assert await picky.queued("grid.event") == [{"number": number, "round": 1}]


async def test_verifying_asks_for_points_once_and_filing_by_itself_does_not(world: World, staff: Staff) -> None:
    number = await world.report()
    await world.report(GRID_AREA)
    await world.move(number, staff(Role.COLLECTOR), Action.VERIFY)
    async with world.database.read() as db:
        assert list((await db.execute(select(GrantRequest.source_id))).scalars()) == [number]


async def test_of_moves_made_at_once_no_two_happen_from_the_same_state(world: World, staff: Staff) -> None:
    number = await world.report()
    results = await asyncio.gather(
        world.move(number, staff(Role.COLLECTOR), Action.VERIFY),
        world.move(number, staff(Role.SUPERVISOR), Action.REJECT, reason="不属实"),
        world.move(number, staff(Role.COLLECTOR), Action.VERIFY),
        return_exceptions=True,
    )
    assert all(isinstance(result, Issue | AppError) for result in results)
    won = sum(isinstance(result, Issue) for result in results)
    states = await world.states(number)
    assert states.count("verified") <= 1
    assert len(states) == won + 1 == (await world.issue(number)).version


@pytest.mark.parametrize("statement", ["UPDATE issue_event SET to_state = 'closed'", "DELETE FROM issue_event"])
async def test_history_cannot_be_changed(world: World, statement: str) -> None:
    await world.report()
    with pytest.raises(DBAPIError, match="append-only"):
        async with world.database.write() as db:
            await db.execute(text(statement))


async def test_filing_by_hand_pushes_where_a_grid_system_waits_for_it(world: World, staff: Staff) -> None:
    by_hand = world.config.grid[0].model_copy(update={"auto_file": False})
    slow = World(world.database, world.vault, world.config.model_copy(update={"grid": (by_hand,)}), world.resident_id)
    number = await slow.report(GRID_AREA)
    assert await slow.queued("grid.event") == []
    moved = await slow.move(number, staff(Role.ADMIN), Action.VERIFY, Action.FILE)
    assert moved.pushed
    assert await slow.queued("grid.event") == [{"number": number, "round": 1}]


async def test_an_erased_residents_case_goes_on(world: World, staff: Staff) -> None:
    number = await world.report()
    async with world.database.write() as db:
        await world.vault.destroy(db, world.resident_id)
    moved = await world.move(number, staff(Role.ADMIN), Action.VERIFY, Action.REJECT, reason="不属实")
    assert moved.state == IssueState.NOT_ACCEPTED.value


async def test_an_unknown_number_is_not_found(world: World, staff: Staff) -> None:
    with pytest.raises(issues.IssueNotFound):
        await world.move("R0000000000", staff(Role.ADMIN), Action.VERIFY)
