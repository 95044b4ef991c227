"""`rotate-keys`: after a new root key was put first in `SECRET_KEY`, bring everything under it.

Data keys are wrapped anew; keyed indexes, which are made with the current root key, are made again from the sealed
values. Until this has run, both the old and the new key must be in the ring.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community.residents import PURPOSE_NAME, PURPOSE_PHONE, PURPOSE_SENDER, Identity, Resident, sender_index
from core.crypto import Unreadable, Vault, load_ring
from core.db import Database
from core.settings import Settings
from points import redemption_views

BATCH: Final = 500


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
            if not await redemption_views.reindex(db, vault, limit=BATCH):
                break
    async with database.write() as db:
        await _reindex_identities(db, vault)
        await _reindex_residents(db, vault)
    return count


async def _reindex_identities(db: AsyncSession, vault: Vault) -> None:
    for row in (await db.execute(select(Identity))).scalars():
        try:
            sender = await vault.open_for(db, row.key_owner_id, PURPOSE_SENDER, row.sender)
        except Unreadable:
            continue  # an erased resident: there is nothing to find them by any more
        values: dict[str, object] = {"sender_index": sender_index(vault, row.account, sender)}
        if row.alternate is not None:
            alternate = await vault.open_for(db, row.key_owner_id, PURPOSE_SENDER, row.alternate)
            values["alternate_index"] = sender_index(vault, row.account, alternate)
        await db.execute(update(Identity).where(Identity.id == row.id).values(values))


async def _reindex_residents(db: AsyncSession, vault: Vault) -> None:
    for row in (await db.execute(select(Resident).where(Resident.erased_at.is_(None)))).scalars():
        values: dict[str, object] = {}
        for column, purpose, sealed in (("name", PURPOSE_NAME, row.name), ("phone", PURPOSE_PHONE, row.phone)):
            if sealed is not None:
                opened = await vault.open_for(db, row.id, purpose, sealed)
                values[f"{column}_index"] = vault.blind(column, opened)
        if values:
            await db.execute(update(Resident).where(Resident.id == row.id).values(values))
