"""Consent is recorded by version, withdrawn as easily as given, and never rewritten."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from community import consents
from community.consents import Consent, ConsentMissing, Purpose
from core.crypto import Vault
from core.db import Database
from tests.community.people import WORDING, resident


async def test_the_newest_record_decides(database: Database, vault: Vault) -> None:
    someone = (await resident(database, vault)).resident_id
    async with database.write() as db:
        assert not await consents.has(db, resident_id=someone, purpose=Purpose.CONTACT)
        await consents.give(db, resident_id=someone, purpose=Purpose.CONTACT, wording=WORDING)
        assert await consents.has(db, resident_id=someone, purpose=Purpose.CONTACT)
        await consents.withdraw(db, resident_id=someone, purpose=Purpose.CONTACT, wording=WORDING)
        assert not await consents.has(db, resident_id=someone, purpose=Purpose.CONTACT)
        await consents.give(db, resident_id=someone, purpose=Purpose.CONTACT, wording=WORDING)
        assert await consents.has(db, resident_id=someone, purpose=Purpose.CONTACT)


async def test_one_purpose_does_not_stand_for_another(database: Database, vault: Vault) -> None:
    someone = (await resident(database, vault)).resident_id
    async with database.write() as db:
        await consents.give(db, resident_id=someone, purpose=Purpose.CONTACT, wording=WORDING)
        with pytest.raises(ConsentMissing) as refused:
            await consents.require(db, resident_id=someone, purpose=Purpose.PARTY_MEMBER)
    assert refused.value.facts == {"purpose": "party_member"}


async def test_consent_for_one_order_is_not_consent_for_all(database: Database, vault: Vault) -> None:
    someone = (await resident(database, vault)).resident_id
    async with database.write() as db:
        await consents.give(db, resident_id=someone, purpose=Purpose.RELATIVE, wording=WORDING, subject="D2606010001")
        assert await consents.has(db, resident_id=someone, purpose=Purpose.RELATIVE, subject="D2606010001")
        assert not await consents.has(db, resident_id=someone, purpose=Purpose.RELATIVE)


async def test_a_new_wording_needs_a_new_consent(database: Database, vault: Vault) -> None:
    someone = (await resident(database, vault)).resident_id
    async with database.write() as db:
        await consents.give(db, resident_id=someone, purpose=Purpose.CONTACT, wording=WORDING)
        assert await consents.has(db, resident_id=someone, purpose=Purpose.CONTACT, version=WORDING.version)
        assert not await consents.has(db, resident_id=someone, purpose=Purpose.CONTACT, version="2027-01")


async def test_the_history_names_version_hash_and_channel(database: Database, vault: Vault) -> None:
    someone = (await resident(database, vault)).resident_id
    later = replace(WORDING, version="2026-07", text="新的说明。")
    async with database.write() as db:
        await consents.give(db, resident_id=someone, purpose=Purpose.CONTACT, wording=WORDING)
        await consents.withdraw(db, resident_id=someone, purpose=Purpose.CONTACT, wording=later)
        given, taken = await consents.history(db, resident_id=someone)
    assert (given.granted, given.version, given.channel) == (True, "2026-01", "heping")
    assert (taken.granted, taken.version) == (False, "2026-07")
    assert taken.text_hash == hashlib.sha256("新的说明。".encode()).hexdigest()


@pytest.mark.parametrize("statement", [update(Consent).values(granted=True), delete(Consent)])
async def test_the_ledger_is_append_only(database: Database, vault: Vault, statement: object) -> None:
    someone = (await resident(database, vault)).resident_id
    async with database.write() as db:
        await consents.withdraw(db, resident_id=someone, purpose=Purpose.CONTACT, wording=WORDING)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as db:
            await db.execute(statement)  # type: ignore[call-overload]
