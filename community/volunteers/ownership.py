"""Volunteering when a resident is bound to another, asks for their data, or wants to be erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import history, sealed
from community.volunteers.activities import ACTIVE, locked_activity
from community.volunteers.cancelling import give_back
from community.volunteers.models import Activity, Attendance, Signup, VolunteerProfile
from community.volunteers.profiles import PURPOSE
from community.volunteers.signups import PURPOSE_NAME, PURPOSE_PHONE
from community.volunteers.views import show_signup
from core import clock
from core.crypto import Vault
from core.values import SignupState


async def open_cases(db: AsyncSession, *, resident_id: str) -> list[str]:
    """Titles of activities to come at which the resident has a seat or waits for one."""
    rows = await db.execute(
        select(Activity.title)
        .join(Signup, Signup.activity_id == Activity.id)
        .where(Signup.resident_id == resident_id, Signup.state.in_(ACTIVE), Activity.ends_at > clock.now())
        .order_by(Activity.starts_at)
    )
    return list(rows.scalars())


async def reassign(db: AsyncSession, vault: Vault, *, from_resident_id: str, to_resident_id: str) -> None:
    """Sign-ups, hours and profile belong to another resident from now on.

    Signed up twice for one activity, they keep the better place: where they checked in, else a seat, else their own;
    the other one is given back.
    """
    for activity_id in await _doubled(db, from_resident_id, to_resident_id):
        await _keep_one(db, vault, activity_id, from_resident_id, to_resident_id)
    for table in (Signup, Attendance):
        await db.execute(
            update(table)
            .where(table.resident_id == from_resident_id)
            .values(resident_id=to_resident_id)
            .execution_options(synchronize_session=False)
        )
    has_one = exists().where(VolunteerProfile.resident_id == to_resident_id)
    if (await db.execute(select(has_one))).scalar_one():
        await db.execute(delete(VolunteerProfile).where(VolunteerProfile.resident_id == from_resident_id))
    else:
        await db.execute(
            update(VolunteerProfile)
            .where(VolunteerProfile.resident_id == from_resident_id)
            .values(resident_id=to_resident_id)
            .execution_options(synchronize_session=False)
        )


async def _doubled(db: AsyncSession, one: str, other: str) -> list[str]:
    """Activities at which both have an active sign-up, in the order in which their rows are locked."""

    def of(resident_id: str) -> Any:
        return select(Signup.activity_id).where(Signup.resident_id == resident_id, Signup.state.in_(ACTIVE))

    rows = await db.execute(of(one).intersect(of(other)))
    return sorted(rows.scalars())


async def _keep_one(db: AsyncSession, vault: Vault, activity_id: str, from_id: str, to_id: str) -> None:
    activity = await locked_activity(db, activity_id=activity_id)
    rows = await db.execute(
        select(Signup, Attendance.id.label("came"))
        .outerjoin(Attendance, Attendance.signup_id == Signup.id)
        .where(Signup.activity_id == activity_id, Signup.resident_id.in_([from_id, to_id]), Signup.state.in_(ACTIVE))
        .execution_options(populate_existing=True)
    )
    best_first = sorted(
        rows.all(),
        key=lambda row: (
            row.came is None,
            row.Signup.state != SignupState.SEATED.value,
            row.Signup.resident_id != to_id,
        ),
    )
    for row in best_first[1:]:
        await db.execute(delete(Attendance).where(Attendance.signup_id == row.Signup.id))
        await give_back(db, vault, activity=activity, signup=row.Signup, by=history.BY_SYSTEM)


async def export(db: AsyncSession, vault: Vault, *, resident_id: str) -> list[dict[str, Any]]:
    """All sign-ups with what was told and certified, oldest first, then the profile."""
    rows = await db.execute(
        select(Signup, Activity, Attendance)
        .join(Activity, Activity.id == Signup.activity_id)
        .outerjoin(Attendance, Attendance.signup_id == Signup.id)
        .where(Signup.resident_id == resident_id)
        .order_by(Signup.created_at, Signup.id)
    )
    found = [await _signup(db, vault, row.Signup, row.Activity, row.Attendance) for row in rows.all()]
    profiles = await db.execute(select(VolunteerProfile).where(VolunteerProfile.resident_id == resident_id))
    for profile in profiles.scalars():
        details = await sealed.open_record(
            db, vault, owner_id=profile.key_owner_id, purpose=PURPOSE, sealed=profile.details
        )
        found.append({"profile": details, "enrolled_at": clock.iso(profile.enrolled_at)})
    return found


async def _signup(
    db: AsyncSession, vault: Vault, signup: Signup, activity: Activity, came: Attendance | None
) -> dict[str, Any]:
    owner = signup.key_owner_id
    return {
        **show_signup(signup, activity),
        "name": await sealed.open_text(db, vault, owner_id=owner, purpose=PURPOSE_NAME, sealed=signup.name),
        "phone": await sealed.open_text(db, vault, owner_id=owner, purpose=PURPOSE_PHONE, sealed=signup.phone),
        "checked_in_at": clock.iso(came.checked_in_at) if came else None,
        "checked_out_at": clock.iso(came.checked_out_at) if came and came.checked_out_at else None,
        "certified_minutes": came.certified_minutes if came else None,
    }
