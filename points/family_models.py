"""Tables of families, whose members pool points with consent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Family(Base):
    """The owner of an account of the kind `family`."""

    __tablename__ = "family"

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    founded_by: Mapped[str]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class FamilyMember(Base):
    """A resident is in one family at a time; `agreed_at` is their consent, empty while they are only invited."""

    __tablename__ = "family_member"
    __table_args__ = (
        Index(
            "uq_family_member_resident_id",
            "resident_id",
            unique=True,
            sqlite_where=text("agreed_at IS NOT NULL AND left_at IS NULL"),
            postgresql_where=text("agreed_at IS NOT NULL AND left_at IS NULL"),
        ),
        Index("ix_family_member_family", "family_id"),
        Index("ix_family_member_resident", "resident_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    family_id: Mapped[str] = mapped_column(ForeignKey("family.id"))
    resident_id: Mapped[str]
    invited_by: Mapped[str]
    invited_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
