"""What staff and the clock decide about redemptions, each with word to the resident."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from community import notices
from community.permissions import Permission, Worker
from core import clock
from core.crypto import Unreadable, Vault
from core.values import RedemptionState
from points import redemption_approvals, redemption_expiry, redemption_views, redemptions
from points.errors import OwnRedemption
from points.redemption_views import Redemption

_NOTICES: Final = {
    RedemptionState.HELD: "redemption_issued",
    RedemptionState.REFUSED: "redemption_refused",
    RedemptionState.VOID: "redemption_void",
    RedemptionState.EXPIRED: "redemption_expired",
}


async def approve(db: AsyncSession, vault: Vault, *, redemption_id: str, worker: Worker) -> Redemption:
    """Let a redemption that waits have its code; nobody approves their own.

    Raises NotYourTask, OwnRedemption or as `redemption_approvals.approve` does.
    """
    found = await _in_reach(db, redemption_id, worker)
    if worker.resident_id is not None and worker.resident_id == found.resident_id:
        raise OwnRedemption(redemption_id=found.id)
    done = await redemption_approvals.approve(db, vault, redemption_id=redemption_id, actor_id=worker.id)
    await _tell(db, vault, done, until=clock.iso(done.expires_at))
    return done


async def refuse(db: AsyncSession, vault: Vault, *, redemption_id: str, worker: Worker, reason: str) -> Redemption:
    """Say no to one that waits; its points are free again.

    Raises NotYourTask or as `redemption_approvals.refuse` does.
    """
    await _in_reach(db, redemption_id, worker)
    done = await redemption_approvals.refuse(db, redemption_id=redemption_id, actor_id=worker.id, reason=reason)
    await _tell(db, vault, done, reason=reason)
    return done


async def void(db: AsyncSession, vault: Vault, *, redemption_id: str, worker: Worker, reason: str) -> Redemption:
    """Take back one that is not verified; everything is as before. Raises NotYourTask or as `redemptions.void` does."""
    await _in_reach(db, redemption_id, worker)
    done = await redemptions.void(db, redemption_id=redemption_id, actor_id=worker.id, reason=reason)
    await _tell(db, vault, done, reason=reason)
    return done


async def expire_due(db: AsyncSession, vault: Vault, *, limit: int = 100) -> int:
    """Give back what was not collected in time; how many."""
    expired = await redemption_expiry.expire_due(db, limit=limit)
    for one in expired:
        with suppress(Unreadable):  # erased since, and nobody to tell
            await _tell(db, vault, one)
    return len(expired)


async def _in_reach(db: AsyncSession, redemption_id: str, worker: Worker) -> Redemption:
    found = await redemption_views.get(db, redemption_id=redemption_id)
    worker.require(Permission.REDEMPTIONS, found.area_code)
    return found


async def _tell(db: AsyncSession, vault: Vault, redemption: Redemption, **facts: Any) -> None:
    await notices.tell_resident(
        db,
        vault,
        resident_id=redemption.resident_id,
        notice=_NOTICES[redemption.state],
        facts={"title": redemption.reward_name, **facts},
        key=f"redemption:{redemption.id}:{redemption.state.value}",
    )
