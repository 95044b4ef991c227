"""What residents do with their own redemptions: look at one, take it back unused, name whom they send for it."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.crypto import Vault
from points import redemptions
from points.errors import CodeExpired, CodeUnknown
from points.redemption_codes import PURPOSE
from points.redemption_views import Redemption, own, rows
from points.reward_models import OPEN, RedemptionRow


async def get(db: AsyncSession, vault: Vault, *, redemption_id: str, resident_id: str) -> Redemption:
    """One of a resident's own, with its code while it can be used. Raises CodeUnknown, also for another's."""
    query = rows().where(RedemptionRow.id == redemption_id, RedemptionRow.resident_id == resident_id)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise CodeUnknown
    return await own(db, vault, row)


async def cancel(db: AsyncSession, vault: Vault, *, redemption_id: str, resident_id: str) -> Redemption:
    """Take back what was not collected; the points return to their lots.

    Raises CodeUnknown, CodeAlreadyVerified, CodeVoid or CodeExpired.
    """
    await get(db, vault, redemption_id=redemption_id, resident_id=resident_id)
    return await redemptions.void(db, redemption_id=redemption_id, actor_id=resident_id, reason="cancelled")


async def send_for(db: AsyncSession, vault: Vault, *, redemption_id: str, resident_id: str, name: str) -> Redemption:
    """Name who collects it for the resident; the name is kept sealed. Raises CodeUnknown or CodeExpired."""
    changed = await db.execute(
        update(RedemptionRow)
        .where(
            RedemptionRow.id == redemption_id,
            RedemptionRow.resident_id == resident_id,
            RedemptionRow.state.in_([state.value for state in OPEN]),
            RedemptionRow.expires_at > clock.now(),
        )
        .values(pickup_by=await vault.seal_for(db, resident_id, PURPOSE, name))
        .returning(RedemptionRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    row = changed.scalar_one_or_none()
    if row is None:
        before = await get(db, vault, redemption_id=redemption_id, resident_id=resident_id)
        raise CodeExpired(redemption_id=before.id, expires_at=before.expires_at)
    return await own(db, vault, row)
