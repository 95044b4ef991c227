"""Whether anything in the log was changed, put in, moved, or cut off at either end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from community.audit.models import HEAD_ID, AuditCheckpoint, AuditHead, AuditRow, AuditSeal, AuditSealEntry
from community.audit.sealing import (
    CHECKPOINT_PURPOSE,
    HEAD_PURPOSE,
    KEY_OWNER,
    SEAL_PURPOSE,
    START,
    digest,
    head_text,
    root_of,
)
from core.crypto import Vault

LATE: Final = timedelta(minutes=10)
"""No transaction takes longer to commit: an older row that comes up later was put in."""


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
    seq, root = await _start(db, vault, findings)
    cutoff: datetime | None = None
    seals = (await db.execute(select(AuditSeal).order_by(AuditSeal.seq))).scalars().all()
    for seal in seals:
        if seal.seq != seq + 1:
            findings.append(Finding("seal_missing", f"seal {seq + 1}"))
        elif seal.previous != root:
            findings.append(Finding("chain_broken", f"seal {seal.seq}"))
        findings += await _check_seal(db, vault, seal, cutoff)
        seq, root, cutoff = seal.seq, seal.root, seal.cutoff
    findings += await _check_head(db, vault, seq, root)
    findings += await _check_unsealed(db, cutoff)
    return findings


async def _start(db: AsyncSession, vault: Vault, findings: list[Finding]) -> tuple[int, str]:
    """Where the chain must begin: at nothing, or at the newest checkpoint."""
    query = select(AuditCheckpoint).order_by(AuditCheckpoint.through_seq.desc()).limit(1)
    purged = (await db.execute(query)).scalar_one_or_none()
    if purged is None:
        return 0, START
    text = checkpoint_text(purged.through_seq, purged.count, purged.root)
    if not await vault.is_signed_for(db, KEY_OWNER, CHECKPOINT_PURPOSE, text, purged.signature):
        findings.append(Finding("checkpoint_forged", f"checkpoint {purged.through_seq}"))
    return purged.through_seq, purged.root


async def _check_seal(db: AsyncSession, vault: Vault, seal: AuditSeal, before: datetime | None) -> list[Finding]:
    where = f"seal {seal.seq}"
    found = await db.execute(
        select(AuditSealEntry, AuditRow)
        .outerjoin(AuditRow, AuditRow.id == AuditSealEntry.log_id)
        .where(AuditSealEntry.seal_seq == seal.seq)
        .order_by(AuditSealEntry.position)
        .execution_options(populate_existing=True)
    )
    pairs = [(entry, row) for entry, row in found]
    findings = _check_rows(pairs, before)
    root = root_of(seal.seq, seal.cutoff, seal.previous, (entry.digest for entry, _ in pairs))
    if len(pairs) != seal.count:
        findings.append(Finding("entries_missing", where))
    elif root != seal.root:
        findings.append(Finding("seal_changed", where))
    if not await vault.is_signed_for(db, KEY_OWNER, SEAL_PURPOSE, seal.root, seal.signature):
        findings.append(Finding("seal_forged", where))
    return findings


def _check_rows(pairs: Sequence[tuple[AuditSealEntry, AuditRow | None]], before: datetime | None) -> list[Finding]:
    findings = []
    for entry, row in pairs:
        if row is None:
            findings.append(Finding("row_missing", f"row {entry.log_id}"))
        elif digest(row) != entry.digest:
            findings.append(Finding("row_changed", f"row {entry.log_id}"))
        elif before is not None and row.at < before - LATE:
            findings.append(Finding("row_inserted", f"row {entry.log_id}"))
    return findings


async def _check_head(db: AsyncSession, vault: Vault, seq: int, root: str) -> list[Finding]:
    head = (await db.execute(select(AuditHead).where(AuditHead.id == HEAD_ID))).scalar_one_or_none()
    if head is None:
        return [Finding("head_missing", f"seal {seq}")] if seq else []
    if not await vault.is_signed_for(db, KEY_OWNER, HEAD_PURPOSE, head_text(head.seq, head.root), head.signature):
        return [Finding("head_forged", f"seal {head.seq}")]
    if (head.seq, head.root) != (seq, root):
        return [Finding("tail_missing", f"seal {head.seq}")]
    return []


async def _check_unsealed(db: AsyncSession, cutoff: datetime | None) -> list[Finding]:
    if cutoff is None:
        return []
    sealed = exists().where(AuditSealEntry.log_id == AuditRow.id)
    rows = await db.execute(select(AuditRow.id).where(AuditRow.at < cutoff - LATE, ~sealed).order_by(AuditRow.id))
    return [Finding("row_inserted", f"row {row_id}") for row_id in rows.scalars()]
