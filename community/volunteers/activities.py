"""Activities: drafted, published, cancelled.

What an activity must tell volunteers before they come, risks included, is article 12 of State Council decree 685.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import history, notices
from community.history import MoveRefused, Subject
from community.scope import holding, within
from community.volunteers.models import Activity, Signup
from core import clock, outbox
from core.crypto import Vault
from core.db import new_id
from core.errors import Invalid, NotFound
from core.values import ActivityState, SignupState

MAX_CAPACITY: Final = 10_000
CODE_DIGITS: Final = 6

TRANSITIONS: Final = {
    (ActivityState.DRAFT, "publish"): ActivityState.PUBLISHED,
    (ActivityState.DRAFT, "cancel"): ActivityState.CANCELLED,
    (ActivityState.PUBLISHED, "cancel"): ActivityState.CANCELLED,
    (ActivityState.PUBLISHED, "certify"): ActivityState.CERTIFIED,
}
ACTIVE: Final = (SignupState.SEATED.value, SignupState.WAITING.value)


@dataclass(frozen=True, slots=True)
class Plan:
    """An activity as a worker writes it; `capacity` and `waiting_capacity` count persons."""

    area_code: str
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    description: str = ""
    risks: str = ""
    waiting_capacity: int = 20
    min_age: int | None = None

    def wrong(self) -> dict[str, str]:
        """Field names with what is expected of each; empty when the plan is good."""
        found: dict[str, str] = {}
        for name in ("area_code", "title", "place"):
            if not getattr(self, name).strip():
                found[name] = "required"
        if self.ends_at <= self.starts_at:
            found["ends_at"] = "after_starts_at"
        if not 1 <= self.capacity <= MAX_CAPACITY:
            found["capacity"] = f"1..{MAX_CAPACITY}"
        if not 0 <= self.waiting_capacity <= MAX_CAPACITY:
            found["waiting_capacity"] = f"0..{MAX_CAPACITY}"
        if self.min_age is not None and not 0 <= self.min_age <= 100:
            found["min_age"] = "0..100"
        return found


async def create_activity(db: AsyncSession, vault: Vault, *, plan: Plan, worker_id: str) -> str:
    """The id of the new draft. Raises Invalid with the wrong fields."""
    if wrong := plan.wrong():
        raise Invalid(fields=wrong)
    activity_id = new_id()
    await db.execute(
        insert(Activity).values(
            id=activity_id,
            area_code=plan.area_code,
            title=plan.title.strip(),
            place=plan.place.strip(),
            description=plan.description,
            risks=plan.risks,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            capacity=plan.capacity,
            waiting_capacity=plan.waiting_capacity,
            min_age=plan.min_age,
            created_by=worker_id,
            created_at=clock.now(),
        )
    )
    await history.record(
        db,
        vault,
        subject=Subject.ACTIVITY,
        subject_id=activity_id,
        by=history.by_worker(worker_id),
        from_state=None,
        to_state=ActivityState.DRAFT,
    )
    return activity_id


async def get_activity(db: AsyncSession, *, activity_id: str) -> Activity:
    """Raises NotFound."""
    return await _load(db, activity_id, lock=False)


async def locked_activity(db: AsyncSession, *, activity_id: str) -> Activity:
    """The activity, with its row locked until the transaction ends: seats change one at a time. Raises NotFound."""
    return await _load(db, activity_id, lock=True)


async def _load(db: AsyncSession, activity_id: str, *, lock: bool) -> Activity:
    query = select(Activity).where(Activity.id == activity_id).execution_options(populate_existing=True)
    row = (await db.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound("activity_not_found")
    return row


async def upcoming(db: AsyncSession, *, area_code: str | None, now: datetime, limit: int = 10) -> list[Activity]:
    """Published activities that have not begun, soonest first: those of this area and of the areas above it.

    Without an area, those of the whole installation.
    """
    query = select(Activity).where(Activity.state == ActivityState.PUBLISHED.value, Activity.starts_at > now)
    if area_code is not None:
        query = query.where(holding(Activity.area_code, area_code))
    return list((await db.execute(query.order_by(Activity.starts_at, Activity.id).limit(limit))).scalars())


async def listing(
    db: AsyncSession,
    *,
    areas: Sequence[str],
    state: ActivityState | None = None,
    limit: int = 50,
    after: str | None = None,
) -> list[Activity]:
    """Activities under these area codes for staff, newest made first; `after` is the last id of the page before."""
    query = select(Activity).where(within(Activity.area_code, areas))
    if state is not None:
        query = query.where(Activity.state == state.value)
    if after is not None:
        last = await get_activity(db, activity_id=after)
        query = query.where(
            or_(
                Activity.created_at < last.created_at,
                (Activity.created_at == last.created_at) & (Activity.id < last.id),
            )
        )
    ordered = query.order_by(Activity.created_at.desc(), Activity.id.desc()).limit(limit)
    return list((await db.execute(ordered)).scalars())


async def publish_activity(db: AsyncSession, vault: Vault, *, activity_id: str, worker_id: str) -> None:
    """Raises NotFound, MoveRefused; `activity_began` when its time is past."""
    activity = await get_activity(db, activity_id=activity_id)
    if activity.starts_at <= clock.now():
        raise MoveRefused("activity_began", state=activity.state, action="publish")
    await move(db, vault, activity=activity, action="publish", by=history.by_worker(worker_id))


async def cancel_activity(db: AsyncSession, vault: Vault, *, activity_id: str, worker_id: str, reason: str = "") -> int:
    """Cancel it with every sign-up and tell those who had one; how many. Raises NotFound, MoveRefused."""
    activity = await locked_activity(db, activity_id=activity_id)
    by = history.by_worker(worker_id)
    await move(db, vault, activity=activity, action="cancel", by=by, reason=reason)
    rows = await db.execute(select(Signup).where(Signup.activity_id == activity_id, Signup.state.in_(ACTIVE)))
    signups = list(rows.scalars())
    for signup in signups:
        await history.record(
            db,
            vault,
            subject=Subject.SIGNUP,
            subject_id=signup.id,
            by=by,
            from_state=SignupState(signup.state),
            to_state=SignupState.CANCELLED,
            owner_id=signup.key_owner_id,
        )
        await notices.tell_resident(
            db,
            vault,
            resident_id=signup.resident_id,
            notice="activity_cancelled",
            facts={**facts(activity), "reason": reason},
            key=f"activity_cancelled:{signup.id}",
        )
    await db.execute(
        update(Signup)
        .where(Signup.activity_id == activity_id, Signup.state.in_(ACTIVE))
        .values(state=SignupState.CANCELLED.value)
        .execution_options(synchronize_session=False)
    )
    await db.execute(
        update(Activity)
        .where(Activity.id == activity_id)
        .values(taken=0, waiting=0)
        .execution_options(synchronize_session=False)
    )
    return len(signups)


async def move(
    db: AsyncSession, vault: Vault, *, activity: Activity, action: str, by: str, reason: str = ""
) -> ActivityState:
    """Apply one action of the transition table by compare-and-set. Raises MoveRefused."""
    state = ActivityState(activity.state)
    target = TRANSITIONS.get((state, action))
    if target is None:
        raise MoveRefused(state=state.value, action=action)
    done = await db.execute(
        update(Activity)
        .where(Activity.id == activity.id, Activity.state == state.value)
        .values(state=target.value)
        .execution_options(synchronize_session=False)
    )
    if outbox.rowcount(done) == 0:
        raise MoveRefused(state=state.value, action=action)
    await history.record(
        db,
        vault,
        subject=Subject.ACTIVITY,
        subject_id=activity.id,
        by=by,
        from_state=state,
        to_state=target,
        reason=reason,
    )
    return target


def facts(activity: Activity) -> dict[str, str]:
    """What a notice about an activity says of it."""
    return {
        "activity_id": activity.id,
        "title": activity.title,
        "place": activity.place,
        "starts_at": clock.iso(activity.starts_at),
    }


def check_in_code(vault: Vault, *, activity_id: str) -> str:
    """The six digits shown at the place: derived, not stored, so that nothing in the database gives them away."""
    return str(int(vault.sign("activity.code", activity_id), 16) % 10**CODE_DIGITS).zfill(CODE_DIGITS)
