"""The whole table: every allowed pair moves and writes a row, every other pair is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import func, select, update

from community import issues
from community.issues import moving
from community.issues.actors import Actor, rule_for
from community.issues.models import Issue, IssueEvent
from community.issues.workflow import OPEN, SETTLED, TRANSITIONS, Action, Party
from community.permissions import NotYourTask
from core import clock
from core.crypto import Vault
from core.db import Database
from core.settings import Config
from core.values import IssueState, Role
from tests.community.issues.conftest import DESK_AREA, a_lamp

PAIRS = sorted(product(IssueState, Action))
PARTY_OF = {Party.SYSTEM: issues.SYSTEM, Party.GRID: Actor.grid("district")}


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


@pytest.mark.parametrize(("state", "action"), PAIRS)
def test_each_pair_is_allowed_to_exactly_whom_the_table_names(
    state: IssueState, action: Action, staff: Callable[..., Actor]
) -> None:
    actors: dict[Role | Party, Actor] = {role: staff(role, unit="路灯所") for role in Role}
    actors |= {**PARTY_OF, Party.RESIDENT: Actor.resident("r" * 32)}
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


async def _in_state(database: Database, vault: Vault, config: Config, resident_id: str, state: IssueState) -> str:
    async with database.write() as db:
        filed = await issues.report(db, vault, config, resident_id=resident_id, draft=a_lamp(), source="wechat")
        await db.execute(update(Issue).where(Issue.number == filed.number).values(state=state.value))
    return filed.number


async def _history(database: Database) -> list[tuple[str | None, str]]:
    async with database.read() as db:
        rows = await db.execute(select(IssueEvent.from_state, IssueEvent.to_state).order_by(IssueEvent.seq))
        return [(row.from_state, row.to_state) for row in rows]


STAFF_ACTIONS = sorted({action for (_, action), rule in TRANSITIONS.items() if rule.roles})


@pytest.mark.parametrize("state", IssueState)
async def test_staff_move_a_report_as_the_table_says_and_not_otherwise(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Callable[..., Actor], state: IssueState
) -> None:
    async with database.write() as db:
        other = await issues.report(db, vault, config, resident_id=resident_id, draft=a_lamp(), source="web")
    for action in STAFF_ACTIONS:
        number = await _in_state(database, vault, config, resident_id, state)
        rule = TRANSITIONS.get((state, action))
        with pytest.raises(issues.TransitionRefused) if rule is None else nullcontext():
            async with database.write() as db:
                await issues.move(
                    db,
                    vault,
                    config,
                    number=number,
                    action=action,
                    actor=staff(Role.ADMIN),
                    reason="有理由",
                    unit="路灯所",
                    text="换了灯泡",
                    until=clock.now() + timedelta(days=90),
                    into=other.number,
                    category_code="M08",
                )
        async with database.read() as db:
            issue = (await db.execute(select(Issue).where(Issue.number == number))).scalar_one()
            lines = select(func.count()).select_from(IssueEvent).where(IssueEvent.issue_id == issue.id)
            written = (await db.execute(lines)).scalar_one()
        assert issue.state == (rule.to if rule else state).value
        assert issue.version == written == (2 if rule else 1)


@pytest.mark.parametrize("action", [a for a in STAFF_ACTIONS if any(
    rule.needs_reason for (_, what), rule in TRANSITIONS.items() if what is a)])  # fmt: skip
async def test_what_needs_a_reason_is_not_done_without(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Callable[..., Actor], action: Action
) -> None:
    state = next(state for state, what in TRANSITIONS if what is action)
    number = await _in_state(database, vault, config, resident_id, state)
    with pytest.raises(moving.ReasonMissing):
        async with database.write() as db:
            await issues.move(
                db,
                vault,
                config,
                number=number,
                action=action,
                actor=staff(Role.ADMIN),
                reason="  ",
                until=clock.now() + timedelta(days=90),
            )
    assert await _history(database) == [(None, "submitted")]


async def test_the_way_of_a_report_at_the_desk_from_submitting_to_closing(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Callable[..., Actor]
) -> None:
    async with database.write() as db:
        number = (
            await issues.report(db, vault, config, resident_id=resident_id, draft=a_lamp(), source="wechat")
        ).number
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
        async with database.write() as db:
            await issues.move(
                db,
                vault,
                config,
                number=number,
                action=action,
                actor=staff(role, DESK_AREA, unit="路灯所"),
                unit="路灯所",
                text="换了灯泡",
            )
    assert [to for _, to in await _history(database)] == [
        "submitted",
        "verified",
        "filed",
        "dispatched",
        "in_progress",
        "handled",
        "handled",
        "closed",
    ]
