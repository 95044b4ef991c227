"""Certifying the hours of an activity that is over: once, with what they earn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import history, notices
from community.residents import Resident
from community.volunteers.activities import facts, locked_activity, move
from community.volunteers.attendance import whole_minutes
from community.volunteers.errors import ActivityNotEnded
from community.volunteers.models import Activity, Attendance, Signup
from community.volunteers.signups import Step, note
from core import clock
from core.crypto import Vault
from core.values import SignupState
from points import grants

RULES: Final = ("volunteer_time", "volunteer_minutes")
"""Points for the time, and the time itself: two units that are never turned into each other."""


async def certify(db: AsyncSession, vault: Vault, *, activity_id: str, worker_id: str) -> int:
    """Certify everybody who came, ask for their points and tell them; how many came.

    Who had a seat and did not come is noted as absent, who still waited as cancelled. Who did not check out is counted
    until the end: the worker who certifies has seen them. Raises NotFound, ActivityNotEnded, MoveRefused.
    """
    activity = await locked_activity(db, activity_id=activity_id)
    if clock.now() < activity.ends_at:
        raise ActivityNotEnded(ends_at=clock.iso(activity.ends_at))
    await move(db, vault, activity=activity, action="certify", by=history.by_worker(worker_id))
    rows = await db.execute(select(Attendance).where(Attendance.activity_id == activity_id).with_for_update())
    came = {row.signup_id: row for row in rows.scalars()}
    for attendance in sorted(came.values(), key=lambda row: row.resident_id):
        await _certify_one(db, vault, activity, attendance, worker_id)
    await _settle_signups(db, vault, activity, came, worker_id)
    return len(came)


async def _certify_one(
    db: AsyncSession, vault: Vault, activity: Activity, attendance: Attendance, worker_id: str
) -> None:
    start, end = served(activity, attendance)
    overlap = await _overlap(db, attendance, start, end)
    minutes = max(0, whole_minutes(start, end) - overlap)
    await db.execute(
        update(Attendance)
        .where(Attendance.id == attendance.id)
        .values(
            checked_in_at=start,
            checked_out_at=end,
            overlap_minutes=overlap,
            certified_minutes=minutes,
            certified_by=worker_id,
            certified_at=clock.now(),
        )
        .execution_options(synchronize_session=False)
    )
    if await _still_here(db, attendance.resident_id):
        await _reward(db, vault, activity, attendance, minutes)


async def _reward(db: AsyncSession, vault: Vault, activity: Activity, attendance: Attendance, minutes: int) -> None:
    """Points and minutes for the time, and word of it."""
    for rule in RULES if minutes else ():
        await grants.request_grant(
            db,
            rule=rule,
            area_code=activity.area_code,
            recipient_id=attendance.resident_id,
            source_kind="attendance",
            source_id=attendance.id,
            occurred_at=activity.starts_at,
            minutes=minutes,
        )
    await notices.tell_resident(
        db,
        vault,
        resident_id=attendance.resident_id,
        notice="activity_certified",
        facts={**facts(activity), "minutes": minutes},
        key=f"activity_certified:{attendance.id}",
    )


def served(activity: Activity, attendance: Attendance) -> tuple[datetime, datetime]:
    """From when to when an attendance counts: within the activity."""
    start = min(max(attendance.checked_in_at, activity.starts_at), activity.ends_at)
    end = min(attendance.checked_out_at or activity.ends_at, activity.ends_at)
    return start, max(start, end)


async def _overlap(db: AsyncSession, attendance: Attendance, start: datetime, end: datetime) -> int:
    """Minutes of a span that were certified for the same resident elsewhere."""
    rows = await db.execute(
        select(Attendance.checked_in_at, Attendance.checked_out_at)
        .where(
            Attendance.resident_id == attendance.resident_id,
            Attendance.id != attendance.id,
            Attendance.certified_minutes.is_not(None),
            Attendance.checked_in_at < end,
            Attendance.checked_out_at > start,
        )
        .order_by(Attendance.checked_in_at)
    )
    spans = [(max(row.checked_in_at, start), min(row.checked_out_at, end)) for row in rows]
    return covered_minutes(spans)


def covered_minutes(spans: Sequence[tuple[datetime, datetime]]) -> int:
    """Whole minutes covered by spans in order of their start; what two of them share counts once."""
    total, reached = 0, None
    for start, end in spans:
        begin = start if reached is None else max(start, reached)
        total += whole_minutes(begin, end)
        reached = end if reached is None else max(end, reached)
    return total


async def _settle_signups(
    db: AsyncSession, vault: Vault, activity: Activity, came: dict[str, Attendance], worker_id: str
) -> None:
    rows = await db.execute(
        select(Signup).where(
            Signup.activity_id == activity.id,
            Signup.state.in_([SignupState.SEATED.value, SignupState.WAITING.value]),
        )
    )
    for signup in list(rows.scalars()):
        before = SignupState(signup.state)
        after = SignupState.ATTENDED if signup.id in came else SignupState.ABSENT
        if before is SignupState.WAITING:
            after = SignupState.CANCELLED
        await db.execute(
            update(Signup)
            .where(Signup.id == signup.id)
            .values(state=after.value)
            .execution_options(synchronize_session=False)
        )
        step = Step(before, after, history.by_worker(worker_id))
        await note(db, vault, signup.id, signup.key_owner_id, step)


async def _still_here(db: AsyncSession, resident_id: str) -> bool:
    """False for a resident erased since: nobody is left to pay or tell."""
    query = select(Resident.id).where(Resident.id == resident_id, Resident.erased_at.is_(None))
    return (await db.execute(query)).scalar_one_or_none() is not None
