"""Tables of the audit log and of its seals."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.chains import HeadColumns, SealColumns
from core.db import Base
from core.triggers import Trigger

KEPT_DAYS: Final = 180
"""Logs of network services are kept for six months (Cybersecurity Law, article 21)."""


class AuditRow(Base):
    """Who did what to what, without a word about any person: `commitment` only proves what the detail was."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_at", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor_id: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    area_code: Mapped[str]
    request_id: Mapped[str]
    salt: Mapped[str]
    commitment: Mapped[str]


class AuditSeal(SealColumns, Base):
    __tablename__ = "audit_seal"


class AuditSealEntry(Base):
    """A row of the log in its seal, with the digest of its fields."""

    __tablename__ = "audit_seal_entry"
    __table_args__ = (Index("ix_audit_seal_entry_seal", "seal_seq", "position"),)

    log_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seal_seq: Mapped[int]
    position: Mapped[int]
    digest: Mapped[str]


class AuditHead(HeadColumns, Base):
    __tablename__ = "audit_head"


class AuditCheckpoint(Base):
    """What stands for the links that were purged: where the chain goes on."""

    __tablename__ = "audit_checkpoint"

    through_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    count: Mapped[int]
    root: Mapped[str]
    signature: Mapped[str]


def _keeps(table: str, column: str) -> Trigger:
    """Refuses to delete a row younger than KEPT_DAYS, by the clock of the database."""
    name, message = f"{table}_kept", f"{table} is kept for {KEPT_DAYS} days"
    return Trigger(
        name=name,
        table=table,
        sqlite=(
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE DELETE ON {table} "
            f"WHEN OLD.{column} > datetime('now', '-{KEPT_DAYS} days') "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ),
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF OLD.{column} > now() - interval '{KEPT_DAYS} days' THEN "
            f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN OLD; END $$",
            f"CREATE OR REPLACE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


triggers.register(
    *triggers.append_only("audit_log", deletable=True),
    *triggers.append_only("audit_seal", deletable=True),
    *triggers.append_only("audit_seal_entry", deletable=True),
    *triggers.append_only("audit_checkpoint"),
    _keeps("audit_log", "at"),
    _keeps("audit_seal", "created_at"),
)
