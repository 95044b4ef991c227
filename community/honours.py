"""Honours of volunteers: certified service of a resident, all of it, measured by the tiers of their community."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from community import notices, residents, volunteers
from community.binding import held
from community.residents import Resident
from community.volunteers.models import Attendance
from core import clock
from core.crypto import Vault
from points import honours
from points.honours import Standing, Table, Tier
from points.rules import store


@dataclass(frozen=True, slots=True)
class Round:
    """How many tiers were new, of the residents up to `last_id`; None when there is nobody left."""

    awarded: int
    last_id: str | None


async def standing(db: AsyncSession, *, resident_id: str, area_code: str) -> Standing:
    """A resident's tier in a community and what is missing to the next one; reads only."""
    return await honours.standing(
        db,
        area_code=area_code,
        resident_id=resident_id,
        table=await _table(db, area_code),
        minutes=(await volunteers.hours(db, resident_id=resident_id)).minutes,
        points=await honours.earned(db, area_code=area_code, resident_id=resident_id),
    )


async def award(db: AsyncSession, vault: Vault, *, resident_id: str) -> tuple[Tier, ...]:
    """Write down what a resident has reached where they live, and tell them of the highest that is new.

    Call it when hours were certified or points paid; again it changes nothing. Raises NotFound.
    """
    resident_id = await held(db, resident_id=resident_id)
    home = (await residents.home(db, resident_id=resident_id)).area_code
    if home is None:
        return ()
    minutes = (await volunteers.hours(db, resident_id=resident_id)).minutes
    new = await honours.award(
        db,
        area_code=home,
        resident_id=resident_id,
        table=await _table(db, home),
        minutes=minutes,
        points=await honours.earned(db, area_code=home, resident_id=resident_id),
    )
    if new:
        await notices.tell_resident(
            db,
            vault,
            resident_id=resident_id,
            notice="activity_honour",
            facts={"hours": minutes // 60, "title": new[-1].title},
            key=f"honour:{home}:{resident_id}:{new[-1].id}",
        )
    return new


async def award_all(
    db: AsyncSession, vault: Vault, *, since: datetime | None = None, after_id: str = "", limit: int = 200
) -> Round:
    """Award what is due to up to `limit` residents with certified service; begin with `""`, go on until nobody is left.

    With `since` only to those of whom something was certified from then on; without, also to those who rose otherwise:
    by points, or because their community chose another table.
    """
    recently = () if since is None else (Attendance.certified_at >= since,)
    found = await db.execute(
        select(Attendance.resident_id)
        .join(Resident, Resident.id == Attendance.resident_id)
        .where(
            *recently,
            Attendance.resident_id > after_id,
            Resident.erased_at.is_(None),
            Resident.merged_into.is_(None),
            Resident.area_code.is_not(None),
        )
        .group_by(Attendance.resident_id)
        .having(func.sum(Attendance.certified_minutes) > 0)
        .order_by(Attendance.resident_id)
        .limit(limit)
    )
    ids = list(found.scalars())
    awarded = [len(await award(db, vault, resident_id=one)) for one in ids]
    return Round(sum(awarded), ids[-1] if len(ids) == limit else None)


async def _table(db: AsyncSession, area_code: str) -> Table:
    """The tiers that a community's scheme names, as they hold now."""
    scheme = await store.scheme(db, area_code=area_code)
    return honours.shipped().at(scheme.tiers, clock.now())
