"""Registrations as people may see them. Membership is read only with the permission for it, in the worker's areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from community import history, masking, sealed
from community.history import Subject
from community.members.models import PURPOSE, PartyService, Registration
from community.members.registrations import get
from community.permissions import Permission, Worker
from community.scope import within
from core import clock
from core.crypto import Vault
from core.errors import NotFound
from core.values import RegistrationState


async def listing(
    db: AsyncSession,
    *,
    worker: Worker,
    state: RegistrationState | None = None,
    limit: int = 50,
    after: str | None = None,
) -> list[Registration]:
    """Registrations of the areas for which the worker has this duty, newest first; `after` is the last id seen."""
    return await _page(db, worker.areas_for(Permission.MEMBERS), state, limit, after)


async def _page(
    db: AsyncSession, areas: Sequence[str], state: RegistrationState | None, limit: int, after: str | None
) -> list[Registration]:
    query = select(Registration).where(within(Registration.area_code, areas))
    if state is not None:
        query = query.where(Registration.state == state.value)
    if after is not None:
        last = await get(db, registration_id=after)
        query = query.where(
            or_(
                Registration.created_at < last.created_at,
                (Registration.created_at == last.created_at) & (Registration.id < last.id),
            )
        )
    ordered = query.order_by(Registration.created_at.desc(), Registration.id.desc()).limit(limit)
    return list((await db.execute(ordered)).scalars())


async def own_view(db: AsyncSession, vault: Vault, *, registration_id: str, resident_id: str) -> dict[str, Any]:
    """Raises NotFound, also for somebody else's."""
    row = await get(db, registration_id=registration_id)
    if row.resident_id != resident_id:
        raise NotFound("registration_not_found")
    return await show(db, vault, row=row, masked=False)


async def staff_view(db: AsyncSession, vault: Vault, *, registration_id: str, worker: Worker) -> dict[str, Any]:
    """In full for who reviews registrations there. Raises NotFound, NotYourTask."""
    row = await get(db, registration_id=registration_id)
    worker.require(Permission.MEMBERS, row.area_code)
    return await show(db, vault, row=row, masked=not worker.may(Permission.READ_CONTACTS, row.area_code))


async def export_rows(db: AsyncSession, vault: Vault, *, worker: Worker) -> list[dict[str, Any]]:
    """The approved members of the worker's areas, a row each for the register; erased ones are left out."""
    rows: list[dict[str, Any]] = []
    after: str | None = None
    while page := await listing(db, worker=worker, state=RegistrationState.APPROVED, limit=200, after=after):
        for row in page:
            shown = await staff_view(db, vault, registration_id=row.id, worker=worker)
            if shown["name"]:
                rows.append({key: value for key, value in shown.items() if key != "history"})
        after = page[-1].id
    return rows


async def show(db: AsyncSession, vault: Vault, *, row: Registration, masked: bool) -> dict[str, Any]:
    """The JSON of a registration."""
    details = await sealed.open_record(db, vault, owner_id=row.key_owner_id, purpose=PURPOSE, sealed=row.details)
    changes = await history.of(db, vault, subject=Subject.REGISTRATION, subject_id=row.id)
    name, phone, residence = (details.get(key, "") for key in ("name", "phone", "residence"))
    return {
        **summary(row),
        "name": masking.name(name) if masked else name,
        "phone": masking.phone(phone) if masked else phone,
        "residence": masking.address(residence) if masked else residence,
        **{key: details.get(key, "") for key in ("employer", "branch", "speciality", "available")},
        "history": [
            {"at": clock.iso(c.at), "by": c.by, "from": c.from_state, "to": c.to_state, "reason": c.reason}
            for c in changes
        ],
    }


def summary(row: Registration) -> dict[str, Any]:
    """What a list shows of a registration: nothing of the person."""
    return {
        "id": row.id,
        "state": row.state,
        "area_code": row.area_code,
        "grid_code": row.grid_code,
        "created_at": clock.iso(row.created_at),
        "updated_at": clock.iso(row.updated_at),
    }


async def services(db: AsyncSession, *, registration_id: str) -> list[dict[str, Any]]:
    """All that a member did under one registration, the newest first."""
    rows = await db.execute(
        select(PartyService)
        .where(PartyService.registration_id == registration_id)
        .order_by(PartyService.served_on.desc(), PartyService.id)
    )
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "on": row.served_on.isoformat(),
            "minutes": row.minutes,
            "certified_by": row.certified_by,
            "certified_at": clock.iso(row.certified_at),
        }
        for row in rows.scalars()
    ]
