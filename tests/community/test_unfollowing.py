"""An unfollow sets a date for erasure; open cases and another bound identity put it off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from community import binding, privacy
from community.privacy import AFTER_UNFOLLOW
from community.residents import Identity, Who
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import NotFound
from core.values import Platform
from tests.community.deeds import erase, file_report, finish, row_of, run_due
from tests.community.people import AREA, DAY, MONDAY, resident
from tests.community.volunteers.place import SATURDAY
from tests.points.town import Town


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
async def who(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


async def unfollow(database: Database, who: Who) -> None:
    async with database.write() as db:
        await privacy.unfollowed(db, identity_id=who.identity_id, now=clock.now())


async def test_an_unfollow_stops_sending_and_erases_after_thirty_days(
    database: Database, vault: Vault, who: Who
) -> None:
    await unfollow(database, who)
    async with database.read() as db:
        following = await db.execute(select(Identity.following).where(Identity.id == who.identity_id))
        assert following.scalar_one() is False
    with clock.frozen(MONDAY + AFTER_UNFOLLOW - timedelta(seconds=1)):
        assert await run_due(database, vault) == []
    with clock.frozen(MONDAY + AFTER_UNFOLLOW):
        assert await run_due(database, vault) == [who.resident_id]


async def test_an_open_case_puts_the_timed_erasure_off(database: Database, vault: Vault, who: Who) -> None:
    await file_report(database, vault, who)
    await unfollow(database, who)
    with clock.frozen(SATURDAY + AFTER_UNFOLLOW):
        assert await run_due(database, vault) == []
        await finish(database, vault, who)
        assert await run_due(database, vault) == [who.resident_id]


async def test_another_bound_identity_keeps_data_and_points(database: Database, vault: Vault, who: Who) -> None:
    other = await resident(database, vault, platform=Platform.ALIPAY)
    await Town(database, vault, area=AREA).adjust(who.resident_id, 50)
    async with database.write() as db:
        code = await binding.issue_code(db, vault, resident_id=who.resident_id, identity_id=who.identity_id)
        await binding.bind(db, vault, code=code.digits, identity_id=other.identity_id)
    await unfollow(database, who)
    assert (await row_of(database, who)).erase_at is None
    await unfollow(database, other)
    assert (await row_of(database, who)).erase_at == MONDAY + AFTER_UNFOLLOW


async def test_following_again_calls_it_off_but_not_an_erasure_that_was_asked_for(
    database: Database, vault: Vault, who: Who
) -> None:
    await unfollow(database, who)
    async with database.write() as db:
        assert await privacy.followed(db, identity_id=who.identity_id, now=MONDAY + DAY)
        assert not await privacy.followed(db, identity_id=who.identity_id, now=MONDAY + DAY)
    assert (await row_of(database, who)).erase_at is None
    await file_report(database, vault, who)
    await erase(database, vault, who, when_closed=True)
    await unfollow(database, who)
    async with database.write() as db:
        assert not await privacy.followed(db, identity_id=who.identity_id, now=MONDAY + DAY)
    assert (await row_of(database, who)).erase_at == MONDAY


async def test_unknown_identities_are_said_to_be_unknown(database: Database) -> None:
    for act in (privacy.unfollowed, privacy.followed):
        async with database.write() as db:
            with pytest.raises(NotFound):
                await act(db, identity_id="0" * 32, now=MONDAY)
