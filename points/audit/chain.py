"""Whether anything sealed was changed, put in, moved, or cut off at either end, and whether it is the chain that
was anchored outside: signatures of an old copy are good, its last seal is not the last one that was known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.crypto import Vault
from core.db import table_of
from points import seals
from points.audit.findings import Finding
from points.audit.ledger_checks import TRANSFERS
from points.audit.walks import FINDINGS_PER_CHECK, Key
from points.models import Transfer
from points.seal_models import LedgerHead, LedgerSeal, LedgerSealEntry
from points.seals import Digested, Link

SEALS_AT_ONCE: Final = 5
ANCHORS_AT_ONCE: Final = 1000
START: Final[Key] = (0,)


async def walk_seals(db: AsyncSession, vault: Vault | None, after: Key) -> tuple[list[Finding], Key | None]:
    """The next seals, each with what it names; signatures only with a vault."""
    seq = int(after[0])
    before = (await db.execute(select(LedgerSeal).where(LedgerSeal.seq == seq))).scalar_one_or_none()
    root, cutoff = (before.root, before.cutoff) if before else (seals.START, None)
    query = select(LedgerSeal).where(LedgerSeal.seq > seq).order_by(LedgerSeal.seq).limit(SEALS_AT_ONCE)
    found = (await db.execute(query.execution_options(populate_existing=True))).scalars().all()
    findings: list[Finding] = []
    for seal in found:
        if seal.seq != seq + 1:
            findings.append(Finding("seal_missing", f"seal {seq + 1}", "a seal", "none"))
        elif seal.previous != root:
            findings.append(Finding("chain_broken", f"seal {seal.seq}", root, seal.previous))
        findings += await _check_seal(db, vault, seal, cutoff)
        seq, root, cutoff = seal.seq, seal.root, seal.cutoff
    if len(found) == SEALS_AT_ONCE:
        return findings, (seq,)
    return findings + await _check_head(db, vault, Link(seq, root)), None


async def _check_seal(
    db: AsyncSession, vault: Vault | None, seal: LedgerSeal, before: datetime | None
) -> list[Finding]:
    where = f"seal {seal.seq}"
    columns = (LedgerSealEntry.transfer_id, LedgerSealEntry.position, LedgerSealEntry.digest)
    query = select(*columns).where(LedgerSealEntry.seal_seq == seal.seq).order_by(LedgerSealEntry.position)
    named = (await db.execute(query)).all()
    now_is = {one.transfer_id: one for one in await seals.digests(db, [row.transfer_id for row in named])}
    findings = _check_transfers(named, now_is, before)
    root = seals.root_of(seal.seq, seal.cutoff, seal.previous, (row.digest for row in named))
    if [row.position for row in named] != list(range(seal.count)):
        findings.append(Finding("seal_entries_missing", where, str(seal.count), str(len(named))))
    elif root != seal.root:
        findings.append(Finding("seal_changed", where, seal.root, root))
    if vault and not await vault.is_signed_for(db, seals.KEY_OWNER, seals.SEAL_PURPOSE, seal.root, seal.signature):
        findings.append(Finding("seal_forged", where, "our signature", "another"))
    return findings


def _check_transfers(named: Sequence[Any], now_is: dict[str, Digested], before: datetime | None) -> list[Finding]:
    findings = []
    for row in named:
        now = now_is.get(row.transfer_id)
        if now is None:
            findings.append(Finding("transfer_missing", row.transfer_id, "a transfer", "none"))
        elif now.digest != row.digest:
            findings.append(Finding("transfer_changed", row.transfer_id, row.digest, now.digest))
        elif before is not None and now.created_at < before - seals.LATE:
            findings.append(_inserted(row.transfer_id, before, now.created_at))
    return findings


def _inserted(transfer_id: str, sealed_until: datetime, at: datetime) -> Finding:
    return Finding("transfer_inserted", transfer_id, f"after {sealed_until.isoformat()}", at.isoformat())


async def _check_head(db: AsyncSession, vault: Vault | None, last: Link) -> list[Finding]:
    head = (await db.execute(select(LedgerHead).where(LedgerHead.id == seals.HEAD_ID))).scalar_one_or_none()
    where = f"seal {head.seq if head else last.seq}"
    if head is None:
        return [Finding("head_missing", where, "a head", "none")] if last.seq else []
    said = seals.head_text(Link(head.seq, head.root))
    if vault and not await vault.is_signed_for(db, seals.KEY_OWNER, seals.HEAD_PURPOSE, said, head.signature):
        return [Finding("head_forged", where, "our signature", "another")]
    if (head.seq, head.root) != (last.seq, last.root):
        return [Finding("tail_missing", where, said, seals.head_text(last))]
    return []


async def walk_unsealed(db: AsyncSession, after: Key) -> tuple[list[Finding], Key | None]:
    """Transfers older than what is sealed, that no seal names: somebody put them in."""
    cutoff = (await db.execute(select(func.max(LedgerSeal.cutoff)))).scalar_one()
    until = await TRANSFERS.until(db, after) if cutoff else None
    if until is None:
        return [], None
    table = table_of(Transfer)
    sealed = exists().where(LedgerSealEntry.transfer_id == table.c.id)
    rows = await db.execute(
        select(table.c.id, table.c.created_at)
        .where(table.c.id > after[0], table.c.id <= until[0], table.c.created_at < cutoff - seals.LATE, ~sealed)
        .order_by(table.c.id)
        .limit(FINDINGS_PER_CHECK)
    )
    return [_inserted(row.id, cutoff, row.created_at) for row in rows], until


async def against(db: AsyncSession, known: Iterable[Link]) -> list[Finding]:
    """Seals that somebody noted outside the database, and that it does not hold, or holds otherwise."""
    last = await seals.newest(db)
    findings: list[Finding] = []
    rest = iter(known)
    while links := list(islice(rest, ANCHORS_AT_ONCE)):
        query = select(LedgerSeal.seq, LedgerSeal.root).where(LedgerSeal.seq.in_([one.seq for one in links]))
        roots = {row.seq: row.root for row in await db.execute(query)}
        for one in links:
            if one.seq > (last.seq if last else 0):
                findings.append(Finding("older_than_anchor", f"seal {one.seq}", one.root, "none"))
            elif roots.get(one.seq) != one.root:
                findings.append(Finding("not_as_anchored", f"seal {one.seq}", one.root, roots.get(one.seq, "none")))
        if len(findings) >= FINDINGS_PER_CHECK:
            break
    return findings[:FINDINGS_PER_CHECK]
