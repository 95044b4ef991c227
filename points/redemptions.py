"""Exchanging points for a reward: reserve, approve where the reward asks for it, show a code, verify it once.

`redeem` reserves the points, takes one from the shelf and counts it against the person's limit, all or nothing. The
code is verified by whoever stands at the counter, which spends the points; refused, void or expired, everything is
given back. Rows are locked in one order: redemption, limit, hold and account, and the reward, the hottest, last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.crypto import Vault
from core.db import dialect_insert, new_id
from core.values import RedemptionState
from points import attempts, caps, holds, redemption_codes, rewards, shelves
from points.accounts import AccountRef
from points.caps import CapKey, CapScope, Use
from points.errors import ExchangeClosed, KeyReused, LimitReached, RewardChanged, RewardUnknown
from points.models import AccountKind, HoldState
from points.redemption_codes import open_proxy
from points.redemption_states import record, transit
from points.redemption_views import Redemption, by_key, find, own, view
from points.reward_models import RedemptionRow
from points.rewards import RewardView
from points.rules import store


async def redeem(
    db: AsyncSession,
    vault: Vault,
    *,
    resident_id: str,
    area_code: str,
    reward_id: str,
    key: str,
    version: int | None = None,
    family_id: str | None = None,
) -> Redemption:
    """Reserve one reward for a resident, with a code or waiting for approval; the same key gives the same redemption.

    `area_code` is the community whose points pay: the reward may be offered there or above. `version` is the reward's
    that the resident saw. With `family_id` the family's wallet pays; who may say so is the caller's to know. A refusal
    under a key stays one.

    Raises RewardUnknown, ExchangeClosed, RewardClosed, RewardSoldOut, RewardChanged, LimitReached,
    InsufficientPoints, AccountFrozen, AccountClosed or KeyReused.
    """
    reward = await rewards.find_reward(db, reward_id=reward_id)
    if not area_code.startswith(reward.area_code):
        raise RewardUnknown
    payer = () if family_id is None else (family_id,)
    asked = attempts.request_hash("redeem", resident_id, reward_id, *payer)
    async with attempts.once(db, area_code=area_code, key=key, request_hash=asked):
        row = await _insert(db, reward, area_code=area_code, resident_id=resident_id, key=key, family_id=family_id)
        if row is not None:
            if version not in (None, reward.version):
                raise RewardChanged(version=reward.version)
            return await own(db, vault, await _reserve(db, vault, reward, row))
    before = await by_key(db, area_code, key)
    if before is None:
        raise RuntimeError("a redemption was neither made nor found")
    if (before.resident_id, before.reward_id, before.family_id) != (resident_id, reward_id, family_id):
        raise KeyReused(redemption_id=before.id)
    return await own(db, vault, before)


async def _insert(
    db: AsyncSession, reward: RewardView, *, area_code: str, resident_id: str, key: str, family_id: str | None
) -> RedemptionRow | None:
    """The new row; None when the key is taken."""
    now = clock.now()
    limited = reward.limit_per_person is not None
    state = RedemptionState.WAITING if reward.needs_approval else RedemptionState.HELD
    row = {
        "id": new_id(),
        "area_code": area_code,
        "key": key,
        "reward_id": reward.id,
        "reward_name": reward.name,
        "resident_id": resident_id,
        "limit_resident_id": resident_id,
        "price_points": reward.price_points,
        "period_key": caps.period_key(reward.limit_period, now) if limited else None,
        "state": state.value,
        "created_at": now,
        "expires_at": now + timedelta(days=reward.code_days),
        "site_id": reward.site_id,
        "family_id": family_id,
    }
    same_key = dialect_insert(db, RedemptionRow).values(row)
    made = await db.execute(
        same_key.on_conflict_do_nothing(index_elements=["area_code", "key"])
        .returning(RedemptionRow)
        .execution_options(populate_existing=True)
    )
    return made.scalar_one_or_none()


async def _reserve(db: AsyncSession, vault: Vault, reward: RewardView, row: RedemptionRow) -> RedemptionRow:
    scheme = await store.scheme(db, area_code=row.area_code, moment=row.created_at)
    if not scheme.exchanges(row.created_at):
        raise ExchangeClosed
    reward.require_offered(row.created_at)
    limit = limit_of(row)
    if limit and reward.limit_per_person is not None:
        use = Use(limit, amount=1, ceiling=reward.limit_per_person)
        if not await caps.take(db, [use]):
            raise LimitReached(limit=reward.limit_per_person, period=reward.limit_period.value)
    is_family = row.family_id is not None
    owner = AccountKind.FAMILY if is_family else AccountKind.RESIDENT
    await holds.place(
        db,
        hold_id=row.id,
        account=AccountRef(row.area_code, owner, row.family_id or row.resident_id),
        amount_points=row.price_points,
        expires_at=row.expires_at,
    )
    state = RedemptionState(row.state)
    await record(db, row.id, before=None, to=state, actor_id=row.resident_id, reason="redeemed")
    issued = row if state is RedemptionState.WAITING else await redemption_codes.issue(db, vault, row=row)
    await shelves.take_one(db, reward_id=reward.id, version=reward.version)
    return issued


def limit_of(row: RedemptionRow) -> CapKey | None:
    """The person's limit that a redemption uses."""
    if row.period_key is None:
        return None
    return CapKey(CapScope.REWARD, row.reward_id, row.limit_resident_id, row.period_key)


async def verify(
    db: AsyncSession,
    vault: Vault,
    *,
    code: str,
    worker_id: str,
    area_codes: Collection[str],
    site_ids: Collection[str] = (),
    handed_out: bool = False,
) -> Redemption:
    """Spend the reserved points, once, and with `handed_out` say that the reward went over the counter as well.

    `area_codes` are the worker's areas, each with all below it, `site_ids` the sites that they keep. Raises
    CodeMistyped, CodeUnknown, CodeElsewhere, CodeAlreadyVerified, CodeExpired or CodeVoid.
    """
    found = await find(db, vault, code=code, area_codes=area_codes, site_ids=site_ids)
    now = clock.now()
    async with db.begin_nested():
        row = await transit(
            db, found.id, to=RedemptionState.VERIFIED, actor_id=worker_id, reason="verified", usable_at=now,
            verified_by=worker_id, verified_at=now,
        )  # fmt: skip
        posted = await holds.settle(db, hold_id=row.id, source_kind="redemption", source_id=row.id, actor_id=worker_id)
        row = await _note(db, row.id, transfer_id=posted.transfer_id)
    if handed_out:
        return await hand_out(db, vault, redemption_id=row.id, actor_id=worker_id)
    return view(row, pickup_by=await open_proxy(db, vault, row))


async def hand_out(db: AsyncSession, vault: Vault, *, redemption_id: str, actor_id: str) -> Redemption:
    """The reward of a verified code went over the counter.

    Raises CodeUnknown, CodeNotVerified, RedemptionNotApproved, AlreadyHandedOut, RedemptionRefused, CodeVoid or
    CodeExpired.
    """
    row = await transit(
        db, redemption_id, to=RedemptionState.HANDED_OUT, actor_id=actor_id, reason="handed_out",
        handed_by=actor_id, handed_at=clock.now(),
    )  # fmt: skip
    return view(row, pickup_by=await open_proxy(db, vault, row))


async def void(db: AsyncSession, *, redemption_id: str, actor_id: str, reason: str) -> Redemption:
    """Take a redemption back: points, shelf and limit are as before.

    Raises CodeUnknown, CodeAlreadyVerified, RedemptionRefused, CodeVoid or CodeExpired.
    """
    return (await undo(db, [redemption_id], to=RedemptionState.VOID, actor_id=actor_id, reason=reason))[0]


async def undo(
    db: AsyncSession, ids: Sequence[str], *, to: RedemptionState, actor_id: str, reason: str
) -> list[Redemption]:
    """Give back what these redemptions took; kind after kind, each in order, so that no two wait in a circle."""
    async with db.begin_nested():
        rows = [await transit(db, one, to=to, actor_id=actor_id, reason=reason) for one in sorted(ids)]
        limits = Counter(limit for row in rows if (limit := limit_of(row)))
        for limit in sorted(limits, key=caps.order):
            await caps.give_back(db, limit, limits[limit])
        hold_state = HoldState.EXPIRED if to is RedemptionState.EXPIRED else HoldState.VOID
        await holds.release(db, hold_ids=[row.id for row in rows], state=hold_state)
        for reward_id, count in sorted(Counter(row.reward_id for row in rows).items()):
            await shelves.put_back(db, reward_id=reward_id, count=count)
    return [view(row) for row in rows]


async def _note(db: AsyncSession, redemption_id: str, **values: object) -> RedemptionRow:
    changed = await db.execute(
        update(RedemptionRow)
        .where(RedemptionRow.id == redemption_id)
        .values(**values)
        .returning(RedemptionRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return changed.scalar_one()
