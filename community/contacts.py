"""How a resident can be reached: name, phone and address, told with consent and kept sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from community import residents
from community.residents import Resident
from core.crypto import Vault

PURPOSE_NAME: Final = "resident.name"
PURPOSE_PHONE: Final = "resident.phone"
PURPOSE_ADDRESS: Final = "resident.address"


@dataclass(frozen=True, slots=True)
class Contact:
    """What a resident told us about how to reach them; empty where they told nothing."""

    name: str = ""
    phone: str = ""
    address: str = ""


async def read(db: AsyncSession, vault: Vault, *, resident_id: str) -> Contact:
    row = await residents.get(db, resident_id=resident_id)

    async def opened(purpose: str, sealed: bytes | None) -> str:
        return await vault.open_for(db, resident_id, purpose, sealed) if sealed else ""

    return Contact(
        name=await opened(PURPOSE_NAME, row.name),
        phone=await opened(PURPOSE_PHONE, row.phone),
        address=await opened(PURPOSE_ADDRESS, row.address),
    )


async def keep(
    db: AsyncSession,
    vault: Vault,
    *,
    resident_id: str,
    name: str | None = None,
    phone: str | None = None,
    address: str | None = None,
) -> None:
    """Keep what was told with consent; None leaves a field as it is, an empty text clears it."""
    values: dict[str, object] = {}
    for column, purpose, value in (
        ("name", PURPOSE_NAME, name),
        ("phone", PURPOSE_PHONE, phone),
        ("address", PURPOSE_ADDRESS, address),
    ):
        if value is None:
            continue
        values[column] = await vault.seal_for(db, resident_id, purpose, value) if value else None
        if column != "address":
            values[f"{column}_index"] = vault.blind(column, value) if value else None
    if values:
        await db.execute(update(Resident).where(Resident.id == resident_id).values(values))
