"""What a registered member did is on record once, earns by the rule, and membership by itself earns nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from community import members, privacy
from community.members import serving, views
from community.members.models import PartyService
from community.members.serving import AlreadyCertified, NotRegistered, Served
from community.permissions import Worker
from community.sanctions import OwnPoints
from core import clock
from core.crypto import Vault
from core.db import Database, new_id
from core.errors import Invalid
from core.values import PartyServiceKind
from points import corrections, grants, statements
from tests.community.members.test_registrations import consenting, registered
from tests.community.people import AREA, DAY, notices_of, worker


async def member(database: Database, vault: Vault) -> tuple[str, str]:
    """A resident whose registration is approved, and the registration."""
    resident_id = await consenting(database, vault)
    registration_id = await registered(database, vault, resident_id)
    async with database.write() as db:
        await members.approve(db, vault, registration_id=registration_id, worker_id="w1")
    return resident_id, registration_id


async def serve(
    database: Database,
    vault: Vault,
    registration_id: str,
    *,
    kind: PartyServiceKind = PartyServiceKind.PATROL,
    day: date | None = None,
    minutes: int | None = 90,
    by: Worker | None = None,
) -> Served:
    async with database.write() as db:
        return await serving.serve(
            db,
            vault,
            registration_id=registration_id,
            kind=kind,
            day=day or clock.today(),
            minutes=minutes,
            worker=by or worker(),
        )


async def points_of(database: Database, resident_id: str) -> int:
    async with database.write() as db:
        await corrections.fund_community(
            db, area_code=AREA, amount_points=100, actor_id="w9", reason="test", key=new_id()
        )
    async with database.write() as db:
        await grants.post_due(db)
    async with database.read() as db:
        return (await statements.balance(db, area_code=AREA, resident_id=resident_id)).posted


async def test_service_earns_by_its_time_and_is_told(database: Database, vault: Vault) -> None:
    resident_id, registration_id = await member(database, vault)
    assert await points_of(database, resident_id) == 0, "membership itself earns nothing"
    assert (await serve(database, vault, registration_id)).created
    assert await points_of(database, resident_id) == 15
    assert "registration_served" in await notices_of(database, vault, resident_id=resident_id)


async def test_once_for_a_member_a_day_and_a_kind(database: Database, vault: Vault) -> None:
    resident_id, registration_id = await member(database, vault)
    first = await serve(database, vault, registration_id)
    assert await serve(database, vault, registration_id) == Served(first.id, created=False)
    assert await serve(database, vault, registration_id, by=replace(worker(), id="w2")) == Served(
        first.id, created=False
    )
    with pytest.raises(AlreadyCertified):
        await serve(database, vault, registration_id, minutes=120)
    await serve(database, vault, registration_id, kind=PartyServiceKind.CLEANUP)
    await serve(database, vault, registration_id, day=clock.today() - DAY)
    async with database.read() as db:
        found = await views.services(db, registration_id=registration_id)
    assert [one["kind"] for one in found] in (["patrol", "cleanup", "patrol"], ["cleanup", "patrol", "patrol"])
    assert await points_of(database, resident_id) == 45


async def test_two_who_certify_at_once_write_one(database: Database, vault: Vault) -> None:
    resident_id, registration_id = await member(database, vault)
    done = await asyncio.gather(*(serve(database, vault, registration_id) for _ in range(4)))
    assert sum(one.created for one in done) == 1
    async with database.read() as db:
        assert (await db.execute(select(func.count()).select_from(PartyService))).scalar_one() == 1
    assert await points_of(database, resident_id) == 15


async def test_time_that_was_not_counted_is_on_record_and_earns_nothing(database: Database, vault: Vault) -> None:
    resident_id, registration_id = await member(database, vault)
    await serve(database, vault, registration_id, minutes=None)
    assert await points_of(database, resident_id) == 0


async def test_who_is_not_registered_has_no_record(database: Database, vault: Vault) -> None:
    resident_id = await consenting(database, vault)
    registration_id = await registered(database, vault, resident_id)
    with pytest.raises(NotRegistered):
        await serve(database, vault, registration_id)
    async with database.write() as db:
        await members.approve(db, vault, registration_id=registration_id, worker_id="w1")
        await members.revoke(db, vault, registration_id=registration_id, worker_id="w1", reason="已迁出")
    with pytest.raises(NotRegistered):
        await serve(database, vault, registration_id)


async def test_nobody_certifies_their_own_nor_what_is_to_come(database: Database, vault: Vault) -> None:
    resident_id, registration_id = await member(database, vault)
    with pytest.raises(OwnPoints):
        await serve(database, vault, registration_id, by=replace(worker(), resident_id=resident_id))
    with pytest.raises(Invalid):
        await serve(database, vault, registration_id, day=clock.today() + DAY)


async def test_their_export_holds_what_they_did(database: Database, vault: Vault) -> None:
    resident_id, registration_id = await member(database, vault)
    await serve(database, vault, registration_id)
    async with database.read() as db:
        found = await privacy.export(db, vault, resident_id=resident_id)
    ((service,),) = [one["services"] for one in found["registrations"]]
    assert (service["kind"], service["minutes"]) == ("patrol", 90)
