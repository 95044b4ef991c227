"""The table of honours."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Honour(Base):
    """A tier that a resident reached: it is kept whatever is spent later. The version is that of the tiers' data."""

    __tablename__ = "honour"
    __table_args__ = (Index("ix_honour_resident", "resident_id"),)

    area_code: Mapped[str] = mapped_column(primary_key=True)
    resident_id: Mapped[str] = mapped_column(primary_key=True)
    tier: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    minutes: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[int] = mapped_column(BigInteger)
    reached_at: Mapped[datetime]
