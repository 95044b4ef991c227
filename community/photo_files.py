"""Which stored files no row needs any more, and the order to erase them, given with the erasure of the rows.

Files are named by their content, so that one may belong to several residents: it goes with the last row that names it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from community.issues.models import IssuePhoto
from community.photos import Photo
from core import outbox

ERASE: Final = "media.erase"


async def is_needed(db: AsyncSession, *, sha256: str) -> bool:
    """Whether any row names this file."""
    return bool(await _needed(db, [sha256]))


async def let_go(db: AsyncSession, *, sha256s: Collection[str]) -> None:
    """Have those of these files erased, once the transaction is committed, that no row names by then."""
    for sha256 in sorted(set(sha256s) - await _needed(db, sha256s)):
        await outbox.enqueue(db, kind=ERASE, order_key=f"media:{sha256}", payload={"sha256": sha256})


async def _needed(db: AsyncSession, sha256s: Collection[str]) -> set[str]:
    of_residents = select(Photo.sha256).where(Photo.sha256.in_(sha256s))
    of_reports = select(IssuePhoto.sha256).where(IssuePhoto.sha256.in_(sha256s))
    return set((await db.execute(union(of_residents, of_reports))).scalars())
