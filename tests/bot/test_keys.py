"""`rotate-keys`: afterwards the old root key can be thrown away, and meanwhile nobody is taken for somebody new."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import keys, seed
from bot.service import Service
from community import audit, consents, contacts, members, privacy, residents
from community.consents import Purpose
from community.members.models import Registration
from community.residents import Identity, Resident
from core import clock
from core.crypto import DataKey, Ring, Unreadable, Vault
from core.db import Database
from core.settings import Settings
from core.values import Platform
from points import corrections, redemption_views, redemptions, rewards
from points.reward_models import RedemptionRow
from tests.community.people import AREA, WORDING, with_phone
from tests.house import TEST_RING, House

NEW = "t2:" + base64.b64encode(b"n" * 32).decode()
BOTH = f"{NEW},{TEST_RING}"


def settings(house: House, secret_key: str) -> Settings:
    return replace(house.service.settings, secret_key=secret_key)


def vault_of(secret_key: str) -> Vault:
    return Vault(Ring.parse(secret_key))


async def identify(database: Database, vault: Vault, sender: str) -> residents.Who:
    async with database.write() as db:
        return await residents.identify(db, vault, account="heping", platform=Platform.WECHAT, sender=sender)


async def identities(database: Database) -> int:
    async with database.read() as db:
        return (await db.execute(select(func.count()).select_from(Identity))).scalar_one()


async def test_afterwards_the_old_key_is_needed_for_nothing(quiet: House) -> None:
    database, entry = quiet.service.database, seed.read("residents")[0]
    before = await identify(database, quiet.service.vault, "o-somebody")
    assert await keys.rotate(database, settings(quiet, BOTH)) > 10
    vault = vault_of(NEW)
    count = await identities(database)
    assert (await identify(database, vault, "o-somebody")).identity_id == before.identity_id
    assert await identities(database) == count
    async with database.read() as db:
        (found,) = await with_phone(db, vault, entry["phone"])
        assert (await contacts.read(db, vault, resident_id=found)).name == entry["name"]
        for resident in (await db.execute(select(Resident.id))).scalars():
            await privacy.export(db, vault, resident_id=resident)
        with pytest.raises(Unreadable):
            await contacts.read(db, vault_of(TEST_RING), resident_id=found)


async def test_the_server_goes_on_with_the_new_key_alone(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("垃圾没人收")
        await keys.rotate(quiet.service.database, settings(quiet, BOTH))
        service = await Service.open(settings(quiet, NEW))
        try:
            who = await identify(service.database, service.vault, chat.identity)
            async with service.database.read() as db:
                shown = await privacy.export(db, service.vault, resident_id=who.resident_id)
        finally:
            await service.close()
    assert shown["identities"][0]["sender"] == chat.identity


async def test_between_the_restart_and_the_rotation_people_are_known(quiet: House) -> None:
    """The ring has the new key first while every index was made with the old one."""
    database, entry = quiet.service.database, seed.read("residents")[0]
    before = await identify(database, quiet.service.vault, "o-somebody")
    meanwhile = vault_of(BOTH)
    count = await identities(database)
    assert (await identify(database, meanwhile, "o-somebody")).identity_id == before.identity_id
    assert await identities(database) == count
    async with database.read() as db:
        assert len(await with_phone(db, meanwhile, entry["phone"])) == 1


async def test_the_audit_log_is_still_believed(quiet: House) -> None:
    """Its seals were made while the old key was current."""
    database, vault = quiet.service.database, quiet.service.vault
    async with database.write() as db:
        await audit.record(db, vault, worker_id="worker", action="issue.close", subject="R1")
    with clock.frozen(clock.now() + timedelta(hours=1)):
        async with database.write() as db:
            assert await audit.seal_due(db, vault) > 0
    await keys.rotate(database, settings(quiet, BOTH))
    async with database.read() as db:
        assert await audit.verify(db, vault_of(NEW)) == []


async def test_again_does_nothing_more(quiet: House) -> None:
    database = quiet.service.database
    await keys.rotate(database, settings(quiet, BOTH))
    assert await keys.rotate(database, settings(quiet, BOTH)) == 0
    async with database.read() as db:
        rings = set((await db.execute(select(DataKey.ring_id))).scalars())
    assert rings == {"t2"}


async def test_codes_are_found_and_those_of_the_erased_are_no_hindrance(quiet: House) -> None:
    database, vault = quiet.service.database, quiet.service.vault
    here, gone = await redeemed(quiet, "o-here"), await redeemed(quiet, "o-gone")
    async with database.write() as db:
        await vault.destroy(db, gone.resident_id)
    await keys.rotate(database, settings(quiet, BOTH))
    async with database.read() as db:
        found = await redemption_views.find(db, vault_of(NEW), code=here.code or "", area_codes=[here.area_code])
        assert found.id == here.id
        left = await db.execute(
            select(func.count()).select_from(RedemptionRow).where(RedemptionRow.code_ring_id != "t2")
        )
        assert left.scalar_one() == 0


async def test_members_are_found_by_the_new_key(quiet: House) -> None:
    database, vault = quiet.service.database, quiet.service.vault
    here, gone = await registered(quiet, "o-here"), await registered(quiet, "o-gone")
    async with database.write() as db:
        await privacy.erase(db, vault, resident_id=gone.resident_id, now=clock.now())
    await keys.rotate(database, settings(quiet, BOTH))
    async with database.read() as db:
        rows = (await db.execute(select(Registration))).scalars().all()
    found = {row.resident_id: (row.name_index, row.phone_index) for row in rows}
    afresh = vault_of(NEW)
    assert found[here.resident_id] == (afresh.blind("name", "王小明"), afresh.blind("phone", "13800000000"))
    assert found[gone.resident_id] == (None, None)


async def registered(house: House, sender: str) -> residents.Who:
    """Somebody new who registered as a party member."""
    database, vault = house.service.database, house.service.vault
    who = await identify(database, vault, sender)
    details = members.Details(name="王小明", phone="13800000000", employer="区自来水公司")
    async with database.write() as db:
        await consents.give(db, resident_id=who.resident_id, purpose=Purpose.PARTY_MEMBER, wording=WORDING)
        await members.register(db, vault, resident_id=who.resident_id, area_code=AREA, details=details)
    return who


async def redeemed(house: House, sender: str) -> redemption_views.Redemption:
    """Somebody new who has the points and exchanged some of them for a code."""
    database, vault = house.service.database, house.service.vault
    who = await identify(database, vault, sender)
    area = seed.read("residents")[0]["grid"][:12]
    async with database.write() as db:
        await corrections.adjust(
            db,
            area_code=area,
            resident_id=who.resident_id,
            amount_points=500,
            actor_id="worker",
            reason="test",
            key=f"points:{sender}",
        )
        offered = await rewards.list_rewards(db, area_code=area, now=clock.now())
        cheapest = min(offered, key=lambda reward: reward.price_points)
        return await redemptions.redeem(
            db, vault, resident_id=who.resident_id, area_code=area, reward_id=cheapest.id, key=sender
        )
