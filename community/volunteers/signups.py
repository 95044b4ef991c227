"""Taking seats. The counters of the activity's row decide, so that the last seat is given once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from community import history, notices, sealed
from community.history import Subject
from community.volunteers.activities import facts, get_activity, locked_activity
from community.volunteers.errors import (
    ActivityFull,
    ActivityNotOpen,
    ActivityOver,
    AgeNotConfirmed,
    AlreadySignedUp,
)
from community.volunteers.models import Activity, Signup
from core import clock
from core.crypto import Vault
from core.db import new_id, violated
from core.errors import Invalid, NotFound
from core.values import ActivityState, SignupState

PURPOSE_NAME: Final = "signup.name"
PURPOSE_PHONE: Final = "signup.phone"
MAX_PEOPLE: Final = 20
REMINDER_HOUR: Final = time(18, 0)
"""The evening before, on a clock in Shanghai: late enough to be of use, early enough not to wake anybody."""


@dataclass(frozen=True, slots=True)
class SignedUp:
    """`position` is the place on the waiting list, 1 the first; None with a seat."""

    signup_id: str
    state: SignupState
    position: int | None


async def sign_up(
    db: AsyncSession,
    vault: Vault,
    *,
    resident_id: str,
    activity_id: str,
    people: int = 1,
    phone: str | None = None,
    name: str | None = None,
    age_confirmed: bool = False,
) -> SignedUp:
    """A seat, or a place on the waiting list.

    Raises NotFound, Invalid (`people` not in 1..20) or a refusal of `errors`; nothing is changed then.
    """
    if not 1 <= people <= MAX_PEOPLE:
        raise Invalid(fields={"people": f"1..{MAX_PEOPLE}"})
    # Under the lock: whoever finds no seat must not join the line just after a cancellation looked along it.
    activity = await locked_activity(db, activity_id=activity_id)
    _check_open(activity)
    if activity.min_age is not None and not age_confirmed:
        raise AgeNotConfirmed(min_age=activity.min_age)
    signup_id = new_id()
    row = {
        "id": signup_id,
        "activity_id": activity_id,
        "resident_id": resident_id,
        "key_owner_id": resident_id,
        "people": people,
        "name": await sealed.seal_text(db, vault, owner_id=resident_id, purpose=PURPOSE_NAME, text=name),
        "phone": await sealed.seal_text(db, vault, owner_id=resident_id, purpose=PURPOSE_PHONE, text=phone),
        "created_at": clock.now(),
    }
    state, number = await _join(db, row)
    await note(db, vault, signup_id, resident_id, Step(None, state, history.BY_RESIDENT))
    if state is SignupState.SEATED:
        await remind(db, vault, activity, signup_id, resident_id)
        return SignedUp(signup_id, state, None)
    return SignedUp(signup_id, state, await _place_in_line(db, activity_id, number or 0))


def _check_open(activity: Activity) -> None:
    if activity.state != ActivityState.PUBLISHED.value:
        raise ActivityNotOpen(state=activity.state)
    if activity.starts_at <= clock.now():
        raise ActivityOver


async def _join(db: AsyncSession, row: dict[str, Any]) -> tuple[SignupState, int | None]:
    try:
        async with db.begin_nested():
            state, number = await _take(db, row["activity_id"], row["people"])
            await db.execute(insert(Signup).values(**row, state=state.value, position=number))
    except IntegrityError as error:
        if violated(error, "uq_signup_active", "signup.activity_id", "signup.resident_id"):
            raise AlreadySignedUp from None
        raise
    return state, number


async def _take(db: AsyncSession, activity_id: str, people: int) -> tuple[SignupState, int | None]:
    """Seats, else places on the waiting list with a number; each by one conditional update. Raises ActivityFull."""
    open_now = (
        Activity.id == activity_id,
        Activity.state == ActivityState.PUBLISHED.value,
        Activity.starts_at > clock.now(),
    )
    seated = await db.execute(
        update(Activity)
        .where(*open_now, Activity.taken + people <= Activity.capacity)
        .values(taken=Activity.taken + people)
        .returning(Activity.id)
        .execution_options(synchronize_session=False)
    )
    if seated.first() is not None:
        return SignupState.SEATED, None
    waiting = await db.execute(
        update(Activity)
        .where(*open_now, Activity.waiting + people <= Activity.waiting_capacity, people <= Activity.capacity)
        .values(waiting=Activity.waiting + people, last_position=Activity.last_position + 1)
        .returning(Activity.last_position)
        .execution_options(synchronize_session=False)
    )
    number = waiting.scalar_one_or_none()
    if number is not None:
        return SignupState.WAITING, number
    activity = await get_activity(db, activity_id=activity_id)
    _check_open(activity)
    raise ActivityFull(free=activity.free)


async def _place_in_line(db: AsyncSession, activity_id: str, number: int) -> int:
    count = select(func.count()).where(
        Signup.activity_id == activity_id, Signup.state == SignupState.WAITING.value, Signup.position <= number
    )
    return (await db.execute(count)).scalar_one()


async def remind(db: AsyncSession, vault: Vault, activity: Activity, signup_id: str, resident_id: str) -> None:
    """Queue the word of the evening before, unless that is past."""
    moment = reminder_at(activity.starts_at)
    if moment <= clock.now():
        return
    await notices.tell_resident(
        db,
        vault,
        resident_id=resident_id,
        notice="signup_reminder",
        facts={**facts(activity), "signup_id": signup_id},
        key=f"signup_reminder:{signup_id}",
        not_before=moment,
        expires_at=activity.starts_at,
    )


def reminder_at(starts_at: datetime) -> datetime:
    """The evening before an activity."""
    day_before = clock.local(starts_at).date() - timedelta(days=1)
    return datetime.combine(day_before, REMINDER_HOUR, tzinfo=clock.SHANGHAI)


async def reminder_still_wanted(db: AsyncSession, *, signup_id: str) -> bool:
    """Asked when the reminder is sent: it is a row written long before, and the seat may be gone."""
    state = (await db.execute(select(Signup.state).where(Signup.id == signup_id))).scalar_one_or_none()
    return state == SignupState.SEATED.value


async def get_signup(db: AsyncSession, *, signup_id: str) -> Signup:
    """Raises NotFound."""
    query = select(Signup).where(Signup.id == signup_id).execution_options(populate_existing=True)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("signup_not_found")
    return row


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a sign-up's state."""

    before: SignupState | None
    after: SignupState
    by: str
    reason: str = ""


async def note(db: AsyncSession, vault: Vault, signup_id: str, owner_id: str, step: Step) -> None:
    """Write the change into the history of the sign-up."""
    await history.record(
        db,
        vault,
        subject=Subject.SIGNUP,
        subject_id=signup_id,
        by=step.by,
        from_state=step.before,
        to_state=step.after,
        owner_id=owner_id,
        reason=step.reason,
    )
