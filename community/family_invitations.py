"""Invitations into a family: to the resident of a number, of whom nothing is told to whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import consents, contacts, notices
from community.consents import Purpose, Wording
from community.families import IS_MEMBER, FamilyView, enter, require
from community.residents import Resident
from core import clock
from core.crypto import Vault
from core.db import new_id
from core.errors import NotFound, Refused
from points.family_models import Family, FamilyMember

MOST_MEMBERS: Final = 10
INVITATION_LIFE: Final = timedelta(days=7)


class FamilyFull(Refused):
    """Members and open invitations together are as many as one family may have. Facts: `limit`."""

    code = "family_full"


class InvitationUnknown(NotFound):
    """It was never there, is too old, was answered, or its family is no more."""

    code = "invitation_unknown"


@dataclass(frozen=True, slots=True)
class Invitation:
    id: str
    family_id: str
    area_code: str
    invited_by: str
    invited_at: datetime


async def invite(db: AsyncSession, vault: Vault, *, resident_id: str, phone: str) -> None:
    """Ask the one resident who left this number to join; nothing tells whether there is such a resident.

    Raises NotInFamily or FamilyFull.
    """
    family = await require(db, resident_id)
    if len(family.members) + await _count(db, family.id) >= MOST_MEMBERS:
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


async def _count(db: AsyncSession, family_id: str) -> int:
    query = _open(func.count(FamilyMember.id)).where(FamilyMember.family_id == family_id)
    return int((await db.execute(query)).scalar_one())


async def _is_asked(db: AsyncSession, family_id: str, resident_id: str) -> bool:
    query = _open(FamilyMember.id).where(FamilyMember.family_id == family_id, FamilyMember.resident_id == resident_id)
    return (await db.execute(query.limit(1))).scalar_one_or_none() is not None


async def waiting(db: AsyncSession, *, resident_id: str) -> list[Invitation]:
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
    members = select(func.count(FamilyMember.id)).where(FamilyMember.family_id == invitation.family_id, *IS_MEMBER)
    if int((await db.execute(members)).scalar_one()) >= MOST_MEMBERS:
        raise FamilyFull(limit=MOST_MEMBERS)
    await enter(db, update(FamilyMember).where(FamilyMember.id == invitation_id).values(agreed_at=clock.now()))
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
    return await require(db, resident_id)


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
