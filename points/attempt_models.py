"""Refused requests under their keys: a retry cannot change an outcome that somebody was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from core import triggers
from core.db import Base


class Attempt(Base):
    """The refusal that a key stands for: its code and its facts, which are numbers, codes and moments."""

    __tablename__ = "ledger_attempt"

    area_code: Mapped[str] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    code: Mapped[str]
    facts: Mapped[dict[str, Any]]
    at: Mapped[datetime]


triggers.register(*triggers.append_only("ledger_attempt"))
