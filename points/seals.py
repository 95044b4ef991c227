"""The chain of the ledger's seals: of transfers, each with its entries.

An earlier moment than the newest seal's is good for so long as a transaction may take; what is older and not sealed was
put in, and the audit names it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import chains, clock
from core.chains import Chain, Digested, Link
from core.crypto import Vault
from core.db import dump_json, table_of
from core.framing import hash_fields
from points.models import Entry, Transfer
from points.seal_models import LedgerHead, LedgerSeal, LedgerSealEntry

BATCH: Final = 1000

_TRANSFER: Final = (
    "id",
    "area_code",
    "unit",
    "idempotency_key",
    "request_hash",
    "kind",
    "source_kind",
    "source_id",
    "recipient_id",
    "purpose",
    "rule_id",
    "rule_version",
    "inputs",
    "actor_id",
    "approver_id",
    "document_no",
    "reason",
    "reverses_id",
    "effective_at",
    "created_at",
)
_ENTRY: Final = ("line", "account_id", "amount", "balance_after", "account_seq")


async def newest(db: AsyncSession) -> Link | None:
    """The last link of the chain; None when nothing is sealed yet."""
    seal = await CHAIN.newest(db)
    return None if seal is None else Link(seal.seq, seal.root)


async def at(db: AsyncSession, seq: int) -> Link | None:
    """The link with this number."""
    root = (await db.execute(select(LedgerSeal.root).where(LedgerSeal.seq == seq))).scalar_one_or_none()
    return None if root is None else Link(seq, root)


async def seal_due(db: AsyncSession, vault: Vault, *, limit: int = BATCH) -> int:
    """Seal up to `limit` transfers that have settled; how many. Of two sealers at once one does nothing."""
    last = await CHAIN.newest(db)
    cutoff = clock.now() - chains.SETTLED
    found = await digests(db, await _unsealed(db, last.cutoff - chains.LATE if last else None, cutoff, limit))
    if not found:
        return 0
    if len(found) == limit:
        cutoff = found[-1].at
    after = Link(last.seq, last.root) if last else Link(0, chains.START)
    return len(found) if await CHAIN.add(db, vault, after=after, cutoff=cutoff, rows=found) else 0


async def _unsealed(db: AsyncSession, since: datetime | None, cutoff: datetime, limit: int) -> Sequence[str]:
    """Older ones than `since` are not sealed any more."""
    sealed = exists().where(LedgerSealEntry.transfer_id == Transfer.id)
    query = select(Transfer.id).where(Transfer.created_at < cutoff, ~sealed)
    if since is not None:
        query = query.where(Transfer.created_at >= since)
    return (await db.execute(query.order_by(Transfer.created_at, Transfer.id).limit(limit))).scalars().all()


async def digests(db: AsyncSession, transfer_ids: Collection[str]) -> list[Digested]:
    """Of these transfers, as far as they exist, by the moment at which they were written."""
    transfer, entry = table_of(Transfer), table_of(Entry)
    columns = [transfer.c[name] for name in _TRANSFER]
    which = select(*columns).where(transfer.c.id.in_(transfer_ids)).order_by(transfer.c.created_at, transfer.c.id)
    written = (await db.execute(which)).all()
    lines: dict[str, list[str]] = defaultdict(list)
    query = select(entry.c.transfer_id, *(entry.c[name] for name in _ENTRY))
    query = query.where(entry.c.transfer_id.in_(transfer_ids)).order_by(entry.c.transfer_id, entry.c.line)
    for transfer_id, *fields in await db.execute(query):
        lines[transfer_id] += [str(field) for field in fields]
    return [
        Digested(row.id, row.created_at, hash_fields([*(_said(field) for field in row), *lines[row.id]]))
        for row in written
    ]


def _said(field: Any) -> str:
    """A field as text; nothing and an empty word differ."""
    match field:
        case None:
            return ""
        case datetime():
            return f"={field.isoformat()}"
        case dict():
            return f"={dump_json(field)}"
        case _:
            return f"={field}"


CHAIN: Final = Chain("ledger", "transfer", "transfer_id", LedgerSeal, LedgerSealEntry, LedgerHead, digests)
