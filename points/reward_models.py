"""Tables of rewards and of their redemptions. A code is kept as a keyed index and sealed for its resident."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.db import Base
from core.values import RedemptionState
from points.caps import Period

_S = RedemptionState
TRANSITIONS: Final[dict[RedemptionState, frozenset[RedemptionState]]] = {
    _S.WAITING: frozenset({_S.HELD, _S.REFUSED, _S.VOID, _S.EXPIRED}),
    _S.HELD: frozenset({_S.VERIFIED, _S.VOID, _S.EXPIRED}),
    _S.VERIFIED: frozenset({_S.HANDED_OUT}),
    _S.HANDED_OUT: frozenset(),
    _S.REFUSED: frozenset(),
    _S.VOID: frozenset(),
    _S.EXPIRED: frozenset(),
}
"""Where a redemption may go from each state; a verified one is corrected by reversing its transfer."""

OPEN: Final = (_S.WAITING, _S.HELD)
"""While its points are reserved."""

IS_OPEN: Final = f"state IN ({', '.join(repr(state.value) for state in OPEN)})"
"""The same in SQL, as the index of what is open has it."""


class RewardStatus(StrEnum):
    OPEN = "open"
    WITHDRAWN = "withdrawn"


class PickupSite(Base):
    """Where rewards are handed out: `hours` by weekday, `keepers` the ids of those who may verify codes there."""

    __tablename__ = "pickup_site"

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    address: Mapped[str]
    hours: Mapped[dict[str, Any]]
    keepers: Mapped[list[Any]]
    status: Mapped[str] = mapped_column(default=RewardStatus.OPEN.value)
    created_at: Mapped[datetime]


class Reward(Base):
    """`name`, `pickup` and `note` are the community's words; `code_days` is how long a code can be used.

    `stock` changes only together with a row of RewardStockChange, but for what is redeemed and given back. `windows`
    are the recurring spans in which it can be redeemed; `version` grows when price or conditions change.
    """

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
    version: Mapped[int] = mapped_column(default=1)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    site_id: Mapped[str | None] = mapped_column(ForeignKey("pickup_site.id"))
    windows: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    note: Mapped[str] = mapped_column(default="")


class RewardStockChange(Base):
    """Who put how many on the shelf, or took them off it, and why."""

    __tablename__ = "reward_stock_change"
    __table_args__ = (CheckConstraint("delta <> 0", name="delta_not_zero"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    reward_id: Mapped[str] = mapped_column(ForeignKey("reward.id"), index=True)
    delta: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[str]
    reason: Mapped[str]


class RedemptionRow(Base):
    """`limit_resident_id` is who used the limit, also after the redemption moved to another identity.

    The code is there from the moment it is issued. `pickup_by` is the sealed name of whom the resident sends for it,
    `family_id` the family whose points pay.
    """

    __tablename__ = "redemption"
    __table_args__ = (
        UniqueConstraint("area_code", "key"),
        UniqueConstraint("code_blind"),
        Index(
            "ix_redemption_open",
            "expires_at",
            "id",
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
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
    code_blind: Mapped[str | None]
    code_ring_id: Mapped[str | None]
    code_sealed: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(default=RedemptionState.HELD.value)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))
    site_id: Mapped[str | None] = mapped_column(ForeignKey("pickup_site.id"))
    family_id: Mapped[str | None] = mapped_column(ForeignKey("family.id"))
    pickup_by: Mapped[bytes | None]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    verified_by: Mapped[str | None]
    verified_at: Mapped[datetime | None]
    handed_by: Mapped[str | None]
    handed_at: Mapped[datetime | None]


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


triggers.register(
    *triggers.append_only("redemption_change"),
    *triggers.append_only("reward_stock_change"),
)
