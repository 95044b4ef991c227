"""Who wants to stand on a community's list of volunteers, under which name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class LeaderboardEntry(Base):
    """A resident who asked to be shown; `nickname` is sealed for them and all that others see."""

    __tablename__ = "leaderboard_entry"
    __table_args__ = (Index("ix_leaderboard_entry_resident", "resident_id"),)

    area_code: Mapped[str] = mapped_column(primary_key=True)
    resident_id: Mapped[str] = mapped_column(primary_key=True)
    nickname: Mapped[bytes]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
