"""Tables of areas. Codes are strings of up to 20 characters and are never taken apart to find the parent."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Level(StrEnum):
    """From the largest to the smallest."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"


class Area(Base):
    """One version of an area: valid from a day (Shanghai) until, not including, another; open-ended when None.

    `polygon` is GeoJSON geometry, longitude first, in CGCS2000, which equals WGS-84 here. `phone` is the duty phone
    that the rules of grid management ask to be displayed; it belongs to the post, not to a person.
    """

    __tablename__ = "area"
    __table_args__ = (
        Index("ix_area_parent", "parent_code"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="validity"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    valid_until: Mapped[date | None] = mapped_column(Date)
    level: Mapped[str]
    name: Mapped[str]
    parent_code: Mapped[str | None]
    polygon: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    phone: Mapped[str]


class AreaStamp(Base):
    """A single row that counts imports, by which a process sees that its index of borders is out of date."""

    __tablename__ = "area_stamp"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]
