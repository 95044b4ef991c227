"""Tables of awards: the requests that deeds write, and the counters of what was used of a limit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from points.models import Unit, one_of


class GrantState(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    CAPPED = "capped"
    UNFUNDED = "unfunded"
    REFUSED = "refused"


class GrantRequest(Base):
    """A deed that earns points, written with the deed; `id` is the order of arrival.

    `facts` are the codes and numbers that the rule asks for; `notified` says that the resident was told. An award by
    hand names who gave it, and who agreed where that was needed.
    """

    __tablename__ = "grant_request"
    __table_args__ = (
        UniqueConstraint("source_id", "source_kind", "recipient_id", "purpose", "unit", name="uq_grant_request_deed"),
        one_of("unit", Unit),
        one_of("state", GrantState),
        Index(
            "ix_grant_request_due",
            "id",
            sqlite_where=text("state IN ('pending', 'unfunded')"),
            postgresql_where=text("state IN ('pending', 'unfunded')"),
        ),
        Index(
            "ix_grant_request_unfunded",
            "area_code",
            "id",
            sqlite_where=text("state = 'unfunded'"),
            postgresql_where=text("state = 'unfunded'"),
        ),
        Index("ix_grant_request_recipient", "recipient_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    rule_id: Mapped[str]
    unit: Mapped[str] = mapped_column(default=Unit.POINT.value)
    purpose: Mapped[str]
    source_kind: Mapped[str]
    source_id: Mapped[str]
    recipient_id: Mapped[str]
    area_code: Mapped[str]
    minutes: Mapped[int | None]
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    notified: Mapped[bool] = mapped_column(default=False)
    occurred_at: Mapped[datetime]
    requested_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=GrantState.PENDING.value)
    next_at: Mapped[datetime]
    reason: Mapped[str | None]
    amount_points: Mapped[int | None] = mapped_column(BigInteger)
    rule_version: Mapped[int | None]
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))
    settled_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    approved_by: Mapped[str | None]


class CapCounter(Base):
    """How much of a limit was used in one period; the limit stands in the row, so the database holds it.

    `resident_id` is empty for a limit over all persons together.
    """

    __tablename__ = "cap_counter"
    __table_args__ = (
        CheckConstraint("used >= 0", name="used_not_negative"),
        CheckConstraint("used <= ceiling", name="ceiling"),
        PrimaryKeyConstraint("resident_id", "subject_id", "period_key", "scope"),
    )

    scope: Mapped[str]
    subject_id: Mapped[str]
    resident_id: Mapped[str]
    period_key: Mapped[str]
    used: Mapped[int] = mapped_column(BigInteger)
    ceiling: Mapped[int] = mapped_column(BigInteger)
