"""Tables of what keeps the scheme fair: second signatures, flags, freezes and appeals."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from points.models import Unit, one_of


class AdjustmentKind(StrEnum):
    """What a worker does by hand to points, and nobody alone above the limit."""

    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"
    AWARD = "award"
    GIFT = "gift"


class AdjustmentState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"


class FlagState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class AppealState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DECLINED = "declined"


class AdjustmentRequest(Base):
    """A deed above the limit: done when a second person agrees, under the key with which it was asked.

    `facts` name the transfer of a reversal, the deed of an award, the donation account of a gift.
    """

    __tablename__ = "adjustment_request"
    __table_args__ = (
        UniqueConstraint("area_code", "idempotency_key"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        one_of("kind", AdjustmentKind),
        one_of("unit", Unit),
        one_of("state", AdjustmentState),
        Index("ix_adjustment_request_area", "area_code", "state", "asked_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    idempotency_key: Mapped[str]
    kind: Mapped[str] = mapped_column(default=AdjustmentKind.ADJUSTMENT.value)
    unit: Mapped[str]
    resident_id: Mapped[str]
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    document_no: Mapped[str | None]
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(default=AdjustmentState.ASKED.value)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))


class Freeze(Base):
    """Why and how long an account is frozen; at most one at a time."""

    __tablename__ = "freeze"
    __table_args__ = (
        Index(
            "uq_freeze_account_id",
            "account_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index("ix_freeze_area", "area_code", "frozen_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    reason: Mapped[str]
    frozen_by: Mapped[str]
    frozen_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
    lifted_because: Mapped[str | None]


class ClawedBack(Base):
    """What one claw-back took from a resident: its reversals, and the reason under which it refused requests."""

    __tablename__ = "clawed_back"
    __table_args__ = (
        UniqueConstraint("area_code", "idempotency_key"),
        Index("ix_clawed_back_resident", "resident_id", "taken_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    idempotency_key: Mapped[str]
    resident_id: Mapped[str]
    taken_by: Mapped[str]
    taken_at: Mapped[datetime]
    reason: Mapped[str]
    deeds: Mapped[list[list[str]]] = mapped_column(JSON)
    transfers: Mapped[list[str]] = mapped_column(JSON)
    refused_as: Mapped[str]
    taken_points: Mapped[int] = mapped_column(BigInteger)
    owed_points: Mapped[int] = mapped_column(BigInteger)
    forgiven_points: Mapped[int] = mapped_column(BigInteger)
    unpaid_requests: Mapped[int]


class Appeal(Base):
    """A resident's objection to a freeze or a claw-back, in their sealed words. `round` 2 is the last."""

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "round"),
        CheckConstraint("round BETWEEN 1 AND 2", name="round_known"),
        one_of("state", AppealState),
        Index("ix_appeal_area", "area_code", "state", "created_at"),
        Index("ix_appeal_resident", "resident_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    resident_id: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    round: Mapped[int] = mapped_column(default=1)
    words: Mapped[bytes]
    state: Mapped[str] = mapped_column(default=AppealState.OPEN.value)
    created_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]


class PointsFlag(Base):
    """Something that a worker should look at, with the reason in `facts`; it changes no balance."""

    __tablename__ = "points_flag"
    __table_args__ = (
        UniqueConstraint("kind", "subject_kind", "subject_id"),
        one_of("state", FlagState),
        Index("ix_points_flag_area", "area_code", "state", "raised_at"),
        Index("ix_points_flag_resident", "resident_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    resident_id: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default=FlagState.OPEN.value)
    raised_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
