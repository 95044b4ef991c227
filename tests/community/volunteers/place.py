"""A published activity and those who come to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from community.volunteers import activities
from community.volunteers.activities import Plan
from community.volunteers.models import Activity, Signup
from core.crypto import Vault
from core.db import Database
from tests.community.people import AREA, DAY, HOUR, MONDAY

SATURDAY: datetime = MONDAY + 5 * DAY


def plan(
    *, capacity: int = 2, waiting: int = 5, min_age: int | None = None, start: datetime = SATURDAY, area: str = AREA
) -> Plan:
    return Plan(
        area_code=area,
        title="楼道大扫除",
        place="3号楼前",
        starts_at=start,
        ends_at=start + 2 * HOUR,
        capacity=capacity,
        waiting_capacity=waiting,
        min_age=min_age,
        risks="地面湿滑",
    )


async def published(database: Database, vault: Vault, what: Plan) -> str:
    async with database.write() as db:
        activity_id = await activities.create_activity(db, vault, plan=what, worker_id="w1")
        await activities.publish_activity(db, vault, activity_id=activity_id, worker_id="w1")
    return activity_id


@dataclass(frozen=True)
class Seats:
    """What the counters say, and what the rows say."""

    taken: int
    waiting: int
    seated: list[str]
    in_line: list[str]


async def seats(database: Database, activity_id: str) -> Seats:
    """Counters of an activity; it is checked that the sign-ups add up to them."""
    async with database.read() as db:
        activity = (await db.execute(select(Activity).where(Activity.id == activity_id))).scalar_one()
        rows = await db.execute(
            select(Signup).where(Signup.activity_id == activity_id).order_by(Signup.position, Signup.created_at)
        )
        signups = list(rows.scalars())
    seated = [s for s in signups if s.state == "seated"]
    in_line = [s for s in signups if s.state == "waiting"]
    assert activity.taken == sum(s.people for s in seated)
    assert activity.waiting == sum(s.people for s in in_line)
    return Seats(activity.taken, activity.waiting, [s.id for s in seated], [s.id for s in in_line])
