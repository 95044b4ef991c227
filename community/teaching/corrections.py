"""A category that a worker changed is an example: what the report said, and what it is about."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from community.teaching import candidates, cleaning
from community.teaching.candidates import Found
from community.teaching.labels import REPORT
from community.teaching.models import Source
from core.crypto import Vault


async def corrected(
    db: AsyncSession, vault: Vault, *, owner_id: str, area_code: str, text: str, before: str, after: str
) -> bool:
    """Queue a report whose category was changed from one name to another; False when it teaches nothing.

    The categories of reports have the names of the guideline, so that a code is one label.
    """
    if before == after:
        return False
    found = Found(
        source=Source.CORRECTION,
        owner_id=owner_id,
        area_code=area_code,
        text=cleaning.blanked(text),
        predicted_intent=REPORT,
        predicted_category=before,
        intent=REPORT,
        category=after,
    )
    return await candidates.queue(db, vault, found)
