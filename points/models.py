"""Tables of the ledger. Amounts are whole points; community accounts have the owner `""`.

`ledger_transfer` and `ledger_entry` are append-only in both databases. On PostgreSQL a deferred trigger also refuses a
transfer that does not sum to zero; SQLite has no deferred triggers, there the posting function asserts it. Keys begin
with the column that tells most rows apart, so that one comparison decides.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.db import Base
from core.triggers import Trigger


class Unit(StrEnum):
    """Points, and minutes of volunteer time; one is never turned into the other."""

    POINT = "POINT"
    MINUTE = "MINUTE"


class AccountKind(StrEnum):
    """`family`, `suspense` and `resident` have an owner. What a resident owes stands below zero on `suspense`."""

    RESIDENT = "resident"
    FAMILY = "family"
    SUSPENSE = "suspense"
    DONATION = "donation"
    EXPIRED = "expired"
    REDEEMED = "redeemed"
    FUND = "fund"
    TREASURY = "treasury"


LOCK_RANK: Final = {kind: rank for rank, kind in enumerate(AccountKind)}
"""Rows are locked from the coldest to the hottest kind, within a kind by id: no two transactions wait in a circle."""


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
    EXPIRY = "expiry"
    SETTLEMENT = "settlement"
    DONATION = "donation"
    POOLING = "pooling"
    GIFT = "gift"
    CLOSURE = "closure"


class HoldState(StrEnum):
    PENDING = "pending"
    POSTED = "posted"
    VOID = "void"
    EXPIRED = "expired"


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """The database knows the words of a column too."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(one.value) for one in values)})", name=f"{column}_known")


def on_sqlite_refers(column: str, target: str) -> ForeignKeyConstraint:
    """A foreign key to `target.id` where PostgreSQL has `triggers.references`: many rows come at once there."""
    return ForeignKeyConstraint([column], [f"{target}.id"], info={"only": "sqlite"}).ddl_if(dialect="sqlite")


_PENDING: Final[dict[str, Any]] = {
    "sqlite_where": text("state = 'pending'"),
    "postgresql_where": text("state = 'pending'"),
}


class Account(Base):
    """`version` is the number of entries, so the last `account_seq`; `held` is reserved out of `posted`.

    `earned` is what grants ever brought, less the reversed ones: spending does not lower it.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("owner_id", "kind", "unit", "area_code"),
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("floor IS NULL OR posted - held >= floor", name="floor"),
        CheckConstraint("ceiling IS NULL OR posted <= ceiling", name="ceiling"),
        CheckConstraint("earned >= 0", name="earned_not_negative"),
        one_of("unit", Unit),
        one_of("kind", AccountKind),
        one_of("status", AccountStatus),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    area_code: Mapped[str]
    unit: Mapped[str]
    kind: Mapped[str]
    owner_id: Mapped[str]
    posted: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    floor: Mapped[int | None] = mapped_column(BigInteger)
    ceiling: Mapped[int | None] = mapped_column(BigInteger)
    earned: Mapped[int] = mapped_column(BigInteger, default=0)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    status: Mapped[str] = mapped_column(default=AccountStatus.OPEN.value)


class Transfer(Base):
    """`request_hash` tells a repeated request from another one under the same key; `reason` is a code or a worker's.

    `purpose` is what of a deed is paid: once for each recipient and unit, whatever rule pays it. `inputs` are the codes
    and numbers from which the amount can be computed again, never anything about a person.
    """

    __tablename__ = "ledger_transfer"
    __table_args__ = (
        UniqueConstraint("area_code", "idempotency_key"),
        UniqueConstraint("reverses_id"),
        CheckConstraint("approver_id IS NULL OR approver_id <> actor_id", name="two_persons"),
        Index(
            "uq_ledger_transfer_grant",
            "source_id",
            "recipient_id",
            "source_kind",
            "purpose",
            "unit",
            unique=True,
            sqlite_where=text("kind = 'grant'"),
            postgresql_where=text("kind = 'grant'"),
        ),
        Index("ix_ledger_transfer_source", "source_id", "source_kind"),
        Index("ix_ledger_transfer_created", "created_at"),
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
    purpose: Mapped[str] = mapped_column(default="")
    inputs: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    actor_id: Mapped[str | None]
    approver_id: Mapped[str | None]
    document_no: Mapped[str | None]
    reason: Mapped[str]
    reverses_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))
    effective_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Entry(Base):
    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("account_id", "account_seq"),
        on_sqlite_refers("transfer_id", "ledger_transfer"),
        on_sqlite_refers("account_id", "ledger_account"),
        CheckConstraint("amount <> 0", name="amount_not_zero"),
    )

    transfer_id: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)
    account_seq: Mapped[int] = mapped_column(BigInteger)


class Hold(Base):
    """Points reserved for something that is settled later; only a pending one ever changes.

    From `expires_at` on it reserves nothing, whether or not somebody has written that down yet.
    """

    __tablename__ = "ledger_hold"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("posted_amount >= 0 AND posted_amount <= amount", name="posted_amount_within"),
        one_of("state", HoldState),
        UniqueConstraint("idempotency_key"),
        Index("ix_ledger_hold_pending", "account_id", "expires_at", **_PENDING),
        Index("ix_ledger_hold_overdue", "expires_at", **_PENDING),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str]
    kind: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    posted_amount: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(default=HoldState.PENDING.value)
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


def _balanced(name: str, table: str, transfer_id: str, *, when: str = "") -> Trigger:
    """At commit on PostgreSQL: the transfer of this row has two entries or more, from line 0 on, and sums to zero.

    The first two entries are checked once, with their transfer, as no transfer stands without them. One that comes to
    it later has a higher line, since those two are taken for good.
    """
    return Trigger(
        name=name,
        table=table,
        sqlite=(),
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "  # noqa: S608  our own names
            "$$ DECLARE total NUMERIC; lines BIGINT; BEGIN "
            "SELECT COALESCE(SUM(amount), 0), COUNT(*) FILTER (WHERE line IN (0, 1)) INTO total, lines "
            f"FROM ledger_entry WHERE transfer_id = NEW.{transfer_id}; "
            "IF total <> 0 OR lines < 2 THEN "
            "RAISE EXCEPTION 'transfer does not sum to zero' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN NULL; END $$",
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = '{name}') THEN "  # noqa: S608  as above
            f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW {when}EXECUTE FUNCTION {name}(); END IF; END $$",
        ),
    )


triggers.register(
    *triggers.append_only("ledger_transfer"),
    *triggers.append_only("ledger_entry"),
    triggers.references("ledger_entry", transfer_id="ledger_transfer", account_id="ledger_account"),
    triggers.refusal("ledger_account", "UPDATE", "an account keeps its id", when="NEW.id <> OLD.id"),
    triggers.refusal("ledger_account", "DELETE", "an account is not deleted"),
    triggers.no_truncate("ledger_account"),
    triggers.refusal("ledger_hold", "UPDATE", "a settled hold is final", when="OLD.state <> 'pending'"),
    triggers.refusal("ledger_hold", "DELETE", "a hold is not deleted"),
    _balanced("ledger_transfer_balanced", "ledger_transfer", "id"),
    _balanced("ledger_entry_balanced", "ledger_entry", "transfer_id", when="WHEN (NEW.line NOT IN (0, 1)) "),
)
