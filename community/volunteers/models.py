"""Tables of volunteering: activities, sign-ups, attendance, profiles. Only this package writes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from core.values import ActivityState

ACTIVE_SIGNUP = text("state IN ('seated', 'waiting')")


class Activity(Base):
    """`taken` and `waiting` count persons, not sign-ups; `last_position` numbers the waiting list."""

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", name="seats"),
        CheckConstraint("waiting >= 0 AND waiting <= waiting_capacity", name="waiting"),
        CheckConstraint("ends_at > starts_at", name="times"),
        Index("ix_activity_upcoming", "state", "starts_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    place: Mapped[str]
    description: Mapped[str]
    risks: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    waiting_capacity: Mapped[int]
    min_age: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    last_position: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=ActivityState.DRAFT.value)
    created_by: Mapped[str]
    created_at: Mapped[datetime]

    @property
    def free(self) -> int:
        return self.capacity - self.taken


class Signup(Base):
    """One resident at one activity, perhaps with others; `position` orders the waiting list."""

    __tablename__ = "signup"
    __table_args__ = (
        Index(
            "uq_signup_active",
            "activity_id",
            "resident_id",
            unique=True,
            sqlite_where=ACTIVE_SIGNUP,
            postgresql_where=ACTIVE_SIGNUP,
        ),
        CheckConstraint("people >= 1", name="people"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    activity_id: Mapped[str] = mapped_column(index=True)
    resident_id: Mapped[str] = mapped_column(index=True)
    key_owner_id: Mapped[str]
    people: Mapped[int]
    state: Mapped[str]
    position: Mapped[int | None]
    name: Mapped[bytes | None]
    phone: Mapped[bytes | None]
    created_at: Mapped[datetime]


class Attendance(Base):
    """Minutes of real service. `honour` marks a staff entry made by hand instead of a check-in."""

    __tablename__ = "attendance"
    __table_args__ = (
        CheckConstraint("certified_minutes IS NULL OR certified_minutes >= 0", name="certified"),
        CheckConstraint("checked_out_at IS NULL OR checked_out_at >= checked_in_at", name="order"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    signup_id: Mapped[str] = mapped_column(unique=True)
    activity_id: Mapped[str] = mapped_column(index=True)
    resident_id: Mapped[str] = mapped_column(index=True)
    checked_in_at: Mapped[datetime]
    checked_out_at: Mapped[datetime | None]
    honour: Mapped[bool] = mapped_column(default=False)
    entered_by: Mapped[str | None]
    overlap_minutes: Mapped[int] = mapped_column(default=0)
    certified_minutes: Mapped[int | None]
    certified_by: Mapped[str | None]
    certified_at: Mapped[datetime | None]


class VolunteerProfile(Base):
    """A resident who wants to be asked; what they told of themselves is sealed as one record."""

    __tablename__ = "volunteer_profile"

    resident_id: Mapped[str] = mapped_column(primary_key=True)
    key_owner_id: Mapped[str]
    area_code: Mapped[str] = mapped_column(index=True)
    details: Mapped[bytes]
    enrolled_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
