"""The table of registrations of in-service party members. Membership is sensitive: all that is told is sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

PURPOSE: Final = "registration.details"
ACTIVE_REGISTRATION: Final = text("state IN ('submitted', 'approved', 'returned')")


class Registration(Base):
    """`details` is the sealed record of `registrations.Details`; the indexes find a name or phone exactly."""

    __tablename__ = "registration"
    __table_args__ = (
        Index(
            "uq_registration_active",
            "area_code",
            "resident_id",
            unique=True,
            sqlite_where=ACTIVE_REGISTRATION,
            postgresql_where=ACTIVE_REGISTRATION,
        ),
        Index("ix_registration_listing", "area_code", "state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    resident_id: Mapped[str] = mapped_column(index=True)
    key_owner_id: Mapped[str]
    state: Mapped[str]
    details: Mapped[bytes]
    name_index: Mapped[str | None] = mapped_column(index=True)
    phone_index: Mapped[str | None] = mapped_column(index=True)
    grid_code: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
