"""Volunteers enrol, leave, come back, and are shown to who has that duty."""

from __future__ import annotations

import pytest

from community import volunteers
from community.permissions import NotYourTask
from community.volunteers import Profile
from core.crypto import Vault
from core.db import Database
from core.errors import NotFound
from core.values import Role
from tests.community.people import AREA, OTHER_AREA, crowd, worker

WANG = Profile(name="王小明", phone="13800000000", skills="水电", times="周末")


async def test_enrolling_again_replaces_what_was_told(database: Database, vault: Vault) -> None:
    (one,) = await crowd(database, vault, 1)
    async with database.write() as db:
        await volunteers.enrol(db, vault, resident_id=one, area_code=AREA, profile=WANG)
        assert await volunteers.own_profile(db, vault, resident_id=one) == WANG
        assert await volunteers.leave(db, resident_id=one)
        assert not await volunteers.leave(db, resident_id=one)
        assert await volunteers.own_profile(db, vault, resident_id=one) is None
        again = Profile(name="王小明", phone="13800000000", skills="理发")
        await volunteers.enrol(db, vault, resident_id=one, area_code=AREA, profile=again)
        assert await volunteers.own_profile(db, vault, resident_id=one) == again


async def test_staff_see_the_volunteers_of_their_areas(database: Database, vault: Vault) -> None:
    people = await crowd(database, vault, 4)
    async with database.write() as db:
        for one, area in zip(people, (AREA, AREA, AREA, OTHER_AREA), strict=True):
            await volunteers.enrol(db, vault, resident_id=one, area_code=area, profile=WANG)
    async with database.read() as db:
        first = await volunteers.list_volunteers(db, vault, worker=worker(), limit=2)
        rest = await volunteers.list_volunteers(db, vault, worker=worker(), limit=2, after=first[-1]["ref"])
        assert await volunteers.list_volunteers(db, vault, worker=worker(Role.HANDLER)) == []
        assert len({v["ref"] for v in first + rest}) == 3
        assert first[0]["phone"] == "13800000000"
        shown = await volunteers.show_volunteer(db, vault, ref=first[0]["ref"].lower(), worker=worker())
        assert shown == first[0]
        with pytest.raises(NotYourTask):
            await volunteers.show_volunteer(db, vault, ref=first[0]["ref"], worker=worker(Role.DESK, OTHER_AREA))
        with pytest.raises(NotFound):
            await volunteers.show_volunteer(db, vault, ref="J0", worker=worker())
