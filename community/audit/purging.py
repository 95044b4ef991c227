"""Letting go of what is older than it must be kept, in whole seals, with a signed checkpoint in their place."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from community.audit.checking import checkpoint_text
from community.audit.models import KEPT_DAYS, AuditCheckpoint, AuditRow, AuditSeal, AuditSealEntry
from community.audit.sealing import CHECKPOINT_PURPOSE, KEY_OWNER
from core import clock, outbox
from core.crypto import Vault
from core.errors import Refused


class TooYoung(Refused):
    """The log is kept for KEPT_DAYS days."""

    code = "audit_too_young"


async def purge(db: AsyncSession, vault: Vault, *, before: datetime, dry_run: bool = False) -> int:
    """Delete the seals that hold only what is older than `before`, and their rows; how many rows. Raises TooYoung.

    With `dry_run` they are only counted.
    """
    if before > clock.now() - timedelta(days=KEPT_DAYS):
        raise TooYoung(days=KEPT_DAYS)
    query = select(AuditSeal).where(AuditSeal.created_at < before).order_by(AuditSeal.seq.desc()).limit(1)
    last = (await db.execute(query)).scalar_one_or_none()
    if last is None:
        return 0
    if dry_run:
        old = select(func.count()).select_from(AuditSealEntry).where(AuditSealEntry.seal_seq <= last.seq)
        return (await db.execute(old)).scalar_one()
    entries = select(AuditSealEntry.log_id).where(AuditSealEntry.seal_seq <= last.seq)
    done = await db.execute(delete(AuditRow).where(AuditRow.id.in_(entries)))
    await db.execute(delete(AuditSealEntry).where(AuditSealEntry.seal_seq <= last.seq))
    await db.execute(delete(AuditSeal).where(AuditSeal.seq <= last.seq))
    count = outbox.rowcount(done)
    text = checkpoint_text(last.seq, count, last.root)
    await db.execute(
        insert(AuditCheckpoint).values(
            through_seq=last.seq,
            at=clock.now(),
            count=count,
            root=last.root,
            signature=await vault.sign_for(db, KEY_OWNER, CHECKPOINT_PURPOSE, text),
        )
    )
    return count
