"""Residents who want to be asked: their skills and times, told freely and sealed (State Council decree 685, art. 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import masking, sealed
from community.permissions import Permission, Worker
from community.residents import Resident
from community.scope import within
from community.volunteers.attendance import hours
from community.volunteers.models import VolunteerProfile
from core import clock, outbox
from core.crypto import Vault
from core.db import dialect_insert
from core.errors import NotFound

PURPOSE: Final = "volunteer.profile"


@dataclass(frozen=True, slots=True)
class Profile:
    name: str = ""
    phone: str = ""
    skills: str = ""
    times: str = ""


async def enrol(db: AsyncSession, vault: Vault, *, resident_id: str, area_code: str, profile: Profile) -> None:
    """Become a volunteer, or replace what was told before."""
    values = {
        "key_owner_id": resident_id,
        "area_code": area_code,
        "details": await sealed.seal_record(db, vault, owner_id=resident_id, purpose=PURPOSE, record=asdict(profile)),
        "left_at": None,
    }
    await db.execute(
        dialect_insert(db, VolunteerProfile)
        .values(resident_id=resident_id, enrolled_at=clock.now(), **values)
        .on_conflict_do_update(index_elements=["resident_id"], set_=values)
    )


async def leave(db: AsyncSession, *, resident_id: str) -> bool:
    """Stop being asked; certified hours stay. False for who was no volunteer."""
    done = await db.execute(
        update(VolunteerProfile)
        .where(VolunteerProfile.resident_id == resident_id, VolunteerProfile.left_at.is_(None))
        .values(left_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return outbox.rowcount(done) == 1


async def own_profile(db: AsyncSession, vault: Vault, *, resident_id: str) -> Profile | None:
    """None for who is no volunteer, or no longer one."""
    row = await _row(db, resident_id)
    return None if row is None or row.left_at is not None else Profile(**await _details(db, vault, row))


async def listing(
    db: AsyncSession, vault: Vault, *, worker: Worker, limit: int = 50, after: str | None = None
) -> list[dict[str, Any]]:
    """Volunteers of the worker's areas in order of their ref; `after` is the last ref of the page before."""
    areas: Sequence[str] = worker.areas_for(Permission.VOLUNTEERS)
    query = (
        select(VolunteerProfile, Resident.ref)
        .join(Resident, Resident.id == VolunteerProfile.resident_id)
        .where(
            VolunteerProfile.left_at.is_(None),
            Resident.erased_at.is_(None),
            within(VolunteerProfile.area_code, areas),
        )
    )
    if after is not None:
        query = query.where(Resident.ref > after)
    rows = (await db.execute(query.order_by(Resident.ref).limit(limit))).all()
    return [await _view(db, vault, row.VolunteerProfile, row.ref, worker) for row in rows]


async def staff_view(db: AsyncSession, vault: Vault, *, ref: str, worker: Worker) -> dict[str, Any]:
    """One volunteer by their ref. Raises NotFound, NotYourTask."""
    query = select(VolunteerProfile).join(Resident, Resident.id == VolunteerProfile.resident_id)
    row = (await db.execute(query.where(Resident.ref == ref.upper()))).scalar_one_or_none()
    if row is None:
        raise NotFound("volunteer_not_found")
    worker.require(Permission.VOLUNTEERS, row.area_code)
    return await _view(db, vault, row, ref.upper(), worker)


async def _view(db: AsyncSession, vault: Vault, row: VolunteerProfile, ref: str, worker: Worker) -> dict[str, Any]:
    profile = Profile(**await _details(db, vault, row))
    served = await hours(db, resident_id=row.resident_id)
    full = worker.may(Permission.READ_CONTACTS, row.area_code)
    return {
        "ref": ref,
        "area_code": row.area_code,
        "name": profile.name if full else masking.name(profile.name),
        "phone": profile.phone if full else masking.phone(profile.phone),
        "skills": profile.skills,
        "times": profile.times,
        "minutes": served.minutes,
        "activities": served.activities,
        "enrolled_at": clock.iso(row.enrolled_at),
    }


async def _row(db: AsyncSession, resident_id: str) -> VolunteerProfile | None:
    query = select(VolunteerProfile).where(VolunteerProfile.resident_id == resident_id)
    return (await db.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def _details(db: AsyncSession, vault: Vault, row: VolunteerProfile) -> dict[str, Any]:
    return await sealed.open_record(db, vault, owner_id=row.key_owner_id, purpose=PURPOSE, sealed=row.details)
