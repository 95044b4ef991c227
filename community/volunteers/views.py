"""Activities and sign-ups as people may see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from community import masking, sealed
from community.permissions import Permission, Worker
from community.residents import Resident
from community.volunteers.activities import ACTIVE, get_activity
from community.volunteers.attendance import whole_minutes
from community.volunteers.models import Activity, Attendance, Signup
from community.volunteers.signups import PURPOSE_NAME, PURPOSE_PHONE
from core import clock
from core.crypto import Vault
from core.values import SignupState


def show_activity(activity: Activity) -> dict[str, Any]:
    """The JSON of an activity; `free` counts seats, `waiting` persons on the waiting list."""
    return {
        "id": activity.id,
        "area_code": activity.area_code,
        "title": activity.title,
        "place": activity.place,
        "description": activity.description,
        "risks": activity.risks,
        "starts_at": clock.iso(activity.starts_at),
        "ends_at": clock.iso(activity.ends_at),
        "capacity": activity.capacity,
        "free": activity.free,
        "waiting": activity.waiting,
        "waiting_capacity": activity.waiting_capacity,
        "min_age": activity.min_age,
        "state": activity.state,
    }


async def my_signups(
    db: AsyncSession, *, resident_id: str, coming_only: bool = False, limit: int = 20
) -> list[tuple[Signup, Activity]]:
    """A resident's sign-ups with their activities, the latest first; `coming_only`: active ones, soonest first."""
    query = select(Signup, Activity).join(Activity, Activity.id == Signup.activity_id)
    query = query.where(Signup.resident_id == resident_id).execution_options(populate_existing=True)
    if coming_only:
        query = query.where(Signup.state.in_(ACTIVE), Activity.ends_at > clock.now())
    order = Activity.starts_at if coming_only else Activity.starts_at.desc()
    rows = await db.execute(query.order_by(order, Signup.id).limit(limit))
    return [(row.Signup, row.Activity) for row in rows]


def show_signup(signup: Signup, activity: Activity) -> dict[str, Any]:
    """The JSON of a resident's own sign-up."""
    return {
        "id": signup.id,
        "state": signup.state,
        "people": signup.people,
        "position": signup.position if signup.state == SignupState.WAITING.value else None,
        "activity": show_activity(activity),
        "created_at": clock.iso(signup.created_at),
    }


async def attendance(db: AsyncSession, vault: Vault, *, activity_id: str, worker: Worker) -> list[dict[str, Any]]:
    """Everybody who signed up with when they came and went, in order of sign-up. Raises NotFound, NotYourTask."""
    activity = await get_activity(db, activity_id=activity_id)
    worker.require(Permission.VOLUNTEERS, activity.area_code)
    rows = await db.execute(
        select(Signup, Attendance, Resident.ref)
        .join(Resident, Resident.id == Signup.resident_id)
        .outerjoin(Attendance, Attendance.signup_id == Signup.id)
        .where(Signup.activity_id == activity_id, Signup.state != SignupState.CANCELLED.value)
        .order_by(Signup.created_at, Signup.id)
        .execution_options(populate_existing=True)
    )
    full = worker.may(Permission.READ_CONTACTS, activity.area_code)
    return [await _line(db, vault, row.Signup, row.Attendance, row.ref, full=full) for row in rows.all()]


async def _line(
    db: AsyncSession, vault: Vault, signup: Signup, came: Attendance | None, ref: str, *, full: bool
) -> dict[str, Any]:
    owner = signup.key_owner_id
    name = await sealed.open_text(db, vault, owner_id=owner, purpose=PURPOSE_NAME, sealed=signup.name)
    phone = await sealed.open_text(db, vault, owner_id=owner, purpose=PURPOSE_PHONE, sealed=signup.phone)
    return {
        "signup_id": signup.id,
        "ref": ref,
        "name": name if full else masking.name(name),
        "phone": phone if full else masking.phone(phone),
        "people": signup.people,
        "state": signup.state,
        **_times(came),
    }


def _times(came: Attendance | None) -> dict[str, Any]:
    if came is None:
        return {"checked_in_at": None, "checked_out_at": None, "minutes": None, "certified_minutes": None}
    gone = came.checked_out_at
    return {
        "checked_in_at": clock.iso(came.checked_in_at),
        "checked_out_at": clock.iso(gone) if gone else None,
        "minutes": whole_minutes(came.checked_in_at, gone) if gone else None,
        "certified_minutes": came.certified_minutes,
        "overlap_minutes": came.overlap_minutes,
        "by_hand": came.honour,
    }
