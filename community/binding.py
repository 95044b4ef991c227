"""Binding platform identities to one resident by a short-lived code that is shown in one chat and typed in another.

The identity that types the code joins the resident who was shown it, with all that belonged to its former resident.
That row stays as a tombstone that names its successor, and its data key stays too: what was sealed before is still
opened with it. Constraints of the rows decide where both had the same thing.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from community import contacts, families, residents, tries
from community.issues import ownership as issues
from community.members import ownership as members
from community.orders import ownership as orders
from community.residents import Identity, Resident
from community.volunteers import ownership as volunteers
from core import clock, outbox
from core.crypto import Vault
from core.db import Base
from core.errors import NotFound, Refused
from core.turns import lock_as_found
from points import wallets

CODE_DIGITS: Final = 8
CODE_LIFE: Final = timedelta(minutes=10)
PURPOSE: Final = "binding.code"


class CodeRejected(Refused):
    """No such code, or it was used or is too old. The try is counted: commit with the answer. Facts: `tries_left`."""

    code = "binding_code_rejected"


class BindingCode(Base):
    """The one live code of a resident, as a keyed index only."""

    __tablename__ = "binding_code"

    resident_id: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[str]
    code_index: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Code:
    """Eight digits to show, and until when they work."""

    digits: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bound:
    """The resident to whom the identity belongs now; `merged_from` is the former one, None if nothing changed."""

    resident_id: str
    merged_from: str | None


async def issue_code(db: AsyncSession, vault: Vault, *, resident_id: str, identity_id: str) -> Code:
    """A new code of this resident; one that they had before stops working."""
    now = clock.now()
    await db.execute(
        delete(BindingCode).where(or_(BindingCode.resident_id == resident_id, BindingCode.expires_at <= now))
    )
    digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    while await _holder(db, vault, digits) is not None:
        digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    expires_at = now + CODE_LIFE
    await db.execute(
        insert(BindingCode).values(
            resident_id=resident_id,
            identity_id=identity_id,
            code_index=vault.blind(PURPOSE, digits),
            expires_at=expires_at,
        )
    )
    return Code(digits, expires_at)


async def _holder(db: AsyncSession, vault: Vault, digits: str) -> BindingCode | None:
    query = select(BindingCode).where(BindingCode.code_index == vault.blind(PURPOSE, digits))
    return (await db.execute(query)).scalar_one_or_none()


async def bind(db: AsyncSession, vault: Vault, *, code: str, identity_id: str) -> Bound:
    """Join the resident who was shown this code. The code works once.

    Raises CodeRejected, TooManyTries, NotFound, FamilyPointsHeld where both are in families and the points of the one
    that ends wait to be collected, or AccountClosed of `points` for a frozen wallet.
    """
    await tries.check(db, identity_id=identity_id)
    index = vault.blind(PURPOSE, code.strip())
    live = (BindingCode.code_index == index, BindingCode.expires_at > clock.now())
    holder = (await db.execute(select(BindingCode.resident_id).where(*live))).scalar_one_or_none()
    if holder is None:
        raise CodeRejected(tries_left=await tries.count(db, identity_id=identity_id))
    # Residents are locked before the code is used up: two who bind each other must not wait in a circle.
    joining, target = await _locked_pair(db, identity_id, holder)
    used = await db.execute(delete(BindingCode).where(*live))
    if outbox.rowcount(used) == 0:
        raise CodeRejected(tries_left=await tries.count(db, identity_id=identity_id))
    await tries.forget(db, identity_id=identity_id)
    if target == joining:
        return Bound(target, None)
    await _merge(db, vault, joining, target)
    return Bound(target, joining)


async def surviving(db: AsyncSession, *, resident_id: str) -> str:
    """The resident that this one was merged into, or itself. Raises NotFound when there is none or it was erased."""
    own = select(Resident.merged_into).where(Resident.id == resident_id)
    successor = (await db.execute(own)).scalar_one_or_none() or resident_id
    there = select(Resident.id).where(Resident.id == successor, Resident.erased_at.is_(None))
    if (await db.execute(there)).scalar_one_or_none() is None:
        raise NotFound("resident_not_found")
    return successor


async def held(db: AsyncSession, *, resident_id: str) -> str:
    """The resident that this one was merged into, or itself; no binding changes that while the transaction lasts.

    It comes before all else that a transaction locks. What is done to a former identity's wallet after it was moved
    would stay there, where nobody finds it.
    """

    async def find() -> str:
        now = select(func.coalesce(Resident.merged_into, Resident.id)).where(Resident.id == resident_id)
        return (await db.execute(now)).scalar_one_or_none() or resident_id

    async def hold(found: str) -> None:
        await db.execute(select(Resident.id).where(Resident.id == found).with_for_update(read=True, key_share=True))

    return await lock_as_found(db, find, hold)


async def family(db: AsyncSession, *, resident_id: str) -> list[str]:
    """The resident and all who were merged into it: the owners of the data keys that seal their rows."""
    rows = await db.execute(
        select(Resident.id).where(or_(Resident.id == resident_id, Resident.merged_into == resident_id))
    )
    return sorted(rows.scalars())


async def _locked_pair(db: AsyncSession, identity_id: str, holder: str) -> tuple[str, str]:
    """Whom the identity belongs to and whom it joins, with both rows locked in one order.

    Another binding may move one of them, or an erasure end it, while we wait for the lock.
    """
    return await lock_as_found(db, lambda: _pair(db, identity_id, holder), partial(lock_residents, db))


async def lock_residents(db: AsyncSession, resident_ids: Collection[str]) -> None:
    """Lock their rows in order, before all that is theirs."""
    mine = select(Resident.id).where(Resident.id.in_(resident_ids)).order_by(Resident.id)
    await db.execute(mine.with_for_update())


async def _pair(db: AsyncSession, identity_id: str, holder: str) -> tuple[str, str]:
    alive = (Resident.id == Identity.resident_id, Resident.erased_at.is_(None))
    query = select(Identity.resident_id).where(Identity.id == identity_id, exists().where(*alive))
    joining = (await db.execute(query)).scalar_one_or_none()
    if joining is None:
        raise NotFound("identity_not_found")
    return joining, await surviving(db, resident_id=holder)


async def _merge(db: AsyncSession, vault: Vault, old: str, target: str) -> None:
    await _move_contact(db, vault, old, target)
    await issues.reassign(db, from_resident_id=old, to_resident_id=target)
    await orders.reassign(db, from_resident_id=old, to_resident_id=target)
    await volunteers.reassign(db, vault, from_resident_id=old, to_resident_id=target)
    await members.reassign(db, vault, from_resident_id=old, to_resident_id=target)
    await wallets.move_wallet(db, vault, from_resident_id=old, to_resident_id=target, key=f"bind:{old}:{target}")
    if await families.of_resident(db, resident_id=old) is not None:  # the other one is in another
        await families.leave(db, resident_id=old, heir_id=target)
    await db.execute(delete(BindingCode).where(BindingCode.resident_id == old))
    await db.execute(
        update(Resident)
        .where(or_(Resident.id == old, Resident.merged_into == old))
        .values(merged_into=target, erase_at=None)
        .execution_options(synchronize_session=False)
    )
    await _join_identities(db, old, target)


async def _join_identities(db: AsyncSession, old: str, target: str) -> None:
    """Whom one platform vouches for is vouched for on all: a visitor of the web page counts as verified then."""
    await db.execute(
        update(Identity)
        .where(Identity.resident_id == old)
        .values(resident_id=target)
        .execution_options(synchronize_session=False)
    )
    vouched = select(Identity.id).where(Identity.resident_id == target, Identity.verified).limit(1)
    if (await db.execute(vouched)).scalar_one_or_none() is not None:
        await db.execute(
            update(Identity)
            .where(Identity.resident_id == target)
            .values(verified=True)
            .execution_options(synchronize_session=False)
        )


async def _move_contact(db: AsyncSession, vault: Vault, old: str, target: str) -> None:
    """What only the former resident told is kept for the other one; their row keeps nothing."""
    theirs = await contacts.read(db, vault, resident_id=old)
    kept = await contacts.read(db, vault, resident_id=target)
    await contacts.keep(
        db,
        vault,
        resident_id=target,
        name=theirs.name if not kept.name else None,
        phone=theirs.phone if not kept.phone else None,
        address=theirs.address if not kept.address else None,
    )
    await contacts.keep(db, vault, resident_id=old, name="", phone="", address="")
    former, resident = await residents.get(db, resident_id=old), await residents.get(db, resident_id=target)
    if resident.area_code is None and former.area_code is not None:
        await residents.set_area(db, resident_id=target, area_code=former.area_code, grid_code=former.grid_code)
    await db.execute(
        update(Resident)
        .where(Resident.id == target)
        .values(large_type=resident.large_type or former.large_type, erase_at=None)
        .execution_options(synchronize_session=False)
    )
