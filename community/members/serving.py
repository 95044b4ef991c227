"""What a registered party member did for the community: certified by a worker, and paid by the rule for party service.

Membership itself earns nothing, nor does service of somebody who is not registered here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community import notices
from community.members.models import PartyService, Registration
from community.members.registrations import get
from community.permissions import Worker
from community.sanctions import keep_out_of_own
from core import clock
from core.crypto import Vault
from core.db import dialect_insert, new_id
from core.errors import Conflict, Invalid, Refused
from core.values import PartyServiceKind, RegistrationState
from points import grants

RULE: Final = "party_service"


class NotRegistered(Refused):
    """The registration is not approved, or no longer. Facts: `state`."""

    code = "member_not_registered"


class AlreadyCertified(Conflict):
    """This member's service of this kind on this day is on record with another time. Facts: `minutes`."""

    code = "service_already_certified"


@dataclass(frozen=True, slots=True)
class Served:
    """The record; `created` is False when it was there before."""

    id: str
    created: bool


async def serve(
    db: AsyncSession,
    vault: Vault,
    *,
    registration_id: str,
    kind: PartyServiceKind,
    day: date,
    minutes: int | None,
    worker: Worker,
) -> Served:
    """Certify a service, once for a member, day and kind; they are told, and get what the rule gives for it.

    Raises NotFound, NotRegistered, OwnPoints, AlreadyCertified, Invalid for a day to come.
    """
    row = await get(db, registration_id=registration_id)
    await keep_out_of_own(db, worker=worker, resident_id=row.resident_id)
    if row.state != RegistrationState.APPROVED.value:
        raise NotRegistered(state=row.state)
    if day > clock.today():
        raise Invalid(fields={"on": "not after today"})
    service = {
        "id": new_id(),
        "registration_id": row.id,
        "kind": kind.value,
        "served_on": day,
        "minutes": minutes,
        "certified_by": worker.id,
        "certified_at": clock.now(),
    }
    made = dialect_insert(db, PartyService).values(service).on_conflict_do_nothing().returning(PartyService.id)
    service_id = (await db.execute(made)).scalar_one_or_none()
    if service_id is None:
        return await _before(db, row.id, kind, day, minutes)
    await _reward(db, vault, row, service_id, day=day, minutes=minutes)
    return Served(service_id, created=True)


async def _before(
    db: AsyncSession, registration_id: str, kind: PartyServiceKind, day: date, minutes: int | None
) -> Served:
    query = select(PartyService).where(
        PartyService.registration_id == registration_id,
        PartyService.kind == kind.value,
        PartyService.served_on == day,
    )
    before = (await db.execute(query)).scalar_one()
    if before.minutes != minutes:
        raise AlreadyCertified(minutes=before.minutes)
    return Served(before.id, created=False)


async def _reward(
    db: AsyncSession, vault: Vault, row: Registration, service_id: str, *, day: date, minutes: int | None
) -> None:
    await grants.request_grant(
        db,
        rule=RULE,
        area_code=row.area_code,
        recipient_id=row.resident_id,
        source_kind=RULE,
        source_id=service_id,
        occurred_at=datetime.combine(day, time(), clock.SHANGHAI),
        minutes=minutes,
    )
    await notices.tell_resident(
        db,
        vault,
        resident_id=row.resident_id,
        notice="registration_served",
        facts={"month": day.month, "day": day.day},
        key=f"registration_served:{service_id}",
    )
