"""The queue of examples: what is put into it by itself, what workers see of it, and how it empties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from community import scope, sealed
from community.teaching import cleaning
from community.teaching.models import PURPOSE_TEXT, Candidate, CandidateState, Source
from core import clock, outbox
from core.crypto import Unreadable, Vault
from core.db import dialect_insert, new_id
from core.errors import Invalid, NotFound

KEPT: Final = timedelta(days=90)
MOST_OPEN: Final = 500
"""So many open ones of each kind that nobody asked for; the oldest leave."""

HELD_OUT_OF: Final = 5
"""One taken example in so many judges models and never trains them."""


class CandidateNotFound(NotFound):
    code = "candidate_not_found"


@dataclass(frozen=True, slots=True)
class Found:
    """What is put into the queue: words with blanks for persons (`cleaning.blanked`), how they were read, and how they
    should be, if that is known.
    """

    source: Source
    owner_id: str
    area_code: str
    text: str
    predicted_intent: str | None = None
    predicted_category: str | None = None
    confidence: float | None = None
    intent: str | None = None
    category: str | None = None


async def queue(db: AsyncSession, vault: Vault, found: Found) -> bool:
    """Keep the words until a worker looks; False when there is nothing to learn or they are there already.

    Whose owner was erased leaves nothing.
    """
    if not cleaning.is_usable(found.text):
        return False
    try:
        kept = await vault.seal_for(db, found.owner_id, PURPOSE_TEXT, found.text)
    except Unreadable:
        return False
    text_index = cleaning.index(vault, found.text)
    row = {
        "id": new_id(),
        "source": found.source.value,
        "state": CandidateState.OPEN.value,
        "area_code": found.area_code,
        "owner_id": found.owner_id,
        "sealed": kept,
        "text_index": text_index,
        "predicted_intent": found.predicted_intent,
        "predicted_category": found.predicted_category,
        "confidence": found.confidence,
        "intent": found.intent,
        "category": found.category,
        "held_out": is_held_out(text_index),
        "created_at": clock.now(),
    }
    made = await db.execute(
        dialect_insert(db, Candidate).values(row).on_conflict_do_nothing(index_elements=["text_index"])
    )
    return outbox.rowcount(made) == 1


def is_held_out(text_index: str) -> bool:
    """The same words are always on the same side."""
    return int(text_index[:8], 16) % HELD_OUT_OF == 0


async def get(db: AsyncSession, *, candidate_id: str) -> Candidate:
    """Raises CandidateNotFound."""
    row = (await db.execute(select(Candidate).where(Candidate.id == candidate_id))).scalar_one_or_none()
    if row is None:
        raise CandidateNotFound
    return row


async def words(db: AsyncSession, vault: Vault, row: Candidate) -> str:
    """The example's words; empty when they were dismissed or their owner was erased."""
    if row.owner_id is None:
        return row.text or ""
    return await sealed.open_text(db, vault, owner_id=row.owner_id, purpose=PURPOSE_TEXT, sealed=row.sealed)


async def show(db: AsyncSession, vault: Vault, row: Candidate) -> dict[str, Any]:
    """The JSON of an example; nothing in it says whose words they were."""
    return {
        "id": row.id,
        "source": row.source,
        "state": row.state,
        "area_code": row.area_code,
        "text": await words(db, vault, row),
        "predicted": {"intent": row.predicted_intent, "category": row.predicted_category, "confidence": row.confidence},
        "intent": row.intent,
        "category": row.category,
        "danger": row.danger,
        "held_out": row.held_out,
        "created_at": clock.iso(row.created_at),
        "decided_by": row.decided_by,
        "decided_at": clock.iso(row.decided_at) if row.decided_at else None,
    }


async def listing(
    db: AsyncSession,
    vault: Vault,
    *,
    areas: Sequence[str],
    state: CandidateState | None,
    source: Source | None,
    cursor: str | None,
    limit: int,
) -> dict[str, Any]:
    """`{items, next}` within these code prefixes, the newest first. Raises Invalid for a strange cursor."""
    rules: list[ColumnElement[bool]] = [scope.within(Candidate.area_code, areas)]
    if state is not None:
        rules.append(Candidate.state == state.value)
    if source is not None:
        rules.append(Candidate.source == source.value)
    if cursor is not None:
        at, last = _position(cursor)
        rules.append((Candidate.created_at < at) | ((Candidate.created_at == at) & (Candidate.id < last)))
    order = (Candidate.created_at.desc(), Candidate.id.desc())
    rows = list((await db.execute(select(Candidate).where(*rules).order_by(*order).limit(limit + 1))).scalars())
    last_shown = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [await show(db, vault, row) for row in rows[:limit]],
        "next": f"{last_shown.created_at.isoformat()}~{last_shown.id}" if last_shown else None,
    }


def _position(cursor: str) -> tuple[datetime, str]:
    moment, _, last = cursor.partition("~")
    try:
        return clock.parse(moment), last
    except ValueError:
        raise Invalid("bad_cursor", fields={"cursor": "not one of ours"}) from None


async def forget(db: AsyncSession, *, owner_ids: Sequence[str]) -> None:
    """With an erasure, what still waits for a look goes too; what was taken belongs to nobody."""
    await db.execute(
        delete(Candidate).where(Candidate.owner_id.in_(owner_ids)).execution_options(synchronize_session=False)
    )


async def forget_old(db: AsyncSession) -> None:
    """Delete what nobody took within KEPT, and of each unasked-for kind all but the newest MOST_OPEN."""
    old = clock.now() - KEPT
    undecided = Candidate.state != CandidateState.TAKEN.value
    await db.execute(
        delete(Candidate).where(undecided, Candidate.created_at < old).execution_options(synchronize_session=False)
    )
    for source in (Source.UNCERTAIN, Source.SHADOW):
        kind = (Candidate.source == source.value, Candidate.state == CandidateState.OPEN.value)
        newest = select(Candidate.id).where(*kind).order_by(Candidate.created_at.desc(), Candidate.id.desc())
        too_many = newest.offset(MOST_OPEN).limit(MOST_OPEN).scalar_subquery()
        await db.execute(
            delete(Candidate).where(Candidate.id.in_(too_many)).execution_options(synchronize_session=False)
        )
