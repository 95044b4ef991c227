"""The index by which the same words are found once, made again when the root key has changed."""

from __future__ import annotations

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from community.teaching import candidates, cleaning
from community.teaching.models import Candidate
from core.crypto import Vault


async def reindex(db: AsyncSession, vault: Vault, *, after: str, limit: int) -> str | None:
    """Do the next examples after an id; the last id that was done, None at the end.

    Of words that are gone there is nothing to make an index of; where the same words came again meanwhile, the newer
    example has the index.
    """
    query = select(Candidate).where(Candidate.id > after).order_by(Candidate.id).limit(limit)
    last = None
    for row in (await db.execute(query)).scalars().all():
        last = row.id
        text = await candidates.words(db, vault, row)
        if text:
            await _set(db, row.id, cleaning.index(vault, text))
    return last


async def _set(db: AsyncSession, candidate_id: str, text_index: str) -> None:
    """`held_out` stays: an example never changes sides."""
    other = aliased(Candidate)
    await db.execute(
        update(Candidate)
        .where(Candidate.id == candidate_id, ~exists().where(other.text_index == text_index))
        .values(text_index=text_index)
        .execution_options(synchronize_session=False)
    )
