"""Giving seats back. The waiting list moves up in order.

Whenever seats come free, each waiting party that fits is seated, earliest first. A party too large for the free seats
keeps its place and lets smaller ones pass; so nobody who fits ever waits, and a newcomer who finds room passes nobody
who could have had it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import history, notices
from community.history import MoveRefused
from community.volunteers.activities import ACTIVE, facts, get_activity, locked_activity
from community.volunteers.errors import (
    ActivityOver,
)
from community.volunteers.models import Activity, Signup
from community.volunteers.signups import Step, get_signup, note, remind
from core import clock
from core.crypto import Vault
from core.values import SignupState


async def cancel_signup(
    db: AsyncSession, vault: Vault, *, signup_id: str, by: str = history.BY_RESIDENT, reason: str = ""
) -> list[str]:
    """Give the seats back and seat who waits; the ids of the sign-ups that moved up.

    Raises NotFound, ActivityOver (it has begun), MoveRefused (not seated or waiting any more).
    """
    known = await get_signup(db, signup_id=signup_id)
    activity = await locked_activity(db, activity_id=known.activity_id)
    signup = await get_signup(db, signup_id=signup_id)
    if signup.state not in ACTIVE:
        raise MoveRefused(state=signup.state, action="cancel")
    if activity.starts_at <= clock.now():
        raise ActivityOver
    return await give_back(db, vault, activity=activity, signup=signup, by=by, reason=reason)


async def give_back(
    db: AsyncSession, vault: Vault, *, activity: Activity, signup: Signup, by: str, reason: str = ""
) -> list[str]:
    """Cancel an active sign-up of an activity that the caller has locked; move the waiting list up before it begins."""
    was = SignupState(signup.state)
    counter = Activity.taken if was is SignupState.SEATED else Activity.waiting
    await db.execute(
        update(Signup)
        .where(Signup.id == signup.id)
        .values(state=SignupState.CANCELLED.value)
        .execution_options(synchronize_session=False)
    )
    await db.execute(
        update(Activity)
        .where(Activity.id == activity.id)
        .values({counter: counter - signup.people})
        .execution_options(synchronize_session=False)
    )
    await note(db, vault, signup.id, signup.key_owner_id, Step(was, SignupState.CANCELLED, by, reason))
    if was is SignupState.WAITING or activity.starts_at <= clock.now():
        return []
    return await _move_up(db, vault, await get_activity(db, activity_id=activity.id))


async def _move_up(db: AsyncSession, vault: Vault, activity: Activity) -> list[str]:
    rows = await db.execute(
        select(Signup)
        .where(Signup.activity_id == activity.id, Signup.state == SignupState.WAITING.value)
        .order_by(Signup.position)
        .execution_options(populate_existing=True)
    )
    seated = fitting(activity.free, list(rows.scalars()))
    if not seated:
        return []
    ids, people = [s.id for s in seated], sum(s.people for s in seated)
    await db.execute(
        update(Signup)
        .where(Signup.id.in_(ids))
        .values(state=SignupState.SEATED.value)
        .execution_options(synchronize_session=False)
    )
    await db.execute(
        update(Activity)
        .where(Activity.id == activity.id)
        .values(taken=Activity.taken + people, waiting=Activity.waiting - people)
        .execution_options(synchronize_session=False)
    )
    for signup in seated:
        await _tell_seated(db, vault, activity, signup)
    return ids


def fitting(free: int, waiting: Sequence[Signup]) -> list[Signup]:
    """Who of the waiting, earliest first, gets the free seats."""
    chosen: list[Signup] = []
    for signup in waiting:
        if signup.people <= free:
            chosen.append(signup)
            free -= signup.people
    return chosen


async def _tell_seated(db: AsyncSession, vault: Vault, activity: Activity, signup: Signup) -> None:
    moved = Step(SignupState.WAITING, SignupState.SEATED, history.BY_SYSTEM)
    await note(db, vault, signup.id, signup.key_owner_id, moved)
    await notices.tell_resident(
        db,
        vault,
        resident_id=signup.resident_id,
        notice="signup_seated",
        facts={**facts(activity), "signup_id": signup.id, "people": signup.people},
        key=f"signup_seated:{signup.id}",
        expires_at=activity.starts_at,
    )
    await remind(db, vault, activity, signup.id, signup.resident_id)
