"""Whether anything sealed was changed, put in, moved, or cut off at either end, and whether it is the chain that
was anchored outside: signatures of an old copy are good, its last seal is not the last one that was known.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import chains
from core.chains import Fault, Link
from core.crypto import Vault
from core.db import table_of
from points import seals
from points.audit.findings import Finding
from points.audit.ledger_checks import TRANSFERS
from points.audit.walks import FINDINGS_PER_CHECK, Key
from points.models import Transfer
from points.seal_models import LedgerSeal, LedgerSealEntry
from points.seals import CHAIN

SEALS_AT_ONCE: Final = 5
ANCHORS_AT_ONCE: Final = 1000
START: Final[Key] = (0,)


async def walk_seals(db: AsyncSession, vault: Vault | None, after: Key) -> tuple[list[Finding], Key | None]:
    """The next seals, each with what it names; signatures only with a vault."""
    seq = int(after[0])
    before = (await db.execute(select(LedgerSeal).where(LedgerSeal.seq == seq))).scalar_one_or_none()
    last, sealed_until = Link(seq, before.root if before else chains.START), before.cutoff if before else None
    query = select(LedgerSeal).where(LedgerSeal.seq > seq).order_by(LedgerSeal.seq).limit(SEALS_AT_ONCE)
    found = (await db.execute(query.execution_options(populate_existing=True))).scalars().all()
    faults: list[Fault] = []
    for seal in found:
        faults += await CHAIN.check_seal(db, vault, seal, after=last, sealed_until=sealed_until)
        last, sealed_until = Link(seal.seq, seal.root), seal.cutoff
    if len(found) == SEALS_AT_ONCE:
        return [_finding(fault) for fault in faults], (last.seq,)
    faults += await CHAIN.check_head(db, vault, last)
    return [_finding(fault) for fault in faults], None


def _finding(fault: Fault) -> Finding:
    where = f"seal {fault.seal}" if fault.row_id is None else fault.row_id
    return Finding(fault.kind, where, fault.expected, fault.found)


async def walk_unsealed(db: AsyncSession, after: Key) -> tuple[list[Finding], Key | None]:
    """Transfers older than what is sealed, that no seal names: somebody put them in."""
    seq, cutoff = (await db.execute(select(func.max(LedgerSeal.seq), func.max(LedgerSeal.cutoff)))).one()
    until = await TRANSFERS.until(db, after) if cutoff else None
    if until is None:
        return [], None
    table = table_of(Transfer)
    sealed = exists().where(LedgerSealEntry.transfer_id == table.c.id)
    rows = await db.execute(
        select(table.c.id, table.c.created_at)
        .where(table.c.id > after[0], table.c.id <= until[0], table.c.created_at < cutoff - chains.LATE, ~sealed)
        .order_by(table.c.id)
        .limit(FINDINGS_PER_CHECK)
    )
    return [_finding(CHAIN.put_in(seq, row.id, row.created_at, cutoff)) for row in rows], until


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
