"""A community's list of volunteers, for those who asked to stand on it, under a name of their choice.

It counts the minutes of service that were certified in a month of Shanghai, and nothing else: points would tell who
complained, and who serves as a party member. Most minutes come first; who has the same has the same rank, and whose
last service was certified earlier stands before. A month that is over is never added to: the list stays as it was but
for those who left. Workers are not on it and have no command that shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Index, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community import consents, contacts, nicknames, scope, sealed
from community.consents import Purpose, Wording
from community.residents import Resident
from community.volunteers.models import Activity, Attendance
from community.workers import WorkerRow
from core import clock
from core.crypto import Vault
from core.db import Base, dialect_insert
from core.errors import Refused
from points import months

SHOWN: Final = 50
PURPOSE: Final = "leaderboard.nickname"


class WorkersNotListed(Refused):
    """The list is for residents: who works for the community is not ranked."""

    code = "workers_not_listed"


class LeaderboardEntry(Base):
    """A resident who asked to be shown; `nickname` is sealed for them and all that others see."""

    __tablename__ = "leaderboard_entry"
    __table_args__ = (Index("ix_leaderboard_entry_resident", "resident_id"),)

    area_code: Mapped[str] = mapped_column(primary_key=True)
    resident_id: Mapped[str] = mapped_column(primary_key=True)
    nickname: Mapped[bytes]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Place:
    """One line. Residents with as many minutes share a rank, and the next rank counts them all: 1, 1, 3."""

    rank: int
    nickname: str
    minutes: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The first SHOWN places of a month, and the asking resident's own, wherever it is."""

    area_code: str
    month: str
    items: tuple[Place, ...]
    mine: Place | None


async def join(
    db: AsyncSession, vault: Vault, *, resident_id: str, area_code: str, nickname: str, wording: Wording
) -> str:
    """Show a resident on their community's list from this month on; the nickname as shown. Again, it changes the name.

    `wording` is what they agreed to. Raises NicknameRefused, WorkersNotListed or NotFound.
    """
    contact = await contacts.read(db, vault, resident_id=resident_id)
    name = nicknames.checked(nickname, real_name=contact.name)
    if (await db.execute(select(_is_worker(resident_id)))).scalar_one():
        raise WorkersNotListed
    values = {"nickname": await vault.seal_for(db, resident_id, PURPOSE, name), "left_at": None}
    known = await _entry(db, area_code, resident_id)
    joined_at = clock.now() if known is None or known.left_at is not None else known.joined_at
    row = {"area_code": area_code, "resident_id": resident_id, "joined_at": joined_at, **values}
    await db.execute(
        dialect_insert(db, LeaderboardEntry)
        .values(row)
        .on_conflict_do_update(index_elements=["area_code", "resident_id"], set_={"joined_at": joined_at, **values})
    )
    if known is None or known.left_at is not None:
        await consents.give(db, resident_id=resident_id, purpose=Purpose.LEADERBOARD, wording=wording)
    return name


async def leave(db: AsyncSession, *, resident_id: str) -> bool:
    """Show a resident nowhere any more and forget the name; False when they were on no list.

    Whoever calls it has recorded that the consent was taken back.
    """
    left = await db.execute(
        update(LeaderboardEntry)
        .where(LeaderboardEntry.resident_id == resident_id, LeaderboardEntry.left_at.is_(None))
        .values(left_at=clock.now(), nickname=b"")
        .returning(LeaderboardEntry.area_code)
        .execution_options(synchronize_session=False)
    )
    return bool(left.all())


async def nickname_of(db: AsyncSession, vault: Vault, *, resident_id: str, area_code: str) -> str | None:
    """Under which name a resident stands on a community's list; None for who does not."""
    found = await _entry(db, area_code, resident_id)
    if found is None or found.left_at is not None:
        return None
    return await sealed.open_text(db, vault, owner_id=resident_id, purpose=PURPOSE, sealed=found.nickname)


async def board(
    db: AsyncSession, vault: Vault, *, area_code: str, month: str | None = None, resident_id: str | None = None
) -> Board:
    """The list of a month `2026-11`, by default of this one. Raises Invalid."""
    month = month or months.name_of(clock.now())
    rows = await _served(db, area_code, months.month(month))
    ranks = _ranks([int(row.minutes) for row in rows])
    places: list[Place] = []
    mine = None
    for number, (row, rank) in enumerate(zip(rows, ranks, strict=True)):
        is_mine = row.resident_id == resident_id
        if number >= SHOWN and not is_mine:
            continue
        name = await sealed.open_text(db, vault, owner_id=row.resident_id, purpose=PURPOSE, sealed=row.nickname)
        place = Place(rank, name, int(row.minutes), is_mine)
        mine = place if is_mine else mine
        if number < SHOWN:
            places.append(place)
    return Board(area_code, month, tuple(places), mine)


def _ranks(minutes: Sequence[int]) -> list[int]:
    """Of figures in falling order: one more than how many are larger."""
    ranks: list[int] = []
    for number, one in enumerate(minutes):
        ranks.append(ranks[-1] if number and one == minutes[number - 1] else number + 1)
    return ranks


async def _served(db: AsyncSession, area_code: str, span: months.Span) -> Sequence[Any]:
    """Who is shown, with their minutes of a span in and around this community, in the order of the list."""
    minutes = func.sum(Attendance.certified_minutes).label("minutes")
    reached_at = func.max(Attendance.certified_at).label("reached_at")
    found = await db.execute(
        select(Attendance.resident_id, LeaderboardEntry.nickname, minutes, reached_at)
        .join(Activity, Activity.id == Attendance.activity_id)
        .join(LeaderboardEntry, LeaderboardEntry.resident_id == Attendance.resident_id)
        .join(Resident, Resident.id == Attendance.resident_id)
        .where(
            LeaderboardEntry.area_code == area_code,
            LeaderboardEntry.left_at.is_(None),
            LeaderboardEntry.joined_at < span.until,
            Resident.erased_at.is_(None),
            Attendance.certified_minutes > 0,
            Attendance.certified_at >= span.since,
            Attendance.certified_at < span.until,
            or_(scope.within(Activity.area_code, [area_code]), scope.holding(Activity.area_code, area_code)),
            ~_is_worker(Attendance.resident_id),
        )
        .group_by(Attendance.resident_id, LeaderboardEntry.nickname)
        .order_by(minutes.desc(), reached_at, Attendance.resident_id)
    )
    return found.all()


def _is_worker(resident_id: Any) -> Any:
    return exists().where(WorkerRow.resident_id == resident_id, WorkerRow.disabled_at.is_(None))


async def _entry(db: AsyncSession, area_code: str, resident_id: str) -> LeaderboardEntry | None:
    query = select(LeaderboardEntry).where(
        LeaderboardEntry.area_code == area_code, LeaderboardEntry.resident_id == resident_id
    )
    return (await db.execute(query)).scalar_one_or_none()
