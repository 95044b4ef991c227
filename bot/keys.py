"""`rotate-keys`: after a new root key was put first in `SECRET_KEY`, bring everything under it.

Data keys are wrapped anew; keyed indexes, which are made with the current root key, are made again from the sealed
values. Until this has run, both the old and the new key must be in the ring; people are found under either meanwhile.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community.contacts import PURPOSE_NAME, PURPOSE_PHONE
from community.members import reindexing
from community.residents import PURPOSE_SENDER, Identity, Resident, sender_index
from community.teaching import reindexing as examples
from core.crypto import Unreadable, Vault, load_ring
from core.db import Database
from core.settings import Settings
from points import redemption_codes

BATCH: Final = 500

Reindex = Callable[[AsyncSession, Vault, str], Awaitable[str | None]]
"""Does the next rows after an id; the last id that it did, None at the end."""


async def rotate(database: Database, settings: Settings) -> int:
    """How many data keys were wrapped anew. Safe to run again, and while the server runs."""
    vault = Vault(load_ring(settings.secret_key, embedded=settings.embedded, var=settings.var))
    count = 0
    while True:
        async with database.write() as db:
            wrapped = await vault.rewrap(db, limit=BATCH)
        if not wrapped:
            break
        count += wrapped
    while True:
        async with database.write() as db:
            if not await redemption_codes.reindex(db, vault, limit=BATCH):
                break
    for reindex in (_reindex_identities, _reindex_residents, _reindex_members, _reindex_examples):
        await _walk(database, vault, reindex)
    return count


async def _walk(database: Database, vault: Vault, reindex: Reindex) -> None:
    """In short transactions, so that residents are answered in between."""
    after: str | None = ""
    while after is not None:
        async with database.write() as db:
            after = await reindex(db, vault, after)


async def _reindex_identities(db: AsyncSession, vault: Vault, after: str) -> str | None:
    query = select(Identity).where(Identity.id > after).order_by(Identity.id).limit(BATCH)
    last = None
    for row in (await db.execute(query)).scalars():
        last = row.id
        try:
            sender = await vault.open_for(db, row.key_owner_id, PURPOSE_SENDER, row.sender)
        except Unreadable:
            continue  # an erased resident: there is nothing to find them by any more
        values: dict[str, object] = {"sender_index": sender_index(vault, row.account, sender)}
        if row.alternate is not None:
            alternate = await vault.open_for(db, row.key_owner_id, PURPOSE_SENDER, row.alternate)
            values["alternate_index"] = sender_index(vault, row.account, alternate)
        await db.execute(update(Identity).where(Identity.id == last).values(values))
    return last


async def _reindex_residents(db: AsyncSession, vault: Vault, after: str) -> str | None:
    living = (Resident.id > after, Resident.erased_at.is_(None))
    last = None
    for row in (await db.execute(select(Resident).where(*living).order_by(Resident.id).limit(BATCH))).scalars():
        last = row.id
        values: dict[str, object] = {}
        for column, purpose, sealed in (("name", PURPOSE_NAME, row.name), ("phone", PURPOSE_PHONE, row.phone)):
            if sealed is not None:
                opened = await vault.open_for(db, row.id, purpose, sealed)
                values[f"{column}_index"] = vault.blind(column, opened)
        if values:
            await db.execute(update(Resident).where(Resident.id == last).values(values))
    return last


async def _reindex_members(db: AsyncSession, vault: Vault, after: str) -> str | None:
    return await reindexing.reindex(db, vault, after=after, limit=BATCH)


async def _reindex_examples(db: AsyncSession, vault: Vault, after: str) -> str | None:
    return await examples.reindex(db, vault, after=after, limit=BATCH)
