"""Whose points are meant: residents by what the staff call them, and back."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.api.admin.endpoint import Call
from community import residents
from community.residents import Resident
from core.errors import Invalid, NotFound


async def resident_of(call: Call) -> Resident:
    """The resident of the reference in the path, or the one they were bound to. Raises NotFound."""
    query = select(Resident).where(Resident.ref == call.path["ref"].upper())
    found = (await call.db.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound("resident_not_found")
    return await residents.get(call.db, resident_id=found.merged_into) if found.merged_into else found


def area_of(call: Call, resident: Resident, wanted: str) -> str:
    """Which community's points are meant. Raises Invalid, NotYourTask."""
    area_code = wanted or resident.area_code
    if not area_code:
        raise Invalid(fields={"area": "required"})
    call.require(area_code)
    return area_code


async def refs_of(db: AsyncSession, resident_ids: Iterable[str]) -> dict[str, str]:
    """By id; of those who were bound to another the reference that is theirs now."""
    successor = aliased(Resident)
    rows = await db.execute(
        select(Resident.id, Resident.ref, successor.ref)
        .outerjoin(successor, successor.id == Resident.merged_into)
        .where(Resident.id.in_(set(resident_ids)))
    )
    return {resident_id: later or own for resident_id, own, later in rows}
