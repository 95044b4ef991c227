"""Families are locked before wallets, so that nobody joins, leaves or pools while one of them ends or moves."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.turns import lock_as_found
from points.family_models import Family, FamilyMember


async def lock_families(db: AsyncSession, *, resident_ids: Collection[str], is_shared: bool = False) -> None:
    """Lock the families of which these are members; `is_shared` lets other members do the same at once."""
    is_member = (FamilyMember.agreed_at.is_not(None), FamilyMember.left_at.is_(None))
    theirs = select(FamilyMember.family_id).where(FamilyMember.resident_id.in_(resident_ids), *is_member)

    async def find() -> Sequence[str]:
        return (await db.execute(theirs.order_by(FamilyMember.family_id))).scalars().all()

    async def hold(found: Sequence[str]) -> None:
        families = select(Family.id).where(Family.id.in_(found)).order_by(Family.id)
        await db.execute(families.with_for_update(read=is_shared, key_share=is_shared))

    await lock_as_found(db, find, hold)
