"""Tables of lots: what a wallet holds, by the moment at which it expires, and who used which part of it.

`remaining` is what is left of a lot, `held` the part of it that is reserved. The rows of a wallet change only while
its account is locked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.db import Base
from points.models import on_sqlite_refers

BIG_ID: Final = BigInteger().with_variant(Integer, "sqlite")
"""A counter that does not run out; SQLite numbers its rows only in a column of this name of type."""

_LEFT: Final[dict[str, Any]] = {"sqlite_where": text("remaining > 0"), "postgresql_where": text("remaining > 0")}


class Lot(Base):
    """Points that came together and expire together; only opening balances have no transfer of their own."""

    __tablename__ = "lot"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("0 <= held AND held <= remaining AND remaining <= amount", name="parts_within"),
        on_sqlite_refers("transfer_id", "ledger_transfer"),
        Index("ix_lot_spendable", "account_id", "expires_at", "id", **_LEFT),
        Index("ix_lot_expiring", "expires_at", "id", **_LEFT),
        Index("ix_lot_transfer", "transfer_id"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    transfer_id: Mapped[str | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    earned_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class LotUse(Base):
    """What a transfer spent of a lot, or a hold reserved; what is given back goes by it to the same lots."""

    __tablename__ = "lot_use"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("(transfer_id IS NULL) <> (hold_id IS NULL)", name="one_user"),
        UniqueConstraint("lot_id", "transfer_id"),
        UniqueConstraint("lot_id", "hold_id"),
        Index("ix_lot_use_transfer", "transfer_id"),
        Index("ix_lot_use_hold", "hold_id"),
    )

    id: Mapped[int] = mapped_column(BIG_ID, primary_key=True, autoincrement=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))
    hold_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_hold.id"))
    amount: Mapped[int] = mapped_column(BigInteger)


_CHANGED: Final = (
    "(NEW.transfer_id IS NULL) <> (OLD.transfer_id IS NULL) OR NEW.transfer_id <> OLD.transfer_id "
    "OR NEW.amount <> OLD.amount OR NEW.earned_at <> OLD.earned_at "
    "OR (NEW.expires_at IS NULL) <> (OLD.expires_at IS NULL) OR NEW.expires_at <> OLD.expires_at"
)

triggers.register(
    *triggers.append_only("lot_use"),
    triggers.refusal("lot", "UPDATE", "a lot keeps its transfer, its amount and its dates", when=_CHANGED),
    triggers.references("lot", transfer_id="ledger_transfer"),
    triggers.refusal("lot", "DELETE", "a lot is not deleted"),
    triggers.no_truncate("lot"),
)
