"""Tables of in-service party members: registrations, whose details are sealed as sensitive, and certified service."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
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


class PartyService(Base):
    """What a registered member did on a day, as a worker certified it; `minutes` where they were counted."""

    __tablename__ = "party_service"
    __table_args__ = (
        UniqueConstraint("registration_id", "served_on", "kind"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes_of_a_day"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    registration_id: Mapped[str] = mapped_column(ForeignKey("registration.id"))
    kind: Mapped[str]
    served_on: Mapped[date]
    minutes: Mapped[int | None]
    certified_by: Mapped[str]
    certified_at: Mapped[datetime]
