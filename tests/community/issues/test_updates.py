"""Updates of a grid system: applied once, in any order, as the table of the wire format says."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from community import issues
from community.issues import Outcome, update_store
from community.issues.models import GridUpdateRow
from community.issues.workflow import Action
from core import clock
from core.values import Role
from points.grant_models import GrantRequest
from tests.community.issues.conftest import GRID_AREA, Staff, World

IGNORED_IN = {
    "accepted": {"dispatched", "in_progress", "returned", "suspended", "handled", "closed"},
    "dispatched": {"in_progress", "handled", "closed"},
    "in_progress": {"handled", "closed"},
    "extended": {"closed"},
    "returned": {"closed"},
    "suspended": {"closed"},
    "handled": {"closed"},
    "closed": set[str](),
    "not_accepted": {"handled", "closed"},
    "merged": {"closed"},
    "void": {"closed"},
}
"""The table of the contract, written down a second time."""

REACHED = ("dispatched", "in_progress", "returned", "suspended", "handled", "closed")


@pytest.mark.parametrize("word", IGNORED_IN)
async def test_each_word_does_in_each_state_what_the_contract_says(world: World, word: str) -> None:
    for state in ("filed", *REACHED):
        number = await world.report(GRID_AREA)
        if state in REACHED:
            assert await world.tell(number, state) is Outcome.APPLIED
        outcome = await world.tell(number, word)
        to = state if word in ("accepted", "extended") else word
        is_ignored = state == "closed" or state in IGNORED_IN[word]
        assert outcome is (Outcome.IGNORED if is_ignored else Outcome.APPLIED)
        assert (await world.issue(number)).state == (state if is_ignored else to)


async def test_the_same_update_twice_has_one_effect_and_another_body_is_a_contradiction(world: World) -> None:
    number = await world.report(GRID_AREA)
    first = {"update_id": "u1", "body_hash": "h1"}
    assert await world.tell(number, "dispatched", **first) is Outcome.APPLIED
    assert await world.tell(number, "dispatched", **first) is Outcome.DUPLICATE
    with pytest.raises(update_store.UpdateContradicts):
        await world.tell(number, "closed", update_id="u1", body_hash="h2")
    assert (await world.states(number))[3:] == ["dispatched"]


async def test_an_update_delivered_three_times_at_once_has_one_effect(world: World) -> None:
    number = await world.report(GRID_AREA)
    same = {"update_id": "u1", "body_hash": "h1", "occurred_at": clock.now()}
    outcomes = await asyncio.gather(*(world.tell(number, "dispatched", **same) for _ in range(3)))
    assert sorted(outcomes) == [Outcome.APPLIED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert (await world.states(number))[3:] == ["dispatched"]


async def test_an_older_update_is_kept_and_changes_nothing(world: World) -> None:
    number = await world.report(GRID_AREA)
    noon = clock.now()
    assert await world.tell(number, "returned", occurred_at=noon, reason="不是我们的路段") is Outcome.APPLIED
    assert await world.tell(number, "in_progress", occurred_at=noon - timedelta(minutes=1)) is Outcome.STALE
    assert await world.tell(number, "in_progress", occurred_at=noon) is Outcome.APPLIED


async def test_a_clock_that_runs_ahead_does_not_outrank_every_later_update(world: World) -> None:
    number = await world.report(GRID_AREA)
    assert await world.tell(number, "dispatched", occurred_at=clock.now() + timedelta(days=9)) is Outcome.APPLIED
    assert await world.tell(number, "in_progress") is Outcome.APPLIED


async def test_an_update_of_an_older_round_changes_nothing(world: World) -> None:
    number = await world.report(GRID_AREA)
    before = clock.now()
    await world.tell(number, "handled", occurred_at=before)
    with clock.frozen(before + timedelta(hours=1)):
        await world.do(issues.reopen, number, reason="还是不亮")
    with clock.frozen(before + timedelta(hours=2)):
        late = before + timedelta(minutes=30)
        assert await world.tell(number, "closed", round=1) is Outcome.STALE
        assert await world.tell(number, "closed", occurred_at=late) is Outcome.STALE
        assert await world.tell(number, "dispatched", round=2) is Outcome.APPLIED
    assert (await world.issue(number)).state == "dispatched"


async def test_an_unknown_word_is_kept_raw_and_shown_to_the_staff(world: World) -> None:
    number = await world.report(GRID_AREA)
    assert await world.tell(number, "会办中") is Outcome.UNKNOWN_STATUS
    assert (await world.issue(number)).state == "filed"
    told = [n for n in await world.queued("staff.notice") if n["event"] == "grid.unknown_status"]
    assert [n["facts"]["status"] for n in told] == ["会办中"]
    async with world.database.read() as db:
        viewer = issues.SYSTEM
        shown = await issues.view(db, world.vault, number=number, viewer=viewer, photo_url=lambda sha256: sha256)
    assert (shown["updates"][0]["status"], shown["updates"][0]["outcome"]) == ("会办中", "unknown_status")


async def test_words_are_translated_by_the_connectors_table(world: World) -> None:
    number = await world.report(GRID_AREA)
    assert await world.tell(number, "1") is Outcome.APPLIED
    assert [n["notice"] for n in await world.queued("resident.notice")] == ["issue_accepted"]


async def test_acceptance_asks_for_points_and_refusal_does_not(world: World) -> None:
    refused, accepted = await world.report(GRID_AREA), await world.report(GRID_AREA)
    await world.tell(refused, "not_accepted", reason="不在本区")
    await world.tell(accepted, "accepted")
    await world.tell(accepted, "dispatched")
    async with world.database.read() as db:
        assert list((await db.execute(select(GrantRequest.source_id))).scalars()) == [accepted]


async def test_an_extension_moves_the_deadline_to_the_named_day_or_by_the_usual_limit(world: World) -> None:
    number = await world.report(GRID_AREA)
    before = (await world.issue(number)).deadline_at
    await world.tell(number, "extended", reason="等配件")
    usual = (await world.issue(number)).deadline_at
    assert usual > before
    named = usual + timedelta(days=3)
    await world.tell(number, "extended", deadline_at=named)
    assert (await world.issue(number)).deadline_at == named


async def test_the_unit_is_kept_and_told_and_a_repeated_state_is_not_told_twice(world: World) -> None:
    number = await world.report(GRID_AREA)
    for org in ("市政一所", "市政一所", "市政二所"):
        await world.tell(number, "dispatched", org=org)
    told = await world.queued("resident.notice")
    assert [n["facts"]["unit"] for n in told] == ["市政一所", "市政二所"]


async def test_staff_hear_of_a_return(world: World) -> None:
    number = await world.report(GRID_AREA)
    await world.tell(number, "returned", reason="不是我们的路段")
    assert "issue.returned" in [n["event"] for n in await world.queued("staff.notice")]


async def test_an_update_under_a_number_not_yet_known_waits_and_is_applied(world: World) -> None:
    number = await world.report(GRID_AREA)
    start = clock.now()
    later = {"external_no": "G-7", "occurred_at": start}
    assert await world.tell(None, "in_progress", **later) is Outcome.PARKED
    assert await world.tell(None, "dispatched", **{**later, "occurred_at": start - timedelta(1)}) is Outcome.PARKED
    async with world.database.write() as db:
        await issues.delivered(db, world.vault, world.config, number=number, round=1, external_no="G-7")
    assert (await world.states(number))[3:] == ["dispatched", "in_progress"]
    assert await world.tell(None, "handled", external_no="G-7") is Outcome.APPLIED


async def test_what_waited_for_a_day_is_given_up_and_kept(world: World) -> None:
    number = await world.report(GRID_AREA)
    await world.tell(None, "dispatched", external_no="G-7")
    with clock.frozen(clock.now() + timedelta(hours=25)):
        async with world.database.write() as db:
            assert await issues.expire_parked(db) == 1
            await issues.delivered(db, world.vault, world.config, number=number, round=1, external_no="G-7")
    assert (await world.issue(number)).state == "filed"
    async with world.database.read() as db:
        assert (await db.execute(select(GridUpdateRow.outcome))).scalar_one() == "expired"


async def test_a_far_number_is_learnt_from_an_update(world: World) -> None:
    number = await world.report(GRID_AREA)
    await world.tell(number, "dispatched", external_no="G-9")
    assert await world.tell(None, "in_progress", external_no="G-9") is Outcome.APPLIED
    assert (await world.issue(number)).state == "in_progress"


async def test_a_system_speaks_only_of_what_was_given_to_it(world: World) -> None:
    for number in (await world.report(), "R0000000000"):
        with pytest.raises(issues.IssueNotFound):
            await world.tell(number, "closed")


async def test_a_report_that_was_withdrawn_stays_so(world: World) -> None:
    number = await world.report(GRID_AREA)
    await world.do(issues.withdraw, number)
    for word in IGNORED_IN:
        assert await world.tell(number, word) is Outcome.IGNORED
    assert (await world.issue(number)).state == "withdrawn"


async def test_a_refused_delivery_is_written_down_and_told(world: World, staff: Staff) -> None:
    number = await world.report(GRID_AREA)
    async with world.database.write() as db:
        await issues.delivery_failed(db, number=number, round=1, error="grid_http_503")
        await issues.delivery_refused(db, number=number, round=1, error="grid_http_400")
    async with world.database.read() as db:
        actor = staff(Role.ADMIN)
        shown = await issues.view(db, world.vault, number=number, viewer=actor, photo_url=lambda sha256: sha256)
    [delivery] = shown["deliveries"]
    assert (delivery["state"], delivery["attempts"], delivery["last_error"]) == ("refused", 2, "grid_http_400")
    assert "grid.refused" in [told["event"] for told in await world.queued("staff.notice")]


async def test_the_grid_has_no_other_rows_than_its_words() -> None:
    words = {action for action in Action if action.value.startswith("grid_")}
    assert {action.value.removeprefix("grid_") for action in words} == set(IGNORED_IN)
