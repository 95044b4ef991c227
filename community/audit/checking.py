"""Whether anything in the log was changed, put in, moved, or cut off at either end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from community.audit.models import AuditCheckpoint, AuditRow, AuditSeal, AuditSealEntry
from community.audit.sealing import CHAIN, CHECKPOINT_PURPOSE, KEY_OWNER
from core import chains
from core.chains import Fault, Link
from core.crypto import Vault


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `kind` is a word for programs, `where` names a seal or a row."""

    kind: str
    where: str


def checkpoint_text(through_seq: int, count: int, root: str) -> str:
    return f"{through_seq}:{count}:{root}"


async def verify(db: AsyncSession, vault: Vault) -> list[Finding]:
    """Walk the whole chain; an empty list means that it is as it was written."""
    findings: list[Finding] = []
    last = await _start(db, vault, findings)
    faults: list[Fault] = []
    sealed_until: datetime | None = None
    for seal in (await db.execute(select(AuditSeal).order_by(AuditSeal.seq))).scalars().all():
        faults += await CHAIN.check_seal(db, vault, seal, after=last, sealed_until=sealed_until)
        last, sealed_until = Link(seal.seq, seal.root), seal.cutoff
    faults += await CHAIN.check_head(db, vault, last)
    if sealed_until is not None:
        faults += await _check_unsealed(db, last.seq, sealed_until)
    return findings + [_finding(fault) for fault in faults]


def _finding(fault: Fault) -> Finding:
    return Finding(fault.kind, f"seal {fault.seal}" if fault.row_id is None else f"row {fault.row_id}")


async def _start(db: AsyncSession, vault: Vault, findings: list[Finding]) -> Link:
    """Where the chain must begin: at nothing, or at the newest checkpoint."""
    query = select(AuditCheckpoint).order_by(AuditCheckpoint.through_seq.desc()).limit(1)
    purged = (await db.execute(query)).scalar_one_or_none()
    if purged is None:
        return Link(0, chains.START)
    text = checkpoint_text(purged.through_seq, purged.count, purged.root)
    if not await vault.is_signed_for(db, KEY_OWNER, CHECKPOINT_PURPOSE, text, purged.signature):
        findings.append(Finding("checkpoint_forged", f"checkpoint {purged.through_seq}"))
    return Link(purged.through_seq, purged.root)


async def _check_unsealed(db: AsyncSession, seq: int, sealed_until: datetime) -> list[Fault]:
    """Rows older than what is sealed, that no seal names."""
    sealed = exists().where(AuditSealEntry.log_id == AuditRow.id)
    query = select(AuditRow.id, AuditRow.at).where(AuditRow.at < sealed_until - chains.LATE, ~sealed)
    rows = await db.execute(query.order_by(AuditRow.id))
    return [CHAIN.put_in(seq, row.id, row.at, sealed_until) for row in rows]
