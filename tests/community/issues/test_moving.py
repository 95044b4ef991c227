"""Who may move which report, what a step needs, and that two steps at once do not both happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from community import issues, workers
from community.issues import moving
from community.issues.models import Issue, IssueEvent
from community.issues.workflow import Action
from community.permissions import Grant, NotYourTask
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import AppError, Invalid
from core.outbox import OutboxRow
from core.settings import Config
from core.values import IssueState, Role
from points.models import GrantRequest
from tests.community.issues.conftest import DESK_AREA, GRID_AREA, a_lamp

Staff = Callable[..., issues.Actor]


async def _new(database: Database, vault: Vault, config: Config, resident_id: str | None, area: str = DESK_AREA) -> str:
    async with database.write() as db:
        draft = a_lamp(area)
        return (await issues.report(db, vault, config, resident_id=resident_id, draft=draft, source="wechat")).number


async def _move(
    database: Database,
    vault: Vault,
    config: Config,
    number: str,
    *steps: tuple[Action, issues.Actor],
    **details: object,
) -> Issue:
    for action, actor in steps:
        async with database.write() as db:
            moved = await issues.move(
                db,
                vault,
                config,
                number=number,
                action=action,
                actor=actor,
                **details,  # type: ignore[arg-type]
            )
    return moved


async def test_a_worker_of_another_street_is_refused(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    number = await _new(database, vault, config, resident_id)
    with pytest.raises(NotYourTask):
        await _move(database, vault, config, number, (Action.VERIFY, staff(Role.COLLECTOR, "110101002")))
    await _move(database, vault, config, number, (Action.VERIFY, staff(Role.COLLECTOR, "110101001")))


async def test_a_handler_handles_what_was_given_to_them_or_to_their_unit(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    async with database.write() as db:
        mine, _ = await workers.create(db, vault, name="处置员", unit="路灯所", grants=[Grant(Role.HANDLER, DESK_AREA)])
    boss = staff(Role.ADMIN)
    number = await _new(database, vault, config, resident_id)
    await _move(database, vault, config, number, (Action.VERIFY, boss), (Action.FILE, boss))
    await _move(database, vault, config, number, (Action.DISPATCH, boss), unit="路灯所", handler_id=mine.id)
    colleague = staff(Role.HANDLER, DESK_AREA, worker_id="another", unit="路灯所")
    with pytest.raises(NotYourTask):
        await _move(database, vault, config, number, (Action.HANDLE, colleague), text="修好了")
    handled = await _move(database, vault, config, number, (Action.HANDLE, issues.Actor.staff(mine)), text="修好了")
    assert handled.state == "handled"


async def test_dispatching_needs_a_unit_and_a_handler_who_exists(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    boss = staff(Role.ADMIN)
    number = await _new(database, vault, config, resident_id)
    await _move(database, vault, config, number, (Action.VERIFY, boss), (Action.FILE, boss))
    with pytest.raises(Invalid):
        await _move(database, vault, config, number, (Action.DISPATCH, boss))
    with pytest.raises(workers.WorkerNotFound):
        await _move(database, vault, config, number, (Action.DISPATCH, boss), unit="路灯所", handler_id="nobody")


async def test_an_extension_moves_the_deadline_to_a_later_time_only(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    number = await _new(database, vault, config, resident_id)
    boss = staff(Role.COMMANDER)
    for until in (None, clock.now()):
        with pytest.raises(moving.DeadlineNotLater):
            await _move(database, vault, config, number, (Action.EXTEND, boss), reason="等配件", until=until)
    later = clock.now() + timedelta(days=60)
    moved = await _move(database, vault, config, number, (Action.EXTEND, boss), reason="等配件", until=later)
    assert moved.deadline_at == later


async def test_a_report_is_merged_into_another_open_one_only(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    number, other = [await _new(database, vault, config, resident_id) for _ in range(2)]
    boss = staff(Role.ADMIN)
    with pytest.raises(moving.MergeImpossible):
        await _move(database, vault, config, number, (Action.MERGE, boss), into=number)
    merged = await _move(database, vault, config, number, (Action.MERGE, boss), into=other)
    assert (merged.state, merged.duplicate_of) == ("merged", other)
    with pytest.raises(moving.MergeImpossible):
        await _move(database, vault, config, other, (Action.MERGE, boss), into=number)


async def test_reporters_of_merged_reports_hear_when_the_main_one_is_closed(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    number, other = [await _new(database, vault, config, resident_id) for _ in range(2)]
    boss = staff(Role.ADMIN)
    await _move(database, vault, config, number, (Action.MERGE, boss), into=other)
    steps = [(a, boss) for a in (Action.VERIFY, Action.FILE, Action.DISPATCH, Action.HANDLE, Action.CLOSE)]
    await _move(database, vault, config, other, *steps, unit="路灯所", text="修好了")
    async with database.read() as db:
        keys = (await db.execute(select(OutboxRow.key).where(OutboxRow.key.contains(f"{number}:{other}")))).all()
    assert len(keys) == 1


async def test_a_category_is_not_changed_behind_the_back_of_a_grid_system(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    boss = staff(Role.ADMIN)
    at_desk = await _new(database, vault, config, resident_id)
    moved = await _move(database, vault, config, at_desk, (Action.CATEGORY, boss), category_code="M08")
    assert (moved.category_code, moved.category_name) == ("M08", "井盖")
    pushed = await _new(database, vault, config, resident_id, GRID_AREA)
    with pytest.raises(moving.AlreadyForwarded):
        await _move(database, vault, config, pushed, (Action.CATEGORY, boss), category_code="M08")


async def test_verifying_asks_for_points_once_and_the_system_does_not(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    number = await _new(database, vault, config, resident_id)
    await _new(database, vault, config, resident_id, GRID_AREA)
    await _move(database, vault, config, number, (Action.VERIFY, staff(Role.COLLECTOR)))
    async with database.read() as db:
        assert list((await db.execute(select(GrantRequest.source_id))).scalars()) == [number]


async def test_of_two_moves_at_once_one_wins(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    number = await _new(database, vault, config, resident_id)
    results = await asyncio.gather(
        _move(database, vault, config, number, (Action.VERIFY, staff(Role.COLLECTOR))),
        _move(database, vault, config, number, (Action.REJECT, staff(Role.SUPERVISOR)), reason="不属实"),
        _move(database, vault, config, number, (Action.OFFLIST, staff(Role.SUPERVISOR))),
        return_exceptions=True,
    )
    won = [r for r in results if isinstance(r, Issue)]
    assert all(isinstance(r, Issue | AppError) for r in results)
    async with database.read() as db:
        issue = (await db.execute(select(Issue))).scalar_one()
        seqs = list((await db.execute(select(IssueEvent.seq).order_by(IssueEvent.seq))).scalars())
    assert seqs == list(range(1, issue.version + 1))
    assert len(won) == issue.version - 1 < 3


@pytest.mark.parametrize("statement", ["UPDATE issue_event SET to_state = 'closed'", "DELETE FROM issue_event"])
async def test_history_cannot_be_changed(
    database: Database, vault: Vault, config: Config, resident_id: str, statement: str
) -> None:
    await _new(database, vault, config, resident_id)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as db:
            await db.execute(text(statement))


async def test_filing_by_hand_pushes_where_a_grid_system_waits_for_it(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    by_hand = config.model_copy(update={"grid": (config.grid[0].model_copy(update={"auto_file": False}),)})
    number = await _new(database, vault, by_hand, resident_id, GRID_AREA)
    boss = staff(Role.ADMIN)
    moved = await _move(database, vault, by_hand, number, (Action.VERIFY, boss), (Action.FILE, boss))
    assert moved.pushed
    async with database.read() as db:
        rows = await db.execute(select(OutboxRow.key).where(OutboxRow.kind == "grid.event"))
        assert list(rows.scalars()) == [f"grid:{number}:1"]


async def test_an_erased_residents_case_goes_on(
    database: Database, vault: Vault, config: Config, resident_id: str, staff: Staff
) -> None:
    number = await _new(database, vault, config, resident_id)
    async with database.write() as db:
        await vault.destroy(db, resident_id)
    boss = staff(Role.ADMIN)
    moved = await _move(database, vault, config, number, (Action.VERIFY, boss), (Action.REJECT, boss), reason="不属实")
    assert moved.state == IssueState.NOT_ACCEPTED.value
