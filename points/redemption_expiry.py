"""Redemptions whose time is over: points go back to the lots that they came from, with the expiry that those have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from sqlalchemy import select, text, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.errors import AppError
from core.values import RedemptionState
from points.redemption_views import Redemption
from points.redemptions import undo
from points.reward_models import IS_OPEN, RedemptionRow
from points.shelves import SYSTEM

_FIRST: Final = (datetime.min.replace(tzinfo=UTC), "")

log = structlog.get_logger()


async def expire_due(db: AsyncSession, *, limit: int = 100) -> list[Redemption]:
    """Give back what was not collected or not approved in time, up to `limit` redemptions.

    One that cannot be given back is left for the audit and stands in nobody's way.
    """
    try:
        return await _give_back(db, [row.id for row in await _overdue(db, _FIRST, limit)])
    except (AppError, IntegrityError):
        return await _give_back(db, await _sound(db, limit))


async def _sound(db: AsyncSession, limit: int) -> list[str]:
    """Up to so many that can be given back.

    Given back one after the other, the second one's wallet would be locked after the first one's reward.
    """
    found: list[str] = []
    after = _FIRST
    while len(found) < limit and (due := await _overdue(db, after, limit - len(found))):
        found += [row.id for row in due if await _can_expire(db, row.id)]
        after = (due[-1].expires_at, due[-1].id)
    return found


async def _overdue(db: AsyncSession, after: tuple[datetime, str], limit: int) -> Sequence[Any]:
    """The next ones in order of their expiry, locked; those that somebody else is at are skipped."""
    query = (
        select(RedemptionRow.id, RedemptionRow.expires_at)
        .where(
            text(IS_OPEN),  # written out, so that the index of what is open serves
            RedemptionRow.expires_at <= clock.now(),
            tuple_(RedemptionRow.expires_at, RedemptionRow.id) > after,
        )
        .order_by(RedemptionRow.expires_at, RedemptionRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await db.execute(query)).all()


async def _can_expire(db: AsyncSession, redemption_id: str) -> bool:
    """Try it, and let go what that has locked."""
    async with db.begin_nested() as trying:
        try:
            await _give_back(db, [redemption_id])
        except (AppError, IntegrityError) as fault:
            code = fault.code if isinstance(fault, AppError) else type(fault).__name__
            log.warning("redemption_not_expired", redemption_id=redemption_id, code=code)
            return False
        await trying.rollback()
    return True


async def _give_back(db: AsyncSession, ids: Sequence[str]) -> list[Redemption]:
    return await undo(db, ids, to=RedemptionState.EXPIRED, actor_id=SYSTEM, reason="not_collected")
