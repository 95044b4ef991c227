"""What the staff call the residents that a list is about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from community.residents import Resident


async def refs_of(db: AsyncSession, resident_ids: Iterable[str]) -> dict[str, str]:
    """By id; of those who were bound to another the reference that is theirs now."""
    successor = aliased(Resident)
    rows = await db.execute(
        select(Resident.id, Resident.ref, successor.ref)
        .outerjoin(successor, successor.id == Resident.merged_into)
        .where(Resident.id.in_(set(resident_ids)))
    )
    return {resident_id: later or own for resident_id, own, later in rows}
