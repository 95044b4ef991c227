"""Families that pool points: who belongs to one, by invitation and with the consent of each member.

Somebody is in one family at a time. What is put into the family's account belongs to all of it; whoever leaves takes
nothing along, and the last member gets what is left.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from community import consents
from community.consents import Purpose, Wording
from core import clock
from core.db import new_id, violated
from core.errors import Refused
from points import sharing
from points.family_locks import lock_families
from points.family_models import Family, FamilyMember
from points.models import Unit
from points.postings import Posted
from points.reward_models import OPEN, RedemptionRow


class AlreadyInFamily(Refused):
    code = "already_in_family"


class NotInFamily(Refused):
    code = "not_in_family"


@dataclass(frozen=True, slots=True)
class FamilyView:
    """A family as a member sees it; `members` are the ids of the residents who agreed, the founder first."""

    id: str
    area_code: str
    members: tuple[str, ...]


IS_MEMBER: Final = (FamilyMember.agreed_at.is_not(None), FamilyMember.left_at.is_(None))


async def found(db: AsyncSession, *, resident_id: str, area_code: str, wording: Wording) -> str:
    """Begin a family with its first member, who has read this wording; its id. Raises AlreadyInFamily."""
    family_id, now = new_id(), clock.now()
    await db.execute(insert(Family).values(id=family_id, area_code=area_code, founded_by=resident_id, created_at=now))
    await enter(
        db,
        insert(FamilyMember).values(
            id=new_id(),
            family_id=family_id,
            resident_id=resident_id,
            invited_by=resident_id,
            invited_at=now,
            agreed_at=now,
        ),
    )
    await consents.give(db, resident_id=resident_id, purpose=Purpose.FAMILY, wording=wording)
    return family_id


async def enter(db: AsyncSession, change: Any) -> None:
    """Run what makes somebody a member. Raises AlreadyInFamily."""
    try:
        async with db.begin_nested():
            await db.execute(change.execution_options(synchronize_session=False))
    except IntegrityError as error:
        if violated(error, "uq_family_member_resident_id", "family_member.resident_id"):
            raise AlreadyInFamily from None
        raise


async def of_resident(db: AsyncSession, *, resident_id: str) -> FamilyView | None:
    """The family that a resident is in."""
    row = (
        await db.execute(
            select(Family.id, Family.area_code)
            .join(FamilyMember, FamilyMember.family_id == Family.id)
            .where(FamilyMember.resident_id == resident_id, *IS_MEMBER)
        )
    ).one_or_none()
    if row is None:
        return None
    members = await db.execute(
        select(FamilyMember.resident_id)
        .where(FamilyMember.family_id == row.id, *IS_MEMBER)
        .order_by(FamilyMember.agreed_at, FamilyMember.id)
    )
    return FamilyView(row.id, row.area_code, tuple(members.scalars()))


async def require(db: AsyncSession, resident_id: str) -> FamilyView:
    """Raises NotInFamily."""
    family = await of_resident(db, resident_id=resident_id)
    if family is None:
        raise NotInFamily
    return family


async def pool(db: AsyncSession, *, resident_id: str, amount_points: int, key: str) -> Posted:
    """Put one's points into the family's account; the same key again does no more.

    Raises NotInFamily, ConsentMissing, and as `sharing.pool` does.
    """
    await lock_families(db, resident_ids=[resident_id], is_shared=True)
    family = await require(db, resident_id)
    await consents.require(db, resident_id=resident_id, purpose=Purpose.FAMILY)
    return await sharing.pool(
        db,
        area_code=family.area_code,
        resident_id=resident_id,
        family_id=family.id,
        amount_points=amount_points,
        key=key,
    )


async def leave(db: AsyncSession, *, resident_id: str, heir_id: str | None = None) -> int:
    """Leave the family; the points that the last member takes along, or their heir, 0 for all others.

    It goes with withdrawing the consent, which is recorded where the resident is asked.

    Raises NotInFamily, FamilyPointsHeld or AccountFrozen.
    """
    await lock_families(db, resident_ids=[resident_id])
    family = await require(db, resident_id)
    taken = await _close(db, family, heir_id or resident_id) if family.members == (resident_id,) else 0
    await db.execute(
        update(FamilyMember)
        .where(FamilyMember.resident_id == resident_id, *IS_MEMBER)
        .values(left_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return taken


async def _close(db: AsyncSession, family: FamilyView, resident_id: str) -> int:
    """Give this resident what is left, and end the family."""
    left = {
        unit: await sharing.hand_over(
            db,
            area_code=family.area_code,
            family_id=family.id,
            resident_id=resident_id,
            key=f"family:{family.id}:closed:{unit}",
            unit=unit,
        )
        for unit in Unit
    }
    await db.execute(
        update(Family)
        .where(Family.id == family.id)
        .values(closed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return left[Unit.POINT]


async def forget(db: AsyncSession, *, resident_ids: Collection[str]) -> None:
    """Take somebody who is erased out of their family and its invitations; the last one's points go with them."""
    await lock_families(db, resident_ids=resident_ids)
    for resident_id in resident_ids:
        family = await of_resident(db, resident_id=resident_id)
        if family is not None and family.members == (resident_id,):
            await _close(db, family, resident_id)
        await db.execute(
            update(FamilyMember)
            .where(FamilyMember.resident_id == resident_id, FamilyMember.left_at.is_(None))
            .values(left_at=clock.now())
            .execution_options(synchronize_session=False)
        )


async def open_cases(db: AsyncSession, *, resident_id: str) -> list[str]:
    """What others have still to collect for points of a family that would end with this resident."""
    family = await of_resident(db, resident_id=resident_id)
    if family is None or family.members != (resident_id,):
        return []
    names = select(RedemptionRow.reward_name).where(
        RedemptionRow.family_id == family.id,
        RedemptionRow.resident_id != resident_id,
        RedemptionRow.state.in_([state.value for state in OPEN]),
    )
    return list((await db.execute(names.order_by(RedemptionRow.created_at, RedemptionRow.id))).scalars())


async def export(db: AsyncSession, *, resident_id: str) -> list[dict[str, Any]]:
    """The families that a resident is or was in, for a copy of their data."""
    rows = await db.execute(
        select(FamilyMember).where(FamilyMember.resident_id == resident_id).order_by(FamilyMember.invited_at)
    )
    return [
        {
            "family_id": row.family_id,
            "invited_at": clock.iso(row.invited_at),
            "agreed_at": clock.iso(row.agreed_at) if row.agreed_at else None,
            "left_at": clock.iso(row.left_at) if row.left_at else None,
        }
        for row in rows.scalars()
    ]
