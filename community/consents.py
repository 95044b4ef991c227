"""The consent ledger: who agreed to which wording for which purpose, and who took it back. Append-only.

Asked for by the Personal Information Protection Law, articles 13 to 16: consent is informed, recorded by version and
as easy to withdraw as to give. The rows hold no personal detail and stay as evidence after an erasure.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Select, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community.residents import Resident
from core import clock, triggers
from core.db import Base
from core.errors import Refused


class Purpose(StrEnum):
    CONTACT = "contact"
    LOCATION = "location"
    PARTY_MEMBER = "party_member"
    RELATIVE = "relative"
    VOLUNTEER = "volunteer"
    NOTICES = "notices"
    FAMILY = "family"
    DONATION = "donation"
    PROXY = "proxy"
    LEADERBOARD = "leaderboard"


class ConsentMissing(Refused):
    """Nothing may be kept for this purpose before its consent is recorded. Facts: `purpose`."""

    code = "consent_missing"


class Consent(Base):
    """`subject` narrows a consent to one thing, such as the order in which a relative is served."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_resident", "resident_id", "purpose", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    resident_id: Mapped[str]
    purpose: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    version: Mapped[str]
    text_hash: Mapped[str]
    granted: Mapped[bool]
    channel: Mapped[str]
    at: Mapped[datetime]


triggers.register(*triggers.append_only("consent"))


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that were agreed to (kept as their SHA-256), their version and the account they were shown in."""

    version: str
    text: str
    channel: str


@dataclass(frozen=True, slots=True)
class Record:
    purpose: Purpose
    subject: str
    version: str
    text_hash: str
    granted: bool
    channel: str
    at: datetime


async def give(db: AsyncSession, *, resident_id: str, purpose: Purpose, wording: Wording, subject: str = "") -> None:
    await _write(db, resident_id, purpose, subject, wording, granted=True)


async def withdraw(
    db: AsyncSession, *, resident_id: str, purpose: Purpose, wording: Wording, subject: str = ""
) -> None:
    """Take it back; what was done before stays lawful, nothing new may rely on it."""
    await _write(db, resident_id, purpose, subject, wording, granted=False)


async def _write(
    db: AsyncSession, resident_id: str, purpose: Purpose, subject: str, wording: Wording, *, granted: bool
) -> None:
    await db.execute(
        insert(Consent).values(
            resident_id=resident_id,
            purpose=purpose.value,
            subject=subject,
            version=wording.version,
            text_hash=hashlib.sha256(wording.text.encode()).hexdigest(),
            granted=granted,
            channel=wording.channel,
            at=clock.now(),
        )
    )


async def has(
    db: AsyncSession, *, resident_id: str, purpose: Purpose, subject: str = "", version: str | None = None
) -> bool:
    """Whether the newest record of this purpose grants it; with `version`, under that wording."""
    newest = (
        await db.execute(
            _rows_of(resident_id)
            .where(Consent.purpose == purpose.value, Consent.subject == subject)
            .order_by(Consent.id.desc())
            .limit(1)
        )
    ).scalar_one_or_none()
    return newest is not None and newest.granted and version in (None, newest.version)


async def require(db: AsyncSession, *, resident_id: str, purpose: Purpose) -> None:
    """Raises ConsentMissing."""
    if not await has(db, resident_id=resident_id, purpose=purpose):
        raise ConsentMissing(purpose=purpose.value)


async def history(db: AsyncSession, *, resident_id: str) -> list[Record]:
    """All records of a resident, oldest first, those made under identities bound later included."""
    rows = await db.execute(_rows_of(resident_id).order_by(Consent.id))
    return [
        Record(Purpose(row.purpose), row.subject, row.version, row.text_hash, row.granted, row.channel, row.at)
        for row in rows.scalars()
    ]


def _rows_of(resident_id: str) -> Select[Consent]:
    family = select(Resident.id).where(or_(Resident.id == resident_id, Resident.merged_into == resident_id))
    return select(Consent).where(Consent.resident_id.in_(family))
