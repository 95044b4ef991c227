"""The chain of the log's seals, which goes on behind what was purged."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from community.audit.models import AuditCheckpoint, AuditHead, AuditRow, AuditSeal, AuditSealEntry
from core import chains, clock
from core.chains import Chain, Digested, Link
from core.crypto import Vault
from core.framing import hash_fields

BATCH: Final = 2000
KEY_OWNER: Final = "audit"
"""Whose data key signs."""

CHECKPOINT_PURPOSE: Final = "audit.checkpoint"


async def last_link(db: AsyncSession) -> Link:
    """The newest seal, or the checkpoint that stands for it."""
    newest = await CHAIN.newest(db)
    if newest is not None:
        return Link(newest.seq, newest.root)
    query = select(AuditCheckpoint).order_by(AuditCheckpoint.through_seq.desc()).limit(1)
    purged = (await db.execute(query)).scalar_one_or_none()
    return Link(purged.through_seq, purged.root) if purged else Link(0, chains.START)


async def seal_due(db: AsyncSession, vault: Vault) -> int:
    """Seal what has settled, at most BATCH rows; how many. Of two sealers at once one does nothing."""
    after = await last_link(db)
    cutoff = clock.now() - chains.SETTLED
    sealed = exists().where(AuditSealEntry.log_id == AuditRow.id)
    due = select(AuditRow.id).where(AuditRow.at < cutoff, ~sealed).order_by(AuditRow.at, AuditRow.id).limit(BATCH)
    found = await digests(db, (await db.execute(due)).scalars().all())
    if not found:
        return 0
    if len(found) == BATCH:
        cutoff = found[-1].at
    return len(found) if await CHAIN.add(db, vault, after=after, cutoff=cutoff, rows=found) else 0


async def digests(db: AsyncSession, row_ids: Collection[int]) -> list[Digested]:
    """Of these rows, as far as they exist, by the moment at which they were written."""
    query = select(AuditRow).where(AuditRow.id.in_(row_ids)).order_by(AuditRow.at, AuditRow.id)
    rows = (await db.execute(query.execution_options(populate_existing=True))).scalars()
    return [Digested(row.id, row.at, _digest(row)) for row in rows]


def _digest(row: AuditRow) -> str:
    fields = (
        str(row.id),
        row.at.isoformat(),
        row.actor_id,
        row.action,
        row.subject,
        row.area_code,
        row.request_id,
        row.salt,
        row.commitment,
    )
    return hash_fields(fields)


CHAIN: Final = Chain(KEY_OWNER, "row", "log_id", AuditSeal, AuditSealEntry, AuditHead, digests)
