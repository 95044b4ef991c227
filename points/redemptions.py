"""Exchanging points for a reward: reserve, show a code, verify it once.

`redeem` reserves the points, takes one from the shelf and counts it against the person's limit, all or nothing. The
code is verified by a worker, which spends the points; void or expired, everything is given back. Rows are locked in
one order: redemption, reward, limit, account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.crypto import Vault
from core.db import new_id
from core.errors import Refused
from core.values import RedemptionState
from points import attempts, caps, codes, holds, rewards
from points.accounts import AccountRef, dialect_insert
from points.caps import CapKey, CapScope, Use
from points.errors import KeyReused, LimitReached, RewardUnknown
from points.models import AccountKind, HoldState
from points.redemption_states import record, transit
from points.redemption_views import PURPOSE, Redemption, by_key, find, open_code, view
from points.reward_models import RedemptionRow
from points.rewards import RewardView

CODE_TRIES: Final = 8
EXPIRER: Final = "system"

log = structlog.get_logger()


async def redeem(
    db: AsyncSession, vault: Vault, *, resident_id: str, area_code: str, reward_id: str, key: str
) -> Redemption:
    """Reserve one reward for a resident, with a code; the same key again gives the same redemption.

    A refusal under a key stays one. Raises RewardUnknown, RewardClosed, RewardSoldOut, LimitReached,
    InsufficientPoints, AccountFrozen, AccountClosed or KeyReused.
    """
    reward = await rewards.find_reward(db, reward_id=reward_id)
    if reward.area_code != area_code:
        raise RewardUnknown
    asked = attempts.request_hash("redeem", resident_id, reward_id)
    async with attempts.once(db, area_code=area_code, key=key, request_hash=asked):
        row = await _insert(db, vault, reward, resident_id, key)
        if row is not None:
            await _reserve(db, reward, row)
            return view(row, code=await open_code(db, vault, row))
    before = await by_key(db, area_code, key)
    if before is None:
        raise RuntimeError("a redemption was neither made nor found")
    if (before.resident_id, before.reward_id) != (resident_id, reward_id):
        raise KeyReused(redemption_id=before.id)
    return view(before, code=await open_code(db, vault, before))


async def _insert(
    db: AsyncSession, vault: Vault, reward: RewardView, resident_id: str, key: str
) -> RedemptionRow | None:
    """The new row under a code that nobody else has; None when the key is taken."""
    now = clock.now()
    limited = reward.limit_per_person is not None
    for _ in range(CODE_TRIES):
        code = codes.new_code()
        row = {
            "id": new_id(),
            "area_code": reward.area_code,
            "key": key,
            "reward_id": reward.id,
            "reward_name": reward.name,
            "resident_id": resident_id,
            "limit_resident_id": resident_id,
            "price_points": reward.price_points,
            "period_key": caps.period_key(reward.limit_period, now) if limited else None,
            "code_blind": vault.blind(PURPOSE, code),
            "code_ring_id": vault.ring.current_id,
            "code_sealed": await vault.seal_for(db, resident_id, PURPOSE, code),
            "state": RedemptionState.HELD.value,
            "created_at": now,
            "expires_at": now + timedelta(days=reward.code_days),
        }
        made = await db.execute(
            dialect_insert(db, RedemptionRow).values(row).on_conflict_do_nothing().returning(RedemptionRow)
        )
        stored = made.scalar_one_or_none()
        if stored is not None or await by_key(db, reward.area_code, key) is not None:
            return stored
    raise RuntimeError("no free code was found")


async def _reserve(db: AsyncSession, reward: RewardView, row: RedemptionRow) -> None:
    await rewards.take_one(db, reward_id=reward.id, now=row.created_at)
    limit = _limit(row)
    if limit and reward.limit_per_person is not None:
        use = Use(limit, amount=1, ceiling=reward.limit_per_person)
        if not await caps.take(db, [use]):
            raise LimitReached(limit=reward.limit_per_person, period=reward.limit_period.value)
    await holds.place(
        db,
        hold_id=row.id,
        account=AccountRef(row.area_code, AccountKind.RESIDENT, row.resident_id),
        amount_points=row.price_points,
        expires_at=row.expires_at,
    )
    await record(db, row.id, before=None, to=RedemptionState.HELD, actor_id=row.resident_id, reason="redeemed")


def _limit(row: RedemptionRow) -> CapKey | None:
    if row.period_key is None:
        return None
    return CapKey(CapScope.REWARD, row.reward_id, row.limit_resident_id, row.period_key)


async def verify(
    db: AsyncSession, vault: Vault, *, code: str, worker_id: str, area_codes: Collection[str]
) -> Redemption:
    """Spend the reserved points, once; `area_codes` are the worker's areas, each with all below it.

    Raises CodeMistyped, CodeUnknown, CodeElsewhere, CodeAlreadyVerified, CodeExpired or CodeVoid.
    """
    found = await find(db, vault, code=code, area_codes=area_codes)
    now = clock.now()
    async with db.begin_nested():
        row = await transit(
            db, found.id, to=RedemptionState.VERIFIED, actor_id=worker_id, reason="verified", usable_at=now
        )
        posted = await holds.settle(db, hold_id=row.id, source_kind="redemption", source_id=row.id, actor_id=worker_id)
        row = await _spent(db, row.id, posted.transfer_id)
    return view(row)


async def void(db: AsyncSession, *, redemption_id: str, actor_id: str, reason: str) -> Redemption:
    """Take a redemption back: points, shelf and limit are as before.

    Raises CodeUnknown, CodeAlreadyVerified, CodeVoid or CodeExpired.
    """
    undone = await _undo(db, [redemption_id], to=RedemptionState.VOID, actor_id=actor_id, reason=reason)
    return undone[0]


async def expire_due(db: AsyncSession, *, limit: int = 100) -> int:
    """Give back what was not collected in time, up to `limit` redemptions; how many.

    One that cannot be given back is left for the audit and stands in nobody's way.
    """
    done, after = 0, (datetime.min.replace(tzinfo=UTC), "")
    while done < limit:
        due = await _overdue(db, after, limit - done)
        if not due:
            break
        done += await _expire(db, [row.id for row in due])
        after = (due[-1].expires_at, due[-1].id)
    return done


async def _overdue(db: AsyncSession, after: tuple[datetime, str], limit: int) -> Sequence[Any]:
    """The next ones in order of their expiry, locked; those that somebody else is at are skipped."""
    query = (
        select(RedemptionRow.id, RedemptionRow.expires_at)
        .where(
            RedemptionRow.state == RedemptionState.HELD.value,
            RedemptionRow.expires_at <= clock.now(),
            tuple_(RedemptionRow.expires_at, RedemptionRow.id) > after,
        )
        .order_by(RedemptionRow.expires_at, RedemptionRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await db.execute(query)).all()


async def _expire(db: AsyncSession, ids: Sequence[str]) -> int:
    """All together, or else each for itself."""
    try:
        await _undo(db, ids, to=RedemptionState.EXPIRED, actor_id=EXPIRER, reason="not_collected")
    except Refused as refusal:
        if len(ids) > 1:
            return sum([await _expire(db, [one]) for one in ids])
        log.warning("redemption_not_expired", redemption_id=ids[0], code=refusal.code)
        return 0
    return len(ids)


async def _undo(
    db: AsyncSession, ids: Sequence[str], *, to: RedemptionState, actor_id: str, reason: str
) -> list[Redemption]:
    """Give back what these redemptions took; kind after kind, each in order, so that no two wait in a circle."""
    async with db.begin_nested():
        rows = [await transit(db, one, to=to, actor_id=actor_id, reason=reason) for one in sorted(ids)]
        for reward_id, count in sorted(Counter(row.reward_id for row in rows).items()):
            await rewards.put_back(db, reward_id=reward_id, count=count)
        limits = Counter(limit for row in rows if (limit := _limit(row)))
        for limit in sorted(limits, key=caps.order):
            await caps.give_back(db, limit, limits[limit])
        hold_state = HoldState.VOID if to is RedemptionState.VOID else HoldState.EXPIRED
        await holds.release(db, hold_ids=[row.id for row in rows], state=hold_state)
    return [view(row) for row in rows]


async def _spent(db: AsyncSession, redemption_id: str, transfer_id: str) -> RedemptionRow:
    changed = await db.execute(
        update(RedemptionRow)
        .where(RedemptionRow.id == redemption_id)
        .values(transfer_id=transfer_id)
        .returning(RedemptionRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return changed.scalar_one()
