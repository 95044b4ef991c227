"""Tables of the rules that say what earns points, and of the budgets that pay for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.db import Base
from points.models import Unit, one_of


class RuleStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class RuleVersion(Base):
    """One version of a rule of a community; `body` is canonical JSON, `body_hash` its SHA-256.

    The rule `scheme` holds a community's own settings. Once active, only its end and its retirement can be added.
    """

    __tablename__ = "rule_version"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> created_by", name="two_persons"),
        CheckConstraint("status = 'draft' OR approved_by IS NOT NULL", name="active_is_approved"),
        CheckConstraint("effective_until IS NULL OR effective_until > effective_from", name="ends_after_it_begins"),
        one_of("status", RuleStatus),
        one_of("unit", Unit),
    )

    area_code: Mapped[str] = mapped_column(primary_key=True)
    rule_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit: Mapped[str]
    purpose: Mapped[str]
    effective_from: Mapped[datetime]
    effective_until: Mapped[datetime | None]
    body: Mapped[str]
    body_hash: Mapped[str]
    status: Mapped[str] = mapped_column(default=RuleStatus.DRAFT.value)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class Budget(Base):
    """What a community may give out in a period, moved from the treasury to its fund under a document's number."""

    __tablename__ = "budget"
    __table_args__ = (
        UniqueConstraint("area_code", "document_no"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("period_until > period_from", name="ends_after_it_begins"),
        CheckConstraint("approved_by IS NULL OR approved_by <> created_by", name="two_persons"),
        one_of("unit", Unit),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str]
    unit: Mapped[str]
    period_from: Mapped[datetime]
    period_until: Mapped[datetime]
    amount: Mapped[int] = mapped_column(BigInteger)
    document_no: Mapped[str]
    transfer_id: Mapped[str | None] = mapped_column(ForeignKey("ledger_transfer.id"))
    created_by: Mapped[str]
    approved_by: Mapped[str | None]
    created_at: Mapped[datetime]


_REWRITTEN: Final = (
    "OLD.status <> 'draft' AND (NEW.status = 'draft' OR NEW.body <> OLD.body OR NEW.body_hash <> OLD.body_hash "
    "OR NEW.unit <> OLD.unit OR NEW.purpose <> OLD.purpose OR NEW.effective_from <> OLD.effective_from "
    "OR NEW.area_code <> OLD.area_code OR NEW.rule_id <> OLD.rule_id OR NEW.version <> OLD.version "
    "OR NEW.created_by <> OLD.created_by OR NEW.approved_by <> OLD.approved_by OR NEW.activated_at <> OLD.activated_at "
    "OR (OLD.effective_until IS NOT NULL "
    "AND (NEW.effective_until IS NULL OR NEW.effective_until <> OLD.effective_until)))"
)

triggers.register(
    triggers.refusal("rule_version", "UPDATE", "an active rule is not rewritten", when=_REWRITTEN),
    triggers.refusal("rule_version", "DELETE", "an active rule is not deleted", when="OLD.status <> 'draft'"),
    triggers.no_truncate("rule_version"),
)
