"""Chaining the ledger: each seal hashes transfers with their entries, and the seal before, and is signed.

Fields are hashed with their lengths and each seal names its transfers one by one, so that a moved boundary, another
order, and a row that took an earlier moment but was committed later are all accounted for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import exists, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.crypto import Vault
from core.db import dump_json, table_of, violated
from core.framing import hash_fields
from points.accounts import dialect_insert
from points.models import Entry, Transfer
from points.seal_models import LedgerHead, LedgerSeal, LedgerSealEntry

SETTLED_SECONDS: Final = 30
"""Transfers younger than this wait: their neighbours may not be committed yet."""

LATE: Final = timedelta(minutes=10)
"""No transaction takes longer to commit: an older transfer that comes up after its time was sealed was put in."""

BATCH: Final = 1000
HEAD_ID: Final = 1
KEY_OWNER: Final = "ledger"
"""Whose data key signs: the chain can be checked after the root keys were changed."""

SEAL_PURPOSE: Final = "ledger.seal"
HEAD_PURPOSE: Final = "ledger.head"
START: Final = "0" * 64

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


@dataclass(frozen=True, slots=True)
class Link:
    """A seal by its number and root: whoever knows them knows whether all up to there is as it was."""

    seq: int
    root: str


@dataclass(frozen=True, slots=True)
class Digested:
    """A transfer as it stands now."""

    transfer_id: str
    created_at: datetime
    digest: str


async def newest(db: AsyncSession) -> Link | None:
    """The last link of the chain; None when nothing is sealed yet."""
    query = select(LedgerSeal.seq, LedgerSeal.root).order_by(LedgerSeal.seq.desc()).limit(1)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else Link(row.seq, row.root)


async def at(db: AsyncSession, seq: int) -> Link | None:
    """The link with this number."""
    root = (await db.execute(select(LedgerSeal.root).where(LedgerSeal.seq == seq))).scalar_one_or_none()
    return None if root is None else Link(seq, root)


async def seal_due(db: AsyncSession, vault: Vault, *, limit: int = BATCH) -> int:
    """Seal up to `limit` transfers that have settled; how many. Of two sealers at once one does nothing."""
    query = select(LedgerSeal).order_by(LedgerSeal.seq.desc()).limit(1)
    last = (await db.execute(query)).scalar_one_or_none()  # before the rows: a rival takes the next number first
    seq, previous = (last.seq, last.root) if last else (0, START)
    cutoff = clock.now() - timedelta(seconds=SETTLED_SECONDS)
    due = await _unsealed(db, last.cutoff - LATE if last else None, cutoff, limit)
    if not due:
        return 0
    found = await digests(db, due)
    if len(found) == limit:
        cutoff = found[-1].created_at
    root = root_of(seq + 1, cutoff, previous, (one.digest for one in found))
    seal = {"cutoff": cutoff, "created_at": clock.now(), "count": len(found), "previous": previous, "root": root}
    signature = await vault.sign_for(db, KEY_OWNER, SEAL_PURPOSE, root)
    try:
        async with db.begin_nested():
            await db.execute(insert(LedgerSeal).values(seq=seq + 1, signature=signature, **seal))
    except IntegrityError as error:
        if violated(error, "pk_ledger_seal", "ledger_seal.seq"):
            return 0
        raise
    rows = [
        {"transfer_id": one.transfer_id, "seal_seq": seq + 1, "position": position, "digest": one.digest}
        for position, one in enumerate(found)
    ]
    await db.execute(insert(table_of(LedgerSealEntry)), rows)
    await _set_head(db, vault, Link(seq + 1, root))
    return len(found)


async def _unsealed(db: AsyncSession, since: datetime | None, cutoff: datetime, limit: int) -> Sequence[str]:
    """Older ones than `since` are not sealed any more: the audit names them."""
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


def root_of(seq: int, cutoff: datetime, previous: str, made: Iterable[str]) -> str:
    return hash_fields((str(seq), cutoff.isoformat(), previous, *made))


def head_text(link: Link) -> str:
    return f"{link.seq}:{link.root}"


async def _set_head(db: AsyncSession, vault: Vault, link: Link) -> None:
    signature = await vault.sign_for(db, KEY_OWNER, HEAD_PURPOSE, head_text(link))
    values = {"seq": link.seq, "root": link.root, "signature": signature}
    make = dialect_insert(db, LedgerHead).values(id=HEAD_ID, **values)
    await db.execute(make.on_conflict_do_nothing(index_elements=["id"]))
    await db.execute(
        update(LedgerHead).where(LedgerHead.id == HEAD_ID).values(values).execution_options(synchronize_session=False)
    )
