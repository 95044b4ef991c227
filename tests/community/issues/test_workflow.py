"""The whole table: every allowed pair moves and writes a row, every other pair is refused and changes nothing."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import update

from community import issues
from community.issues import Actor, moving
from community.issues.actors import rule_for
from community.issues.models import Issue
from community.issues.workflow import OPEN, SETTLED, TRANSITIONS, Action, Party
from community.permissions import NotYourTask
from core import clock
from core.values import IssueState, Role
from tests.community.issues.conftest import DESK_AREA, Staff, World

STAFF_ACTIONS = sorted({action for (_, action), rule in TRANSITIONS.items() if rule.roles})
REASONED = sorted({action for (_, action), rule in TRANSITIONS.items() if rule.needs_reason})


def _issue(state: IssueState) -> Issue:
    return Issue(
        number="R2607010010",
        state=state.value,
        area_code=DESK_AREA,
        grid_code=None,
        resident_id="r" * 32,
        handler_id=None,
        unit="路灯所",
    )


@pytest.mark.parametrize("state", IssueState)
def test_each_pair_is_allowed_to_exactly_whom_the_table_names(state: IssueState, staff: Staff) -> None:
    actors: dict[Role | Party, Actor] = {role: staff(role, unit="路灯所") for role in Role}
    actors[Party.SYSTEM] = issues.SYSTEM
    actors[Party.GRID] = Actor.grid("district")
    actors[Party.RESIDENT] = Actor.resident("r" * 32)
    for action in Action:
        rule = TRANSITIONS.get((state, action))
        for who, actor in actors.items():
            if rule is not None and who in rule.roles | rule.parties:
                assert rule_for(_issue(state), action, actor) is rule
            else:
                with pytest.raises((NotYourTask, issues.TransitionRefused)):
                    rule_for(_issue(state), action, actor)


def test_every_state_but_the_first_can_be_reached_and_every_open_one_left() -> None:
    reached = {rule.to for (state, _), rule in TRANSITIONS.items() if rule.to is not state}
    left = {state for (state, _), rule in TRANSITIONS.items() if rule.to is not state}
    assert reached == set(IssueState) - {IssueState.SUBMITTED}
    assert left >= OPEN


def test_only_a_reopening_leads_out_of_a_settled_state() -> None:
    out = {
        (state, action) for (state, action), rule in TRANSITIONS.items() if state in SETTLED and rule.to not in SETTLED
    }
    assert out == {(IssueState.CLOSED, Action.REOPEN)}


def test_an_auditor_may_do_nothing() -> None:
    assert not any(Role.AUDITOR in rule.roles for rule in TRANSITIONS.values())


async def _in_state(world: World, state: IssueState) -> str:
    number = await world.report()
    async with world.database.write() as db:
        await db.execute(update(Issue).where(Issue.number == number).values(state=state.value))
    return number


@pytest.mark.parametrize("state", IssueState)
async def test_staff_move_a_report_as_the_table_says_and_not_otherwise(
    world: World, staff: Staff, state: IssueState
) -> None:
    other = await world.report()
    for action in STAFF_ACTIONS:
        number = await _in_state(world, state)
        rule = TRANSITIONS.get((state, action))
        with pytest.raises(issues.TransitionRefused) if rule is None else nullcontext():
            await world.move(
                number,
                staff(Role.ADMIN),
                action,
                reason="有理由",
                unit="路灯所",
                text="换了灯泡",
                until=clock.now() + timedelta(days=90),
                into=other,
                category_code="M08",
            )
        issue, to = await world.issue(number), (rule.to if rule else state).value
        assert issue.state == to
        assert await world.states(number) == (["submitted", to] if rule else ["submitted"])
        assert issue.version == (2 if rule else 1)


@pytest.mark.parametrize("action", REASONED)
async def test_what_needs_a_reason_is_not_done_without(world: World, staff: Staff, action: Action) -> None:
    state = next(state for state, what in TRANSITIONS if what is action)
    number = await _in_state(world, state)
    with pytest.raises(moving.ReasonMissing):
        await world.move(number, staff(Role.ADMIN), action, reason="  ", until=clock.now() + timedelta(days=90))
    assert (await world.issue(number)).state == state.value


async def test_the_way_of_a_report_at_the_desk_from_submitting_to_closing(world: World, staff: Staff) -> None:
    number = await world.report()
    way = (
        (Action.VERIFY, Role.COLLECTOR),
        (Action.FILE, Role.COMMANDER),
        (Action.DISPATCH, Role.COMMANDER),
        (Action.START, Role.HANDLER),
        (Action.HANDLE, Role.HANDLER),
        (Action.CHECK_PASS, Role.SUPERVISOR),
        (Action.CLOSE, Role.SUPERVISOR),
    )
    for action, role in way:
        await world.move(number, staff(role, DESK_AREA, unit="路灯所"), action, unit="路灯所", text="换了灯泡")
    assert await world.states(number) == [
        "submitted",
        "verified",
        "filed",
        "dispatched",
        "in_progress",
        "handled",
        "handled",
        "closed",
    ]
