"""Families that pool points: who belongs to one, by invitation and with the consent of each member.

Somebody is in one family at a time. What is put into the family's account belongs to all of it; whoever leaves takes
nothing along, and the last member gets what is left.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from community import consents, contacts, notices
from community.consents import Purpose, Wording
from community.residents import Resident
from core import clock
from core.crypto import Vault
from core.db import new_id, violated
from core.errors import NotFound, Refused
from points import sharing
from points.family_models import Family, FamilyMember
from points.postings import Posted

MOST_MEMBERS: Final = 10
INVITATION_LIFE: Final = timedelta(days=7)


class AlreadyInFamily(Refused):
    code = "already_in_family"


class NotInFamily(Refused):
    code = "not_in_family"


class FamilyFull(Refused):
    """Members and open invitations together are as many as one family may have. Facts: `limit`."""

    code = "family_full"


class InvitationUnknown(NotFound):
    """It was never there, is too old, was answered, or its family is no more."""

    code = "invitation_unknown"


@dataclass(frozen=True, slots=True)
class FamilyView:
    """A family as a member sees it; `members` are the ids of the residents who agreed, the founder first."""

    id: str
    area_code: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Invitation:
    id: str
    family_id: str
    area_code: str
    invited_by: str
    invited_at: datetime


_IN: Final = (FamilyMember.agreed_at.is_not(None), FamilyMember.left_at.is_(None))


async def found(db: AsyncSession, *, resident_id: str, area_code: str, wording: Wording) -> str:
    """Begin a family with its first member, who has read this wording; its id. Raises AlreadyInFamily."""
    family_id, now = new_id(), clock.now()
    await db.execute(insert(Family).values(id=family_id, area_code=area_code, founded_by=resident_id, created_at=now))
    await _enter(
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


async def _enter(db: AsyncSession, change: Any) -> None:
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
            .where(FamilyMember.resident_id == resident_id, *_IN)
        )
    ).one_or_none()
    if row is None:
        return None
    members = await db.execute(
        select(FamilyMember.resident_id)
        .where(FamilyMember.family_id == row.id, *_IN)
        .order_by(FamilyMember.agreed_at, FamilyMember.id)
    )
    return FamilyView(row.id, row.area_code, tuple(members.scalars()))


async def _require(db: AsyncSession, resident_id: str) -> FamilyView:
    """Raises NotInFamily."""
    family = await of_resident(db, resident_id=resident_id)
    if family is None:
        raise NotInFamily
    return family


async def invite(db: AsyncSession, vault: Vault, *, resident_id: str, phone: str) -> None:
    """Ask the one resident who left this number to join; nothing tells whether there is such a resident.

    Raises NotInFamily or FamilyFull.
    """
    family = await _require(db, resident_id)
    if len(family.members) + await _waiting(db, family.id) >= MOST_MEMBERS:
        raise FamilyFull(limit=MOST_MEMBERS)
    guest_id = await _of_phone(db, vault, phone)
    if guest_id is None or guest_id in family.members or await _is_asked(db, family.id, guest_id):
        return
    invitation_id = new_id()
    await db.execute(
        insert(FamilyMember).values(
            id=invitation_id,
            family_id=family.id,
            resident_id=guest_id,
            invited_by=resident_id,
            invited_at=clock.now(),
        )
    )
    await notices.tell_resident(
        db, vault, resident_id=guest_id, notice="family_invited", facts={}, key=f"family:{invitation_id}"
    )


async def _of_phone(db: AsyncSession, vault: Vault, phone: str) -> str | None:
    """The resident of a number, where exactly one left it."""
    rows = await db.execute(
        select(Resident.id)
        .where(
            Resident.phone_index.in_(vault.blinds("phone", phone)),
            Resident.merged_into.is_(None),
            Resident.erased_at.is_(None),
        )
        .limit(2)
    )
    found = rows.scalars().all()
    return found[0] if len(found) == 1 else None


def _open(columns: Any) -> Select[Any]:
    """Invitations that can still be answered."""
    return (
        select(columns)
        .join(Family, Family.id == FamilyMember.family_id)
        .where(
            FamilyMember.agreed_at.is_(None),
            FamilyMember.left_at.is_(None),
            FamilyMember.invited_at > clock.now() - INVITATION_LIFE,
            Family.closed_at.is_(None),
        )
    )


async def _waiting(db: AsyncSession, family_id: str) -> int:
    query = _open(func.count(FamilyMember.id)).where(FamilyMember.family_id == family_id)
    return int((await db.execute(query)).scalar_one())


async def _is_asked(db: AsyncSession, family_id: str, resident_id: str) -> bool:
    query = _open(FamilyMember.id).where(FamilyMember.family_id == family_id, FamilyMember.resident_id == resident_id)
    return (await db.execute(query.limit(1))).scalar_one_or_none() is not None


async def invitations(db: AsyncSession, *, resident_id: str) -> list[Invitation]:
    """Invitations to a resident that wait for an answer, newest first."""
    query = _open(FamilyMember).where(FamilyMember.resident_id == resident_id)
    rows = await db.execute(query.order_by(FamilyMember.invited_at.desc(), FamilyMember.id))
    return [
        Invitation(row.id, row.family_id, await _area(db, row.family_id), row.invited_by, row.invited_at)
        for row in rows.scalars().all()
    ]


async def _area(db: AsyncSession, family_id: str) -> str:
    return str((await db.execute(select(Family.area_code).where(Family.id == family_id))).scalar_one())


async def join(db: AsyncSession, vault: Vault, *, resident_id: str, invitation_id: str, wording: Wording) -> FamilyView:
    """Enter the family, having read this wording; whoever invited hears of it.

    Raises InvitationUnknown, AlreadyInFamily or FamilyFull.
    """
    invitation = await _invitation(db, resident_id, invitation_id)
    members = select(func.count(FamilyMember.id)).where(FamilyMember.family_id == invitation.family_id, *_IN)
    if int((await db.execute(members)).scalar_one()) >= MOST_MEMBERS:
        raise FamilyFull(limit=MOST_MEMBERS)
    await _enter(db, update(FamilyMember).where(FamilyMember.id == invitation_id).values(agreed_at=clock.now()))
    await consents.give(db, resident_id=resident_id, purpose=Purpose.FAMILY, wording=wording)
    phone = (await contacts.read(db, vault, resident_id=resident_id)).phone
    await notices.tell_resident(
        db,
        vault,
        resident_id=invitation.invited_by,
        notice="family_joined",
        facts={"ending": phone[-4:]},
        key=f"family-joined:{invitation_id}",
    )
    return await _require(db, resident_id)


async def decline(db: AsyncSession, *, resident_id: str, invitation_id: str) -> None:
    """Say no, of which nobody is told. Raises InvitationUnknown."""
    await _invitation(db, resident_id, invitation_id)
    await db.execute(
        update(FamilyMember)
        .where(FamilyMember.id == invitation_id)
        .values(left_at=clock.now())
        .execution_options(synchronize_session=False)
    )


async def _invitation(db: AsyncSession, resident_id: str, invitation_id: str) -> FamilyMember:
    """One that can be answered, its family locked against what others do to it. Raises InvitationUnknown."""
    query = _open(FamilyMember).where(FamilyMember.id == invitation_id, FamilyMember.resident_id == resident_id)
    row: FamilyMember | None = (await db.execute(query.with_for_update())).scalar_one_or_none()
    if row is None:
        raise InvitationUnknown
    return row


async def pool(db: AsyncSession, *, resident_id: str, amount_points: int, key: str) -> Posted:
    """Put one's points into the family's account; the same key again does no more.

    Raises NotInFamily, ConsentMissing, and as `sharing.pool` does.
    """
    family = await _require(db, resident_id)
    await consents.require(db, resident_id=resident_id, purpose=Purpose.FAMILY)
    return await sharing.pool(
        db,
        area_code=family.area_code,
        resident_id=resident_id,
        family_id=family.id,
        amount_points=amount_points,
        key=key,
    )


async def leave(db: AsyncSession, *, resident_id: str) -> int:
    """Leave the family; the points that the last member takes along, 0 for all others.

    It goes with withdrawing the consent, which is recorded where the resident is asked.

    Raises NotInFamily, FamilyPointsHeld or AccountFrozen.
    """
    before = await _require(db, resident_id)
    await db.execute(select(Family.id).where(Family.id == before.id).with_for_update())
    family = await _require(db, resident_id)  # read again: another member may have left meanwhile
    taken = await _close(db, family, resident_id) if family.members == (resident_id,) else 0
    await db.execute(
        update(FamilyMember)
        .where(FamilyMember.resident_id == resident_id, *_IN)
        .values(left_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return taken


async def _close(db: AsyncSession, family: FamilyView, resident_id: str) -> int:
    """Give the last member what is left, and end the family."""
    left = await sharing.hand_over(
        db,
        area_code=family.area_code,
        family_id=family.id,
        resident_id=resident_id,
        key=f"family:{family.id}:closed",
    )
    await db.execute(
        update(Family)
        .where(Family.id == family.id)
        .values(closed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return left


async def forget(db: AsyncSession, *, resident_ids: Collection[str]) -> None:
    """End the membership and the invitations of somebody who is erased; the points stay with the family while it has members."""
    for resident_id in resident_ids:
        family = await of_resident(db, resident_id=resident_id)
        if family is not None and family.members == (resident_id,):
            await _close(db, family, resident_id)
    await db.execute(
        update(FamilyMember)
        .where(FamilyMember.resident_id.in_(resident_ids), FamilyMember.left_at.is_(None))
        .values(left_at=clock.now())
        .execution_options(synchronize_session=False)
    )


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
