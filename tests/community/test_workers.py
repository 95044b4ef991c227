"""Workers: tokens shown once, roles with areas, and the WeChat bound to a role."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from community import workers
from community.permissions import ALLOWED, Grant, NotYourTask, Permission, Worker
from community.tries import TooManyTries
from community.workers import WorkerRow
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import Invalid
from core.values import Role

DESK = [Grant(Role.DESK, "110101001")]


async def _create(database: Database, vault: Vault) -> tuple[Worker, str]:
    async with database.write() as db:
        return await workers.create(db, vault, name="李测试", unit="服务台", grants=DESK)


async def test_a_token_opens_and_is_nowhere_to_be_read(database: Database, vault: Vault) -> None:
    made, token = await _create(database, vault)
    async with database.read() as db:
        assert await workers.authenticate(db, vault, token=token) == made
        assert await workers.authenticate(db, vault, token=token + "x") is None
        assert await workers.authenticate(db, vault, token="") is None
        row = (await db.execute(select(WorkerRow))).scalar_one()
    assert token not in str(row.token_hash)
    assert "李测试".encode() not in row.name


async def test_a_new_token_ends_the_one_before(database: Database, vault: Vault) -> None:
    made, old = await _create(database, vault)
    async with database.write() as db:
        new = await workers.new_token(db, worker_id=made.id)
        assert await workers.authenticate(db, vault, token=old) is None
        assert await workers.authenticate(db, vault, token=new) is not None
        with pytest.raises(workers.WorkerNotFound):
            await workers.new_token(db, worker_id="nobody")


async def test_a_disabled_worker_is_out(database: Database, vault: Vault) -> None:
    made, token = await _create(database, vault)
    async with database.write() as db:
        await workers.disable(db, worker_id=made.id)
        assert await workers.authenticate(db, vault, token=token) is None
        with pytest.raises(workers.WorkerNotFound):
            await workers.new_token(db, worker_id=made.id)
        [listed] = await workers.listing(db, vault)
    assert listed.disabled


async def test_the_first_worker_is_made_only_where_there_is_none(database: Database, vault: Vault) -> None:
    async with database.write() as db:
        token = await workers.create_first(db, vault, role=Role.ADMIN)
        first = await workers.authenticate(db, vault, token=token)
        assert first is not None
        assert first.grants == (Grant(Role.ADMIN),)
        with pytest.raises(workers.WorkersExist):
            await workers.create_first(db, vault, role=Role.ADMIN)


@pytest.mark.parametrize(("name", "grants"), [(" ", DESK), ("李测试", [])])
async def test_a_worker_needs_a_name_and_a_role(
    database: Database, vault: Vault, name: str, grants: list[Grant]
) -> None:
    with pytest.raises(Invalid):
        async with database.write() as db:
            await workers.create(db, vault, name=name, grants=grants)


async def test_a_role_is_bound_with_a_code_that_works_once_and_for_ten_minutes(
    database: Database, vault: Vault
) -> None:
    made, _ = await _create(database, vault)
    async with database.write() as db:
        late = await workers.start_binding(db, vault, worker_id=made.id)
        with clock.frozen(clock.now() + timedelta(minutes=11)), pytest.raises(workers.BindingCodeUnknown):
            await workers.bind(db, vault, code=late, resident_id="r1", identity_id="i1")
        code = await workers.start_binding(db, vault, worker_id=made.id)
        assert (await workers.bind(db, vault, code=code, resident_id="r1", identity_id="i1")).resident_id == "r1"
        with pytest.raises(workers.BindingCodeUnknown):
            await workers.bind(db, vault, code=code, resident_id="r2", identity_id="i2")
        bound = await workers.of_resident(db, vault, resident_id="r1")
        assert bound is not None
        assert bound.id == made.id
        assert await workers.of_resident(db, vault, resident_id="r2") is None


async def test_five_wrong_codes_are_all_there_are_for_ten_minutes(database: Database, vault: Vault) -> None:
    made, _ = await _create(database, vault)
    async with database.write() as db:
        code = await workers.start_binding(db, vault, worker_id=made.id)
        wrong = f"{(int(code) + 1) % 10**8:08d}"
        for left in (4, 3, 2, 1, 0):
            with pytest.raises(workers.BindingCodeUnknown) as refused:
                await workers.bind(db, vault, code=wrong, resident_id="r1", identity_id="i1")
            assert refused.value.facts == {"tries_left": left}
        with pytest.raises(TooManyTries):
            await workers.bind(db, vault, code=code, resident_id="r1", identity_id="i1")
    with clock.frozen(clock.now() + timedelta(minutes=10, seconds=1)):
        async with database.write() as db:
            fresh = await workers.start_binding(db, vault, worker_id=made.id)
            await workers.bind(db, vault, code=fresh, resident_id="r1", identity_id="i1")


async def test_a_wrong_code_leaves_the_role_that_was_bound(database: Database, vault: Vault) -> None:
    made, _ = await _create(database, vault)
    async with database.write() as db:
        code = await workers.start_binding(db, vault, worker_id=made.id)
        await workers.bind(db, vault, code=code, resident_id="r1", identity_id="i1")
        with pytest.raises(workers.BindingCodeUnknown):
            await workers.bind(db, vault, code=code, resident_id="r1", identity_id="i1")
        assert await workers.of_resident(db, vault, resident_id="r1") is not None


async def test_one_account_answers_for_one_worker(database: Database, vault: Vault) -> None:
    made, _ = await _create(database, vault)
    other, _ = await _create(database, vault)
    async with database.write() as db:
        for worker in (made, other):
            code = await workers.start_binding(db, vault, worker_id=worker.id)
            await workers.bind(db, vault, code=code, resident_id="r1", identity_id="i1")
        bound = await workers.of_resident(db, vault, resident_id="r1")
    assert bound is not None
    assert bound.id == other.id


async def test_workers_are_listed_by_area_and_roles_are_replaced(database: Database, vault: Vault) -> None:
    made, _ = await _create(database, vault)
    async with database.write() as db:
        assert [one.worker.id for one in await workers.listing(db, vault, area_code="110101")] == [made.id]
        await workers.set_grants(db, worker_id=made.id, grants=[Grant(Role.AUDITOR, "2201")])
        assert await workers.listing(db, vault, area_code="110101") == []
        assert (await workers.load(db, vault, worker_id=made.id)).grants == (Grant(Role.AUDITOR, "2201"),)


def test_permissions_end_where_the_area_ends() -> None:
    desk = Worker("w", "", "", tuple(DESK))
    assert desk.may(Permission.ORDERS, "110101001002")
    assert not desk.may(Permission.ORDERS, "110101002")
    assert not desk.may(Permission.WORKERS, "110101001")
    assert desk.areas_for(Permission.ORDERS) == ("110101001",)
    assert desk.areas_for(Permission.WORKERS) == ()
    with pytest.raises(NotYourTask):
        desk.require(Permission.ORDERS, "2201")


def test_auditors_only_read_and_admins_may_all() -> None:
    reading = {Permission.READ_ISSUES, Permission.POINTS, Permission.READ_AUDIT, Permission.STATISTICS}
    assert ALLOWED[Role.AUDITOR] == reading
    assert ALLOWED[Role.ADMIN] == frozenset(Permission)
    assert set(ALLOWED) == set(Role)
