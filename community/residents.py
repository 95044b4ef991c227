"""Residents and the platform identities by which they reach us.

A resident is made at first contact, with a data key of their own. An identity is one sender of one account; several
may belong to one resident after binding, and the row of the identity says which. The platform's id is found by keyed
index and kept sealed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Index, UniqueConstraint, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, outbox
from core.crypto import DataKey, Unreadable, Vault, seal
from core.db import Base, dialect_insert, new_id, table_of
from core.errors import NotFound
from core.statements import Statement
from core.values import Platform

ERASED: Final = "erased:"
"""The index of an identity whose resident was erased begins so: no sender is found by it."""

PURPOSE_SENDER: Final = "identity.sender"


class Resident(Base):
    """One person. `ref` is what staff see; `merged_into` names the resident that this one was bound to."""

    __tablename__ = "resident"

    id: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    area_code: Mapped[str | None] = mapped_column(index=True)
    grid_code: Mapped[str | None]
    name: Mapped[bytes | None]
    name_index: Mapped[str | None] = mapped_column(index=True)
    phone: Mapped[bytes | None]
    phone_index: Mapped[str | None] = mapped_column(index=True)
    address: Mapped[bytes | None]
    large_type: Mapped[bool] = mapped_column(default=False)
    merged_into: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    erase_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class Identity(Base):
    """One sender of one account. `last_seq` numbers its messages; `verified` is true when a platform vouches for it."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("account", "sender_index"),
        Index("ix_identity_alternate", "account", "alternate_index"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    platform: Mapped[str]
    sender_index: Mapped[str]
    sender: Mapped[bytes]
    alternate_index: Mapped[str | None]
    alternate: Mapped[bytes | None]
    resident_id: Mapped[str] = mapped_column(index=True)
    key_owner_id: Mapped[str]
    verified: Mapped[bool] = mapped_column(default=True)
    following: Mapped[bool] = mapped_column(default=True)
    last_seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Who:
    """An identity as the rest of the house handles it; `sender` is the platform's id in the clear.

    `key_owner_id` owns the data key that seals what this identity says; binding changes `resident_id`, never this.
    """

    identity_id: str
    resident_id: str
    key_owner_id: str
    account: str
    platform: Platform
    sender: str
    verified: bool
    following: bool = True


async def identify(
    db: AsyncSession,
    vault: Vault,
    *,
    account: str,
    platform: Platform,
    sender: str,
    alternate: str = "",
    area_code: str | None = None,
) -> Who:
    """The identity of this sender, made with its resident and data key when it is new."""
    found = await find(db, vault, account=account, sender=sender, alternate=alternate)
    if found is not None:
        return found
    resident_id, now = new_id(), clock.now()
    key, key_row = vault.make_key(resident_id)
    who = Who(new_id(), resident_id, resident_id, account, platform, sender, verified=platform is not Platform.WEB)
    row = _identity_row(vault, who, key, alternate)
    made = await db.execute(
        dialect_insert(db, Identity)
        .values(created_at=now, **row)
        .on_conflict_do_nothing(index_elements=["account", "sender_index"])
    )
    if outbox.rowcount(made) == 0:  # another process met the same sender in the same moment
        again = await find(db, vault, account=account, sender=sender, alternate="")
        if again is None:
            raise NotFound("identity_not_found")
        return again
    await db.execute(insert(DataKey).values(key_row))
    await db.execute(
        insert(Resident).values(
            id=resident_id, ref=_ref(resident_id), area_code=area_code, large_type=False, created_at=now
        )
    )
    return who


def _identity_row(vault: Vault, who: Who, key: bytes, alternate: str) -> dict[str, object]:
    return {
        "id": who.identity_id,
        "account": who.account,
        "platform": who.platform.value,
        "sender_index": sender_index(vault, who.account, who.sender),
        "sender": seal(key, PURPOSE_SENDER, who.sender.encode()),
        "alternate_index": sender_index(vault, who.account, alternate) if alternate else None,
        "alternate": seal(key, PURPOSE_SENDER, alternate.encode()) if alternate else None,
        "resident_id": who.resident_id,
        "key_owner_id": who.key_owner_id,
        "verified": who.verified,
        "following": True,
        "last_seq": 0,
    }


def _ref(resident_id: str) -> str:
    return "J" + resident_id[:10].upper()


def sender_index(vault: Vault, account: str, sender: str) -> str:
    return vault.blind("sender", _of_account(account, sender))


def _of_account(account: str, sender: str) -> str:
    return f"{account}\n{sender}"


async def find(db: AsyncSession, vault: Vault, *, account: str, sender: str, alternate: str = "") -> Who | None:
    """The identity of a sender, by either of its platform ids."""
    values = [_of_account(account, value) for value in (sender, alternate) if value]
    indexes = [index for value in values for index in vault.blinds("sender", value)]
    row = (
        await db.execute(
            select(
                Identity.id, Identity.resident_id, Identity.key_owner_id, Identity.platform, Identity.verified
            ).where(
                Identity.account == account,
                or_(Identity.sender_index.in_(indexes), Identity.alternate_index.in_(indexes)),
            )
        )
    ).first()
    if row is None:
        return None
    return Who(row.id, row.resident_id, row.key_owner_id, account, Platform(row.platform), sender, row.verified)


IDENTITIES: Final = table_of(Identity)
_CURRENT: Final = Statement(
    select(IDENTITIES.c.resident_id, IDENTITIES.c.verified).where(IDENTITIES.c.id == bindparam("identity_id"))
)


async def current(db: AsyncSession, who: Who) -> Who:
    """The same identity as it stands now: binding may have given it to another resident meanwhile."""
    return as_of(who, await _CURRENT.first(db, identity_id=who.identity_id))


def as_of(who: Who, row: Any) -> Who:
    """The identity with the `resident_id` and `verified` of its row. Raises NotFound when there is none."""
    if row is None:
        raise NotFound("identity_not_found")
    return replace(who, resident_id=row.resident_id, verified=row.verified)


async def identity(db: AsyncSession, vault: Vault, *, identity_id: str) -> Who:
    """Raises NotFound when there is none, or its resident was erased."""
    row = (await db.execute(select(Identity).where(Identity.id == identity_id))).scalar_one_or_none()
    if row is None:
        raise NotFound("identity_not_found")
    return await _open(db, vault, row)


async def identities(db: AsyncSession, vault: Vault, *, resident_id: str) -> list[Who]:
    """All identities of a resident, the one that was made last first."""
    rows = await db.execute(
        select(Identity).where(Identity.resident_id == resident_id).order_by(Identity.created_at.desc(), Identity.id)
    )
    return [await _open(db, vault, row) for row in rows.scalars()]


async def _open(db: AsyncSession, vault: Vault, row: Identity) -> Who:
    try:
        sender = await vault.open_for(db, row.key_owner_id, PURPOSE_SENDER, row.sender)
    except Unreadable:
        raise NotFound("identity_not_found") from None
    return Who(
        row.id,
        row.resident_id,
        row.key_owner_id,
        row.account,
        Platform(row.platform),
        sender,
        row.verified,
        row.following,
    )


async def get(db: AsyncSession, *, resident_id: str) -> Resident:
    """Raises NotFound."""
    row = (await db.execute(select(Resident).where(Resident.id == resident_id))).scalar_one_or_none()
    if row is None:
        raise NotFound("resident_not_found")
    return row


async def of_ref(db: AsyncSession, *, ref: str) -> Resident:
    """The resident of a reference, or the one they were bound to. Raises NotFound."""
    row = (await db.execute(select(Resident).where(Resident.ref == ref.upper()))).scalar_one_or_none()
    if row is None:
        raise NotFound("resident_not_found")
    return await get(db, resident_id=row.merged_into) if row.merged_into else row


@dataclass(frozen=True, slots=True)
class Home:
    """Where a resident lives, as far as they told us or their account says."""

    area_code: str | None
    grid_code: str | None


_RESIDENT: Final = table_of(Resident)
_HOME: Final = Statement(
    select(_RESIDENT.c.area_code, _RESIDENT.c.grid_code).where(_RESIDENT.c.id == bindparam("resident_id"))
)


async def home(db: AsyncSession, *, resident_id: str) -> Home:
    """Raises NotFound."""
    row = await _HOME.first(db, resident_id=resident_id)
    if row is None:
        raise NotFound("resident_not_found")
    return Home(row.area_code, row.grid_code)


async def live_in(db: AsyncSession, *, area_code: str) -> bool:
    """Whether anybody's community is this one."""
    return (await db.scalars(select(Resident.id).where(Resident.area_code == area_code).limit(1))).first() is not None


async def set_area(db: AsyncSession, *, resident_id: str, area_code: str, grid_code: str | None) -> None:
    await db.execute(
        update(Resident).where(Resident.id == resident_id).values(area_code=area_code, grid_code=grid_code)
    )
