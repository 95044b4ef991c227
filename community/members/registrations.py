"""Registration of in-service party members with the community they live in (双报到).

Membership of a party is a specific identity in the sense of the Personal Information Protection Law, article 28:
nothing is kept without a recorded consent of its own, and only who has this duty may read it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from community import consents, history, notices, sealed
from community.consents import Purpose
from community.history import Actor, MoveRefused, Party, Subject
from community.members.models import PURPOSE, Registration
from community.members.reindexing import indexes
from community.members.workflow import ACTIVE, WORKFLOW, Action
from core import clock, outbox
from core.crypto import Vault
from core.db import new_id, violated
from core.errors import Invalid, NotFound, Refused
from core.values import RegistrationState

LONGEST: Final = 200


class AlreadyRegistered(Refused):
    """This resident has a registration with this community that is not withdrawn or revoked."""

    code = "already_registered"


@dataclass(frozen=True, slots=True)
class Details:
    """What a member tells. `branch` is the party branch, `employer` the unit they work in, `available` free times."""

    name: str
    phone: str
    employer: str
    branch: str = ""
    speciality: str = ""
    available: str = ""
    residence: str = ""

    def wrong(self) -> dict[str, str]:
        """Field names with what is expected of each; empty when all is well."""
        found = {name: "required" for name in ("name", "phone", "employer") if not getattr(self, name).strip()}
        found |= {name: f"at most {LONGEST} characters" for name, text in asdict(self).items() if len(text) > LONGEST}
        return found


async def register(db: AsyncSession, vault: Vault, *, resident_id: str, area_code: str, details: Details) -> str:
    """Register and tell the staff; the id of the registration.

    Raises Invalid, ConsentMissing (purpose `party_member`), AlreadyRegistered; nothing is changed then.
    """
    if wrong := details.wrong():
        raise Invalid(fields=wrong)
    await consents.require(db, resident_id=resident_id, purpose=Purpose.PARTY_MEMBER)
    registration_id, now = new_id(), clock.now()
    row = {
        "id": registration_id,
        "area_code": area_code,
        "resident_id": resident_id,
        "key_owner_id": resident_id,
        "state": RegistrationState.SUBMITTED.value,
        "created_at": now,
        "updated_at": now,
        **await _sealed(db, vault, resident_id, details),
    }
    try:
        async with db.begin_nested():
            await db.execute(insert(Registration).values(row))
    except IntegrityError as error:
        if violated(error, "uq_registration_active", "registration.area_code", "registration.resident_id"):
            raise AlreadyRegistered from None
        raise
    await history.record(
        db,
        vault,
        subject=Subject.REGISTRATION,
        subject_id=registration_id,
        by=history.BY_RESIDENT,
        from_state=None,
        to_state=RegistrationState.SUBMITTED,
        owner_id=resident_id,
    )
    await _tell_staff(db, registration_id, area_code, 1)
    return registration_id


async def _sealed(db: AsyncSession, vault: Vault, owner_id: str, details: Details) -> dict[str, Any]:
    return {
        "details": await sealed.seal_record(db, vault, owner_id=owner_id, purpose=PURPOSE, record=asdict(details)),
        **indexes(vault, name=details.name, phone=details.phone),
    }


async def _tell_staff(db: AsyncSession, registration_id: str, area_code: str, count: int) -> None:
    await notices.tell_staff(
        db,
        event="registration.submitted",
        area_code=area_code,
        facts={"id": registration_id},
        key=f"{registration_id}:{count}",
    )


async def correct(
    db: AsyncSession, vault: Vault, *, registration_id: str, resident_id: str, details: Details
) -> RegistrationState:
    """Replace the details; they are reviewed (again). Raises NotFound, Invalid, ConsentMissing, MoveRefused."""
    if wrong := details.wrong():
        raise Invalid(fields=wrong)
    await consents.require(db, resident_id=resident_id, purpose=Purpose.PARTY_MEMBER)
    row = await _own(db, registration_id, resident_id)
    values = await _sealed(db, vault, row.key_owner_id, details)
    state = await _move(db, vault, row, Action.CORRECT, Actor(Party.RESIDENT, resident_id), values=values)
    await _tell_staff(db, row.id, row.area_code, await _changes(db, vault, row))
    return state


async def withdraw(db: AsyncSession, vault: Vault, *, registration_id: str, resident_id: str) -> RegistrationState:
    """Raises NotFound, MoveRefused."""
    row = await _own(db, registration_id, resident_id)
    return await _move(db, vault, row, Action.WITHDRAW, Actor(Party.RESIDENT, resident_id))


async def approve(
    db: AsyncSession, vault: Vault, *, registration_id: str, worker_id: str, grid_code: str | None = None
) -> RegistrationState:
    """Accept it and assign the member to a grid; they are told. Raises NotFound, MoveRefused."""
    return await _review(db, vault, registration_id, Action.APPROVE, worker_id, values={"grid_code": grid_code})


async def return_(
    db: AsyncSession, vault: Vault, *, registration_id: str, worker_id: str, reason: str
) -> RegistrationState:
    """Ask for a correction; the member is told why. Raises NotFound, Invalid, MoveRefused."""
    return await _review(db, vault, registration_id, Action.RETURN, worker_id, reason=_needed(reason))


async def revoke(
    db: AsyncSession, vault: Vault, *, registration_id: str, worker_id: str, reason: str
) -> RegistrationState:
    """End an approved registration; the member is told why. Raises NotFound, Invalid, MoveRefused."""
    return await _review(db, vault, registration_id, Action.REVOKE, worker_id, reason=_needed(reason))


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Invalid(fields={"reason": "required"})
    return reason.strip()


NOTICES: Final = {
    Action.APPROVE: "registration_approved",
    Action.RETURN: "registration_returned",
    Action.REVOKE: "registration_revoked",
}


async def _review(
    db: AsyncSession,
    vault: Vault,
    registration_id: str,
    action: Action,
    worker_id: str,
    *,
    reason: str = "",
    values: dict[str, Any] | None = None,
) -> RegistrationState:
    row = await get(db, registration_id=registration_id)
    state = await _move(db, vault, row, action, Actor(Party.WORKER, worker_id), reason=reason, values=values)
    await notices.tell_resident(
        db,
        vault,
        resident_id=row.resident_id,
        notice=NOTICES[action],
        facts={"registration_id": row.id, "reason": reason, **(values or {})},
        key=f"registration:{row.id}:{await _changes(db, vault, row)}",
    )
    return state


async def _move(
    db: AsyncSession,
    vault: Vault,
    row: Registration,
    action: Action,
    actor: Actor,
    *,
    reason: str = "",
    values: dict[str, Any] | None = None,
) -> RegistrationState:
    state = RegistrationState(row.state)
    after = WORKFLOW.target(state, action, actor.party)
    done = await db.execute(
        update(Registration)
        .where(Registration.id == row.id, Registration.state == state.value)
        .values(state=after.value, updated_at=clock.now(), **(values or {}))
        .execution_options(synchronize_session=False)
    )
    if outbox.rowcount(done) == 0:  # somebody else moved it in this moment
        raise MoveRefused(state=(await get(db, registration_id=row.id)).state, action=action.value)
    await history.record(
        db,
        vault,
        subject=Subject.REGISTRATION,
        subject_id=row.id,
        by=actor.by,
        from_state=state,
        to_state=after,
        owner_id=row.key_owner_id,
        reason=reason,
    )
    return after


async def _changes(db: AsyncSession, vault: Vault, row: Registration) -> int:
    return len(await history.of(db, vault, subject=Subject.REGISTRATION, subject_id=row.id))


async def get(db: AsyncSession, *, registration_id: str) -> Registration:
    """Raises NotFound."""
    query = select(Registration).where(Registration.id == registration_id).execution_options(populate_existing=True)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("registration_not_found")
    return row


async def _own(db: AsyncSession, registration_id: str, resident_id: str) -> Registration:
    row = await get(db, registration_id=registration_id)
    if row.resident_id != resident_id:
        raise NotFound("registration_not_found")
    return row


async def status(db: AsyncSession, *, resident_id: str) -> Registration | None:
    """The registration that counts for a resident: the active one, else the one changed last."""
    rows = list(
        (
            await db.execute(
                select(Registration)
                .where(Registration.resident_id == resident_id)
                .order_by(Registration.updated_at.desc(), Registration.id)
                .execution_options(populate_existing=True)
            )
        ).scalars()
    )
    active = [row for row in rows if RegistrationState(row.state) in ACTIVE]
    return next(iter(active or rows), None)
