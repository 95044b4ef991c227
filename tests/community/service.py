"""Service that was certified at a given moment, written as it stands in the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert

from community.volunteers.models import Activity, Attendance
from core.db import Database, new_id
from core.values import ActivityState
from tests.community.people import AREA


async def served(
    database: Database, resident_id: str, minutes: int, *, certified_at: datetime, area_code: str = AREA
) -> None:
    """So many minutes at an activity that ended a day before."""
    activity_id, ended = new_id(), certified_at - timedelta(days=1)
    started = ended - timedelta(minutes=minutes)
    async with database.write() as db:
        await db.execute(
            insert(Activity).values(
                id=activity_id,
                area_code=area_code,
                title="河道清洁",
                place="码头",
                description="",
                risks="",
                starts_at=started,
                ends_at=ended,
                capacity=9,
                waiting_capacity=0,
                state=ActivityState.CERTIFIED.value,
                created_by="w",
                created_at=started,
            )
        )
        await db.execute(
            insert(Attendance).values(
                id=new_id(),
                signup_id=new_id(),
                activity_id=activity_id,
                resident_id=resident_id,
                checked_in_at=started,
                checked_out_at=ended,
                certified_minutes=minutes,
                certified_by="w",
                certified_at=certified_at,
            )
        )
