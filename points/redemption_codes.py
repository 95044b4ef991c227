"""Codes of redemptions at rest: a keyed index to find them by, and the code sealed for its resident."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core import clock
from core.crypto import Ring, Unreadable, Vault
from core.values import RedemptionState
from points import codes
from points.reward_models import RedemptionRow

PURPOSE: Final = "redemption.code"
CODE_TRIES: Final = 8


async def issue(db: AsyncSession, vault: Vault, *, row: RedemptionRow) -> RedemptionRow:
    """Give a redemption a code that no other has."""
    other = aliased(RedemptionRow)
    for _ in range(CODE_TRIES):
        code = codes.new_code()
        blind = vault.blind(PURPOSE, code)
        issued = await db.execute(
            update(RedemptionRow)
            .where(RedemptionRow.id == row.id, ~exists().where(other.code_blind == blind))
            .values(
                code_blind=blind,
                code_ring_id=vault.ring.current_id,
                code_sealed=await vault.seal_for(db, row.resident_id, PURPOSE, code),
                issued_at=clock.now(),
            )
            .returning(RedemptionRow)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        found = issued.scalar_one_or_none()
        if found is not None:
            return found
    raise RuntimeError("no free code was found")


def blinds(vault: Vault, code: str) -> list[str]:
    """What a code may be indexed under: those made before the root key was rotated have the older key's index."""
    return [Vault(Ring((key,))).blind(PURPOSE, code) for key in vault.ring.keys]


async def open_code(db: AsyncSession, vault: Vault, row: RedemptionRow) -> str | None:
    """The code as it is shown, while it can be used."""
    if row.code_sealed is None or row.state != RedemptionState.HELD.value or row.expires_at <= clock.now():
        return None
    return codes.shown(await vault.open_for(db, row.resident_id, PURPOSE, row.code_sealed))


async def open_proxy(db: AsyncSession, vault: Vault, row: RedemptionRow) -> str | None:
    """The name of whom the resident sends; None for nobody, and after the resident was erased."""
    if row.pickup_by is None:
        return None
    with suppress(Unreadable):
        return await vault.open_for(db, row.resident_id, PURPOSE, row.pickup_by)
    return None


async def reindex(db: AsyncSession, vault: Vault, *, limit: int = 500) -> int:
    """Move the index of up to `limit` codes to the current root key; how many were not current.

    A code whose resident was erased cannot be read any more and keeps its former index.
    """
    former = select(RedemptionRow).where(RedemptionRow.code_ring_id != vault.ring.current_id)
    former = former.order_by(RedemptionRow.id).limit(limit).execution_options(populate_existing=True)
    count = 0
    for row in (await db.execute(former)).scalars():
        fresh = {"code_ring_id": vault.ring.current_id}
        with suppress(Unreadable):
            if row.code_sealed is not None:
                code = await vault.open_for(db, row.resident_id, PURPOSE, row.code_sealed)
                fresh["code_blind"] = vault.blind(PURPOSE, code)
        await db.execute(
            update(RedemptionRow)
            .where(RedemptionRow.id == row.id)
            .values(fresh)
            .execution_options(synchronize_session=False)
        )
        count += 1
    return count
