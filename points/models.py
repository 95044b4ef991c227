"""Tables of the ledger. Amounts are whole points; community accounts have the owner `""`.

`ledger_transfer` and `ledger_entry` are append-only in both databases. On PostgreSQL a deferred trigger also refuses a
transfer that does not sum to zero; SQLite has no deferred triggers, there the posting function asserts it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.db import Base
from core.triggers import Trigger


class Unit(StrEnum):
    POINT = "POINT"


class AccountKind(StrEnum):
    RESIDENT = "resident"
    REDEEMED = "redeemed"
    FUND = "fund"
    TREASURY = "treasury"


class AccountStatus(StrEnum):
    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"


class TransferKind(StrEnum):
    ALLOCATION = "allocation"
    GRANT = "grant"
    REDEMPTION = "redemption"
    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"
    MOVE = "move"


class HoldState(StrEnum):
    PENDING = "pending"
    POSTED = "posted"
    VOID = "void"
    EXPIRED = "expired"


class GrantState(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    CAPPED = "capped"
    UNFUNDED = "unfunded"
    REFUSED = "refused"


class Account(Base):
    """`version` is the number of entries, so the last `account_seq`; `held` is reserved out of `posted`."""

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("area_code", "unit", "kind", "owner_id"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("floor IS NULL OR posted - held >= floor", name="floor"),
        Index("ix_ledger_account_owner", "owner_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    area_code: Mapped[str]
    unit: Mapped[str]
    kind: Mapped[str]
    owner_id: Mapped[str]
    posted: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    floor: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[str] = mapped_column(default=AccountStatus.OPEN.value)


class Transfer(Base):
    """`request_hash` tells a repeated request from another one under the same key; `reason` is a code or a worker's."""

    __tablename__ = "ledger_transfer"
    __table_args__ = (
        UniqueConstraint("area_code", "idempotency_key"),
        UniqueConstraint("reverses_id"),
        Index(
            "uq_ledger_transfer_grant",
            "rule_id",
            "source_kind",
            "source_id",
            "recipient_id",
            unique=True,
            sqlite_where=text("kind = 'grant'"),
            postgresql_where=text("kind = 'grant'"),
        ),
        Index("ix_ledger_transfer_source", "source_kind", "source_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    unit: Mapped[str]
    idempotency_key: Mapped[str]
    request_hash: Mapped[str]
    kind: Mapped[str]
    source_kind: Mapped[str]
    source_id: Mapped[str]
    recipient_id: Mapped[str]
    rule_id: Mapped[str | None]
    rule_version: Mapped[int | None]
    actor_id: Mapped[str | None]
    reason: Mapped[str]
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))
    effective_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Entry(Base):
    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("account_id", "account_seq"),
        CheckConstraint("amount <> 0", name="amount_not_zero"),
    )

    transfer_id: Mapped[str] = mapped_column(ForeignKey("ledger_transfer.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)
    account_seq: Mapped[int] = mapped_column(BigInteger)


class Hold(Base):
    """Points reserved for something that is settled later; only a pending one ever changes its state."""

    __tablename__ = "ledger_hold"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        Index(
            "ix_ledger_hold_pending",
            "account_id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(default=HoldState.PENDING.value)
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class GrantRequest(Base):
    """A deed that earns points, written with the deed; `id` is the order of arrival."""

    __tablename__ = "grant_request"
    __table_args__ = (
        UniqueConstraint("rule_id", "source_kind", "source_id", "recipient_id"),
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
        Index("ix_grant_request_source", "source_kind", "source_id"),
        Index("ix_grant_request_recipient", "recipient_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    rule_id: Mapped[str]
    source_kind: Mapped[str]
    source_id: Mapped[str]
    recipient_id: Mapped[str]
    area_code: Mapped[str]
    minutes: Mapped[int | None]
    occurred_at: Mapped[datetime]
    requested_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=GrantState.PENDING.value)
    next_at: Mapped[datetime]
    reason: Mapped[str | None]
    amount_points: Mapped[int | None] = mapped_column(BigInteger)
    rule_version: Mapped[int | None]
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))
    settled_at: Mapped[datetime | None]


class CapCounter(Base):
    """How much of a limit one person used in one period; the limit stands in the row, so the database holds it."""

    __tablename__ = "cap_counter"
    __table_args__ = (
        CheckConstraint("used >= 0", name="used_not_negative"),
        CheckConstraint("used <= ceiling", name="ceiling"),
    )

    scope: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[str] = mapped_column(primary_key=True)
    resident_id: Mapped[str] = mapped_column(primary_key=True)
    period_key: Mapped[str] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(BigInteger)
    ceiling: Mapped[int] = mapped_column(BigInteger)


def _balanced(name: str, table: str, transfer_id: str) -> Trigger:
    """At commit on PostgreSQL: the transfer of this row has two entries or more and sums to zero."""
    return Trigger(
        name=name,
        table=table,
        sqlite=(),
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "  # noqa: S608  our own names
            "$$ DECLARE total NUMERIC; lines BIGINT; BEGIN "
            "SELECT COALESCE(SUM(amount), 0), COUNT(*) INTO total, lines "
            f"FROM ledger_entry WHERE transfer_id = NEW.{transfer_id}; "
            "IF total <> 0 OR lines < 2 THEN "
            "RAISE EXCEPTION 'transfer does not sum to zero' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN NULL; END $$",
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = '{name}') THEN "  # noqa: S608  as above
            f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW EXECUTE FUNCTION {name}(); END IF; END $$",
        ),
    )


triggers.register(
    *triggers.append_only("ledger_transfer"),
    *triggers.append_only("ledger_entry"),
    _balanced("ledger_transfer_balanced", "ledger_transfer", "id"),
    _balanced("ledger_entry_balanced", "ledger_entry", "transfer_id"),
)
