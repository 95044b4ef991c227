"""Tables of the ledger's seals and snapshots."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.chains import HeadColumns, SealColumns
from core.db import Base


class LedgerSeal(SealColumns, Base):
    __tablename__ = "ledger_seal"


class LedgerSealEntry(Base):
    """A transfer with its entries in its seal, by the digest of all their fields."""

    __tablename__ = "ledger_seal_entry"
    __table_args__ = (UniqueConstraint("seal_seq", "position"),)

    transfer_id: Mapped[str] = mapped_column(ForeignKey("ledger_transfer.id"), primary_key=True)
    seal_seq: Mapped[int]
    position: Mapped[int]
    digest: Mapped[str]


class LedgerHead(HeadColumns, Base):
    __tablename__ = "ledger_head"


class BalanceSnapshot(Base):
    """The balance of an account at the end of a period, with the number of its last entry until then."""

    __tablename__ = "balance_snapshot"

    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"), primary_key=True)
    as_of: Mapped[datetime] = mapped_column(primary_key=True)
    balance: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)


triggers.register(
    *triggers.append_only("ledger_seal"),
    *triggers.append_only("ledger_seal_entry"),
    *triggers.append_only("balance_snapshot"),
)
