"""Chaining the log: each seal hashes its rows and the seal before, and is signed.

Fields are hashed with their lengths, so that moving a letter from one field to the next is seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from community.audit.models import HEAD_ID, AuditCheckpoint, AuditHead, AuditRow, AuditSeal, AuditSealEntry
from core import clock
from core.crypto import Vault
from core.db import violated
from core.framing import hash_fields

SETTLED_SECONDS: Final = 30
"""Rows younger than this wait: their neighbours may not be committed yet."""

BATCH: Final = 2000
KEY_OWNER: Final = "audit"
"""Whose data key signs: the chain can be checked after the root keys were changed."""

SEAL_PURPOSE: Final = "audit.seal"
HEAD_PURPOSE: Final = "audit.head"
CHECKPOINT_PURPOSE: Final = "audit.checkpoint"
START: Final = "0" * 64


def digest(row: AuditRow) -> str:
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


def root_of(seq: int, cutoff: datetime, previous: str, digests: Iterable[str]) -> str:
    return hash_fields((str(seq), cutoff.isoformat(), previous, *digests))


def head_text(seq: int, root: str) -> str:
    return f"{seq}:{root}"


async def last_link(db: AsyncSession) -> tuple[int, str]:
    """Number and root of the newest seal, or of the checkpoint that stands for it."""
    newest = (await db.execute(select(AuditSeal).order_by(AuditSeal.seq.desc()).limit(1))).scalar_one_or_none()
    if newest is not None:
        return newest.seq, newest.root
    query = select(AuditCheckpoint).order_by(AuditCheckpoint.through_seq.desc()).limit(1)
    purged = (await db.execute(query)).scalar_one_or_none()
    return (purged.through_seq, purged.root) if purged else (0, START)


async def seal_due(db: AsyncSession, vault: Vault) -> int:
    """Seal what has settled, at most BATCH rows; how many. Of two sealers at once one does nothing."""
    seq, previous = await last_link(db)  # before the rows: whoever seals them meanwhile takes the next number first
    cutoff = clock.now() - timedelta(seconds=SETTLED_SECONDS)
    sealed = exists().where(AuditSealEntry.log_id == AuditRow.id)
    rows = await db.execute(
        select(AuditRow).where(AuditRow.at < cutoff, ~sealed).order_by(AuditRow.at, AuditRow.id).limit(BATCH)
    )
    found = list(rows.scalars())
    if not found:
        return 0
    if len(found) == BATCH:
        cutoff = found[-1].at
    digests = [digest(row) for row in found]
    seal = {
        "seq": seq + 1,
        "cutoff": cutoff,
        "created_at": clock.now(),
        "count": len(found),
        "previous": previous,
        "root": root_of(seq + 1, cutoff, previous, digests),
    }
    seal["signature"] = await vault.sign_for(db, KEY_OWNER, SEAL_PURPOSE, str(seal["root"]))
    try:
        async with db.begin_nested():
            await db.execute(insert(AuditSeal).values(seal))
    except IntegrityError as error:
        if violated(error, "pk_audit_seal", "audit_seal.seq"):
            return 0
        raise
    await db.execute(
        insert(AuditSealEntry),
        [
            {"log_id": row.id, "seal_seq": seq + 1, "position": position, "digest": made}
            for position, (row, made) in enumerate(zip(found, digests, strict=True))
        ],
    )
    await _set_head(db, vault, seq + 1, str(seal["root"]))
    return len(found)


async def _set_head(db: AsyncSession, vault: Vault, seq: int, root: str) -> None:
    signature = await vault.sign_for(db, KEY_OWNER, HEAD_PURPOSE, head_text(seq, root))
    values = {"seq": seq, "root": root, "signature": signature}
    make = sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert
    await db.execute(make(AuditHead).values(id=HEAD_ID, **values).on_conflict_do_nothing(index_elements=["id"]))
    await db.execute(
        update(AuditHead).where(AuditHead.id == HEAD_ID).values(values).execution_options(synchronize_session=False)
    )
