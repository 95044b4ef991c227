"""Rewards that ask for it: a redemption waits until somebody approves it, which gives the code, or refuses it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.crypto import Vault
from core.values import RedemptionState
from points import holds, redemption_codes, rewards
from points.redemption_states import transit
from points.redemption_views import Redemption, get, view
from points.redemptions import undo


async def approve(db: AsyncSession, vault: Vault, *, redemption_id: str, actor_id: str) -> Redemption:
    """Give the code that a redemption waits for; from now on it is good for as long as a code of the reward is.

    Raises CodeUnknown, AlreadyApproved, RedemptionRefused, CodeVoid, CodeExpired or CodeAlreadyVerified.
    """
    now = clock.now()
    reward_id = (await get(db, redemption_id=redemption_id)).reward_id
    reward = await rewards.find_reward(db, reward_id=reward_id)
    expires_at = now + timedelta(days=reward.code_days)
    async with db.begin_nested():
        row = await transit(
            db, redemption_id, to=RedemptionState.HELD, actor_id=actor_id, reason="approved", usable_at=now,
            approved_by=actor_id, approved_at=now, expires_at=expires_at,
        )  # fmt: skip
        await holds.prolong(db, hold_id=row.id, expires_at=expires_at)
        return view(await redemption_codes.issue(db, vault, row=row))


async def refuse(db: AsyncSession, *, redemption_id: str, actor_id: str, reason: str) -> Redemption:
    """Say no to one that waits for approval. Raises CodeUnknown, AlreadyApproved or what else became of it."""
    return (await undo(db, [redemption_id], to=RedemptionState.REFUSED, actor_id=actor_id, reason=reason))[0]
