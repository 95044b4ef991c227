"""Tables of reports. Descriptions, addresses and reasons are sealed under the data key of `owner_id`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.db import Base

PURPOSE_DESCRIPTION: Final = "issue.description"
PURPOSE_ADDRESS: Final = "issue.address"
PURPOSE_REASON: Final = "issue.reason"
PURPOSE_ACTION: Final = "issue.action"
PURPOSE_UPDATE: Final = "issue.update"


class Issue(Base):
    """One report. `version` counts its history rows; every change raises it by one and is guarded by it.

    `owner_id` owns the data key: the resident, or an owner made for a report that nobody is named for. `summary` and
    `title` are redacted. `lng`, `lat` and `crs` are as given, `wgs_lng` and `wgs_lat` as used.
    """

    __tablename__ = "issue"
    __table_args__ = (
        Index("ix_issue_listing", "state", "area_code", "number"),
        Index("ix_issue_near", "category_code", "created_at"),
        CheckConstraint("urgency BETWEEN 1 AND 3", name="urgency"),
        CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    round: Mapped[int]
    state: Mapped[str]
    version: Mapped[int]
    owner_id: Mapped[str]
    resident_id: Mapped[str | None] = mapped_column(index=True)
    title: Mapped[str]
    description: Mapped[bytes]
    summary: Mapped[str]
    category_standard: Mapped[str]
    category_kind: Mapped[str]
    category_code: Mapped[str]
    category_name: Mapped[str]
    urgency: Mapped[int]
    emergency: Mapped[str | None]
    address: Mapped[bytes]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    crs: Mapped[str | None]
    wgs_lng: Mapped[float | None]
    wgs_lat: Mapped[float | None]
    area_code: Mapped[str]
    grid_code: Mapped[str | None]
    source: Mapped[str]
    confidential: Mapped[bool]
    connector: Mapped[str]
    pushed: Mapped[bool]
    unit: Mapped[str] = mapped_column(default="")
    handler_id: Mapped[str | None] = mapped_column(index=True)
    duplicate_of: Mapped[str | None] = mapped_column(index=True)
    rating: Mapped[int | None]
    rating_text: Mapped[bytes | None]
    occurred_at: Mapped[datetime]
    created_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    round_started_at: Mapped[datetime]
    grid_applied_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    urged_at: Mapped[datetime | None]


class IssueEvent(Base):
    """One line of a report's history, never changed: `seq` is the version of the report that it made."""

    __tablename__ = "issue_event"

    issue_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int]
    at: Mapped[datetime]
    by_kind: Mapped[str]
    by_id: Mapped[str]
    action: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    reason: Mapped[bytes | None]


triggers.register(*triggers.append_only("issue_event"))


class IssuePhoto(Base):
    """A photo of the report, of its follow-ups, or of the work done; the file is in the content store."""

    __tablename__ = "issue_photo"

    issue_id: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    kind: Mapped[str]
    position: Mapped[int]
    added_at: Mapped[datetime]


class IssueDelivery(Base):
    """How far the push of one round got. Built-in desks have no deliveries."""

    __tablename__ = "issue_delivery"
    __table_args__ = (Index("ix_issue_delivery_external", "connector", "external_no"),)

    issue_id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    connector: Mapped[str]
    state: Mapped[str]
    external_no: Mapped[str | None]
    attempts: Mapped[int]
    last_error: Mapped[str | None]
    updated_at: Mapped[datetime]


class IssueAction(Base):
    """A follow-up of the resident or staff: what travels to the grid system after the event, in order."""

    __tablename__ = "issue_action"

    id: Mapped[str] = mapped_column(primary_key=True)
    issue_id: Mapped[str] = mapped_column(index=True)
    round: Mapped[int]
    kind: Mapped[str]
    text: Mapped[bytes | None]
    photos: Mapped[list[Any]]
    rating: Mapped[int | None]
    occurred_at: Mapped[datetime]
    state: Mapped[str]
    last_error: Mapped[str | None]


class GridUpdateRow(Base):
    """What a grid system told us, kept whatever came of it. `body` is sealed under the data key of `owner_id`."""

    __tablename__ = "grid_update"
    __table_args__ = (
        UniqueConstraint("connector", "update_id"),
        Index("ix_grid_update_parked", "connector", "external_no", "outcome"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    connector: Mapped[str]
    update_id: Mapped[str]
    body_hash: Mapped[str]
    issue_id: Mapped[str | None] = mapped_column(index=True)
    external_no: Mapped[str | None]
    round: Mapped[int | None]
    status: Mapped[str]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    outcome: Mapped[str]
    owner_id: Mapped[str]
    body: Mapped[bytes]


class IssueCounter(Base):
    """The last sequence number given out on a day by one of its counters."""

    __tablename__ = "issue_counter"

    day: Mapped[str] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
