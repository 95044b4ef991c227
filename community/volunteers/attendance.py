"""Who came and how long: check-in, check-out, entries by hand, certified hours.

Hours are real service time within the activity, travel not counted, nobody at two places at once (Ministry of Civil
Affairs, decree 67). They are evidence; what they earn in points is a rule of `points`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from community.volunteers.activities import check_in_code, get_activity
from community.volunteers.errors import CheckedInElsewhere, CheckInClosed, CheckInCodeWrong, NotCheckedIn, NotSignedUp
from community.volunteers.models import Activity, Attendance, Signup
from community.volunteers.signups import get_signup
from core import clock, outbox
from core.crypto import Vault
from core.db import new_id, violated
from core.errors import Invalid
from core.values import ActivityState, SignupState

CHECK_IN_OPENS: Final = timedelta(minutes=30)


async def check_in(
    db: AsyncSession, vault: Vault, *, resident_id: str, activity_id: str | None = None, code: str | None = None
) -> Activity:
    """Note that a resident with a seat has come, by activity or by the code shown there; a second time changes nothing.

    Raises Invalid (neither given), NotFound, NotSignedUp, CheckInClosed, CheckInCodeWrong, CheckedInElsewhere.
    """
    activity, signup = await _seat(db, vault, resident_id, activity_id, code)
    now = clock.now()
    if not activity.starts_at - CHECK_IN_OPENS <= now <= activity.ends_at:
        raise CheckInClosed(starts_at=clock.iso(activity.starts_at), ends_at=clock.iso(activity.ends_at))
    elsewhere = await _elsewhere(db, resident_id, activity.id, now)
    if elsewhere is not None:
        raise CheckedInElsewhere(title=elsewhere)
    row = {
        "id": new_id(),
        "signup_id": signup.id,
        "activity_id": activity.id,
        "resident_id": resident_id,
        "checked_in_at": now,
        "overlap_minutes": 0,
        "honour": False,
    }
    await _insert_once(db, row)
    return activity


async def _seat(
    db: AsyncSession, vault: Vault, resident_id: str, activity_id: str | None, code: str | None
) -> tuple[Activity, Signup]:
    """The activity and the resident's seat there."""
    if activity_id is None and code is None:
        raise Invalid(fields={"activity_id": "required"})
    if activity_id is not None:
        activity = await get_activity(db, activity_id=activity_id)
        seat = await _seated(db, resident_id, activity_id)
        if seat is None or activity.state != ActivityState.PUBLISHED.value:
            raise NotSignedUp
        return activity, seat
    for activity, seat in await _open_seats(db, resident_id):
        if check_in_code(vault, activity_id=activity.id) == code:
            return activity, seat
    raise CheckInCodeWrong


async def _seated(db: AsyncSession, resident_id: str, activity_id: str) -> Signup | None:
    query = select(Signup).where(
        Signup.activity_id == activity_id,
        Signup.resident_id == resident_id,
        Signup.state == SignupState.SEATED.value,
    )
    return (await db.execute(query)).scalar_one_or_none()


async def _open_seats(db: AsyncSession, resident_id: str) -> list[tuple[Activity, Signup]]:
    """The seats of a resident at activities whose check-in is open now."""
    now = clock.now()
    rows = await db.execute(
        select(Activity, Signup)
        .join(Signup, Signup.activity_id == Activity.id)
        .where(
            Signup.resident_id == resident_id,
            Signup.state == SignupState.SEATED.value,
            Activity.state == ActivityState.PUBLISHED.value,
            Activity.starts_at <= now + CHECK_IN_OPENS,
            Activity.ends_at >= now,
        )
    )
    return [(row.Activity, row.Signup) for row in rows]


async def _elsewhere(db: AsyncSession, resident_id: str, activity_id: str, now: datetime) -> str | None:
    """The title of another activity where the resident is checked in and not out, while it lasts."""
    query = (
        select(Activity.title)
        .join(Attendance, Attendance.activity_id == Activity.id)
        .where(
            Attendance.resident_id == resident_id,
            Attendance.activity_id != activity_id,
            Attendance.checked_out_at.is_(None),
            Activity.ends_at > now,
        )
    )
    return (await db.execute(query.limit(1))).scalar_one_or_none()


async def _insert_once(db: AsyncSession, row: dict[str, Any]) -> bool:
    try:
        async with db.begin_nested():
            await db.execute(insert(Attendance).values(row))
    except IntegrityError as error:
        if violated(error, "uq_attendance_signup_id", "attendance.signup_id"):
            return False
        raise
    return True


async def check_out(db: AsyncSession, *, resident_id: str, activity_id: str | None = None) -> int:
    """Note that the resident goes; the minutes since they came. Without an activity, the one they are checked in at.

    Raises NotCheckedIn, also for who has gone already.
    """
    query = select(Attendance).where(
        Attendance.resident_id == resident_id,
        Attendance.checked_out_at.is_(None),
        Attendance.certified_minutes.is_(None),
    )
    if activity_id is not None:
        query = query.where(Attendance.activity_id == activity_id)
    row = (await db.execute(query.order_by(Attendance.checked_in_at.desc()).limit(1))).scalar_one_or_none()
    if row is None:
        raise NotCheckedIn
    now = clock.now()
    done = await db.execute(
        update(Attendance)
        .where(Attendance.id == row.id, Attendance.checked_out_at.is_(None))
        .values(checked_out_at=now)
        .execution_options(synchronize_session=False)
    )
    if outbox.rowcount(done) == 0:
        raise NotCheckedIn
    return whole_minutes(row.checked_in_at, now)


def whole_minutes(start: datetime, end: datetime) -> int:
    """Complete minutes from start to end, never less than none."""
    return max(0, int((end - start).total_seconds()) // 60)


async def enter_by_hand(db: AsyncSession, *, signup_id: str, minutes: int, worker_id: str) -> None:
    """Note an attendance that was not checked in, marked as such; `minutes` at most the activity's length.

    Replaces an entry that is not certified yet. Raises NotFound, Invalid, NotSignedUp (seat cancelled or certified).
    """
    signup = await get_signup(db, signup_id=signup_id)
    activity = await get_activity(db, activity_id=signup.activity_id)
    longest = whole_minutes(activity.starts_at, activity.ends_at)
    if not 1 <= minutes <= longest:
        raise Invalid(fields={"minutes": f"1..{longest}"})
    if signup.state != SignupState.SEATED.value or activity.state != ActivityState.PUBLISHED.value:
        raise NotSignedUp
    values = {
        "checked_in_at": activity.starts_at,
        "checked_out_at": activity.starts_at + timedelta(minutes=minutes),
        "honour": True,
        "entered_by": worker_id,
    }
    row = {
        **values,
        "id": new_id(),
        "signup_id": signup.id,
        "activity_id": activity.id,
        "resident_id": signup.resident_id,
        "overlap_minutes": 0,
    }
    if not await _insert_once(db, row):
        await db.execute(
            update(Attendance)
            .where(Attendance.signup_id == signup.id, Attendance.certified_minutes.is_(None))
            .values(values)
            .execution_options(synchronize_session=False)
        )


@dataclass(frozen=True, slots=True)
class Hours:
    """Certified service of a resident: whole minutes over all, and how many activities."""

    minutes: int
    activities: int


async def hours(db: AsyncSession, *, resident_id: str) -> Hours:
    row = (
        await db.execute(
            select(func.coalesce(func.sum(Attendance.certified_minutes), 0), func.count()).where(
                Attendance.resident_id == resident_id, Attendance.certified_minutes.is_not(None)
            )
        )
    ).one()
    return Hours(minutes=int(row[0] or 0), activities=row[1])
