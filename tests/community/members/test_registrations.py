"""Registration needs its own consent, is active once, moves by the table, and is read only with that duty."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import product

import pytest
from sqlalchemy import select, update

from community import consents, members
from community.consents import ConsentMissing, Purpose
from community.history import MoveRefused, Party, Subject, of
from community.members import TRANSITIONS, Action, AlreadyRegistered, Details
from community.members.models import Registration
from community.members.workflow import MAY, WORKFLOW
from community.permissions import NotYourTask
from core.crypto import Vault
from core.db import Database
from core.errors import Forbidden, Invalid, NotFound
from core.values import RegistrationState, Role
from tests.community.people import AREA, OTHER_AREA, WORDING, crowd, staff_events, told, worker

WANG = Details(
    name="王小明",
    phone="13800000000",
    employer="区自来水公司",
    branch="第二党支部",
    speciality="水电维修",
    available="周末",
    residence="和平里3号楼2单元501室",
)


async def consenting(database: Database, vault: Vault) -> str:
    (one,) = await crowd(database, vault, 1)
    async with database.write() as db:
        await consents.give(db, resident_id=one, purpose=Purpose.PARTY_MEMBER, wording=WORDING)
    return one


async def registered(database: Database, vault: Vault, one: str, area: str = AREA) -> str:
    async with database.write() as db:
        return await members.register(db, vault, resident_id=one, area_code=area, details=WANG)


async def act(database: Database, vault: Vault, action: Action, registration_id: str, one: str) -> RegistrationState:
    async with database.write() as db:
        if action is Action.CORRECT:
            return await members.correct(
                db, vault, registration_id=registration_id, resident_id=one, details=replace(WANG, branch="")
            )
        if action is Action.WITHDRAW:
            return await members.withdraw(db, vault, registration_id=registration_id, resident_id=one)
        if action is Action.APPROVE:
            return await members.approve(
                db, vault, registration_id=registration_id, worker_id="w1", grid_code="110101001003"
            )
        review = members.return_ if action is Action.RETURN else members.revoke
        return await review(db, vault, registration_id=registration_id, worker_id="w1", reason="电话有误")


async def test_nothing_is_kept_without_consent(database: Database, vault: Vault) -> None:
    (one,) = await crowd(database, vault, 1)
    with pytest.raises(ConsentMissing):
        await registered(database, vault, one)
    async with database.read() as db:
        assert (await db.execute(select(Registration.id))).all() == []


async def test_a_withdrawn_consent_stops_corrections(database: Database, vault: Vault) -> None:
    one = await consenting(database, vault)
    registration_id = await registered(database, vault, one)
    async with database.write() as db:
        await consents.withdraw(db, resident_id=one, purpose=Purpose.PARTY_MEMBER, wording=WORDING)
    with pytest.raises(ConsentMissing):
        await act(database, vault, Action.CORRECT, registration_id, one)


@pytest.mark.parametrize(("state", "action"), list(product(RegistrationState, Action)))
async def test_every_pair_of_the_table(
    database: Database, vault: Vault, state: RegistrationState, action: Action
) -> None:
    one = await consenting(database, vault)
    registration_id = await registered(database, vault, one)
    async with database.write() as db:
        await db.execute(update(Registration).values(state=state.value))
    after = TRANSITIONS.get((state, action))
    if after is None:
        with pytest.raises(MoveRefused):
            await act(database, vault, action, registration_id, one)
    else:
        assert await act(database, vault, action, registration_id, one) is after
    async with database.read() as db:
        row = await members.get(db, registration_id=registration_id)
        changes = await of(db, vault, subject=Subject.REGISTRATION, subject_id=registration_id)
    assert row.state == (after or state).value
    assert [(c.from_state, c.to_state) for c in changes[1:]] == ([(state.value, after.value)] if after else [])


@pytest.mark.parametrize(("party", "action"), list(product(Party, Action)))
def test_each_action_belongs_to_one_party(party: Party, action: Action) -> None:
    assert sum(action in actions for actions in MAY.values()) == 1
    if action not in MAY[party]:
        with pytest.raises(Forbidden):
            WORKFLOW.target(RegistrationState.SUBMITTED, action, party)


@pytest.mark.parametrize("state", list(RegistrationState))
async def test_one_active_registration_for_each_community(
    database: Database, vault: Vault, state: RegistrationState
) -> None:
    one = await consenting(database, vault)
    await registered(database, vault, one)
    async with database.write() as db:
        await db.execute(update(Registration).values(state=state.value))
    await registered(database, vault, one, OTHER_AREA)
    if state in (RegistrationState.WITHDRAWN, RegistrationState.REVOKED):
        assert await registered(database, vault, one)
    else:
        with pytest.raises(AlreadyRegistered):
            await registered(database, vault, one)


async def test_registering_in_two_chats_at_once_makes_one(database: Database, vault: Vault) -> None:
    one = await consenting(database, vault)
    barrier = asyncio.Barrier(4)

    async def attempt() -> bool:
        await barrier.wait()
        try:
            await registered(database, vault, one)
        except AlreadyRegistered:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt() for _ in range(4)))) == 1


async def test_two_reviewers_at_once_decide_once(database: Database, vault: Vault) -> None:
    one = await consenting(database, vault)
    registration_id = await registered(database, vault, one)
    barrier = asyncio.Barrier(4)

    async def decide(action: Action) -> bool:
        await barrier.wait()
        try:
            await act(database, vault, action, registration_id, one)
        except MoveRefused:
            return False
        return True

    decisions = (Action.APPROVE, Action.RETURN, Action.APPROVE, Action.RETURN)
    assert sum(await asyncio.gather(*(decide(action) for action in decisions))) == 1
    assert len(await told(database, vault, resident_id=one)) == 1


@pytest.mark.parametrize(("field", "value"), [("name", " "), ("phone", ""), ("employer", ""), ("branch", "党" * 201)])
async def test_wrong_details_name_their_field(database: Database, vault: Vault, field: str, value: str) -> None:
    one = await consenting(database, vault)
    wrong = replace(WANG, **{field: value})
    async with database.write() as db:
        with pytest.raises(Invalid) as refused:
            await members.register(db, vault, resident_id=one, area_code=AREA, details=wrong)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("action", [members.return_, members.revoke])
async def test_a_refusal_says_why(database: Database, vault: Vault, action: object) -> None:
    async with database.write() as db:
        with pytest.raises(Invalid):
            await action(db, vault, registration_id="0" * 32, worker_id="w1", reason=" ")  # type: ignore[operator]


async def test_the_member_is_told_each_decision_and_staff_each_submission(database: Database, vault: Vault) -> None:
    one = await consenting(database, vault)
    registration_id = await registered(database, vault, one)
    for action in (Action.RETURN, Action.CORRECT, Action.APPROVE, Action.REVOKE):
        await act(database, vault, action, registration_id, one)
    notices = await told(database, vault, resident_id=one)
    assert [n["notice"] for n in notices] == [
        "registration_returned",
        "registration_approved",
        "registration_revoked",
    ]
    assert notices[0]["facts"]["reason"] == "电话有误"
    assert notices[1]["facts"]["grid_code"] == "110101001003"
    events = await staff_events(database)
    assert [e["event"] for e in events] == ["registration.submitted"] * 2
    assert set(events[0]["facts"]) == {"id"}


async def test_the_status_is_the_active_one(database: Database, vault: Vault) -> None:
    one = await consenting(database, vault)
    async with database.read() as db:
        assert await members.status(db, resident_id=one) is None
    active = await registered(database, vault, one)
    gone = await registered(database, vault, one, OTHER_AREA)
    await act(database, vault, Action.WITHDRAW, gone, one)
    async with database.read() as db:
        found = await members.status(db, resident_id=one)
    assert found is not None
    assert found.id == active


async def test_somebody_elses_registration_is_not_found(database: Database, vault: Vault) -> None:
    registration_id = await registered(database, vault, await consenting(database, vault))
    for action in (Action.CORRECT, Action.WITHDRAW):
        with pytest.raises(NotFound):
            await act(database, vault, action, registration_id, await consenting(database, vault))
    async with database.read() as db:
        with pytest.raises(NotFound):
            await members.own_view(db, vault, registration_id=registration_id, resident_id="0" * 32)


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.ADMIN, Role.DESK)])
async def test_membership_is_closed_to_other_duties(database: Database, vault: Vault, role: Role) -> None:
    registration_id = await registered(database, vault, await consenting(database, vault))
    async with database.read() as db:
        with pytest.raises(NotYourTask):
            await members.staff_view(db, vault, registration_id=registration_id, worker=worker(role))
        assert await members.listing(db, worker=worker(role)) == []
        assert await members.export_rows(db, vault, worker=worker(role)) == []


async def test_the_desk_sees_and_exports_the_members_of_its_area(database: Database, vault: Vault) -> None:
    one = await consenting(database, vault)
    mine = await registered(database, vault, one)
    await registered(database, vault, one, OTHER_AREA)
    await act(database, vault, Action.APPROVE, mine, one)
    async with database.read() as db:
        assert [r.id for r in await members.listing(db, worker=worker())] == [mine]
        assert await members.listing(db, worker=worker(), state=RegistrationState.RETURNED) == []
        shown = await members.staff_view(db, vault, registration_id=mine, worker=worker())
        (row,) = await members.export_rows(db, vault, worker=worker())
    assert (shown["name"], shown["phone"], shown["grid_code"]) == ("王小明", "13800000000", "110101001003")
    assert {k: v for k, v in shown.items() if k != "history"} == row


async def test_what_was_told_is_sealed_and_found_by_index(database: Database, vault: Vault) -> None:
    await registered(database, vault, await consenting(database, vault))
    async with database.read() as db:
        row = (await db.execute(select(Registration))).scalar_one()
    assert "自来水".encode() not in row.details
    assert row.phone_index == vault.blind("phone", "13800000000")
    assert "13800000000" not in str(members.summary(row))
