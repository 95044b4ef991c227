"""The indexes by which a member is found, made again when the root key has changed."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import sealed
from community.members.models import PURPOSE, Registration
from core.crypto import Vault


def indexes(vault: Vault, *, name: str, phone: str) -> dict[str, str]:
    """The index columns of a registration."""
    return {"name_index": vault.blind("name", name.strip()), "phone_index": vault.blind("phone", phone.strip())}


async def reindex(db: AsyncSession, vault: Vault, *, after: str, limit: int) -> str | None:
    """Do the next registrations after an id; the last id that was done, None at the end.

    Of erased members there is nothing to make an index of.
    """
    query = select(Registration).where(Registration.id > after).order_by(Registration.id).limit(limit)
    last = None
    for row in (await db.execute(query)).scalars():
        last = row.id
        details = await sealed.open_record(db, vault, owner_id=row.key_owner_id, purpose=PURPOSE, sealed=row.details)
        if details and row.name_index is not None:
            values = indexes(vault, name=details["name"], phone=details["phone"])
            await db.execute(update(Registration).where(Registration.id == last).values(values))
    return last
