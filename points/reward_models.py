"""Tables of rewards and of their redemptions. A code is kept as a keyed index and sealed for its resident."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.db import Base
from core.values import RedemptionState
from points.caps import Period

TRANSITIONS: Final[dict[RedemptionState, frozenset[RedemptionState]]] = {
    RedemptionState.HELD: frozenset({RedemptionState.VERIFIED, RedemptionState.VOID, RedemptionState.EXPIRED}),
    RedemptionState.VERIFIED: frozenset(),
    RedemptionState.VOID: frozenset(),
    RedemptionState.EXPIRED: frozenset(),
}
"""Where a redemption may go from each state; a verified one is corrected by reversing its transfer."""


class RewardStatus(StrEnum):
    OPEN = "open"
    WITHDRAWN = "withdrawn"


class Reward(Base):
    """`name` and `pickup` are the community's words; `code_days` is how long a code can be used."""

    __tablename__ = "reward"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("price_points > 0", name="price_positive"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    pickup: Mapped[str] = mapped_column(default="")
    price_points: Mapped[int] = mapped_column(BigInteger)
    stock: Mapped[int]
    limit_per_person: Mapped[int | None]
    limit_period: Mapped[str] = mapped_column(default=Period.EVER.value)
    code_days: Mapped[int]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default=RewardStatus.OPEN.value)
    created_at: Mapped[datetime]


class RedemptionRow(Base):
    """`limit_resident_id` is who used the limit, also after the redemption moved to another identity."""

    __tablename__ = "redemption"
    __table_args__ = (
        UniqueConstraint("area_code", "key"),
        UniqueConstraint("code_blind"),
        Index(
            "ix_redemption_open",
            "expires_at",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index("ix_redemption_resident", "resident_id", "created_at"),
        Index("ix_redemption_area", "area_code", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    key: Mapped[str]
    reward_id: Mapped[str] = mapped_column(ForeignKey("reward.id"), index=True)
    reward_name: Mapped[str]
    resident_id: Mapped[str]
    limit_resident_id: Mapped[str]
    price_points: Mapped[int] = mapped_column(BigInteger)
    period_key: Mapped[str | None]
    code_blind: Mapped[str]
    code_ring_id: Mapped[str]
    code_sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(default=RedemptionState.HELD.value)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))


class RedemptionChange(Base):
    """Every state that a redemption entered: who, when, from where, why."""

    __tablename__ = "redemption_change"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    redemption_id: Mapped[str] = mapped_column(ForeignKey("redemption.id"), index=True)
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[str]
    reason: Mapped[str]


triggers.register(*triggers.append_only("redemption_change"))
