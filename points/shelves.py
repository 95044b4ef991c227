"""How many of a reward there are. What is put on the shelf or taken off it is recorded, never overwritten.

At any time the stock is the sum of these changes less what is redeemed and not given back. The row of a reward is the
hottest that redeeming touches, so it is locked last.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.errors import Invalid
from points.errors import RewardChanged, RewardClosed, RewardSoldOut, RewardUnknown
from points.reward_models import Reward, RewardStatus, RewardStockChange

MAX_STOCK: Final = 1_000_000
SYSTEM: Final = "system"


async def set_stock(
    db: AsyncSession, *, reward_id: str, stock: int, actor_id: str = SYSTEM, reason: str = "counted"
) -> int:
    """Say how many are on the shelf now; the difference to before, which is recorded. Raises RewardUnknown, Invalid."""
    if not 0 <= stock <= MAX_STOCK:
        raise Invalid(fields={"stock": "out_of_range"})
    locked = select(Reward.stock).where(Reward.id == reward_id).with_for_update(key_share=True)
    before = (await db.execute(locked)).scalar_one_or_none()
    if before is None:
        raise RewardUnknown
    if stock != before:
        await db.execute(
            insert(RewardStockChange).values(
                reward_id=reward_id, delta=stock - before, at=clock.now(), actor_id=actor_id, reason=reason
            )
        )
        await put_back(db, reward_id=reward_id, count=stock - before)
    return stock - before


async def take_one(db: AsyncSession, *, reward_id: str, version: int) -> None:
    """Take one from the shelf of a reward whose terms are those of this version.

    Raises RewardSoldOut, RewardClosed for one that was withdrawn, or RewardChanged.
    """
    taken = await db.execute(
        update(Reward)
        .where(
            Reward.id == reward_id,
            Reward.stock > 0,
            Reward.status == RewardStatus.OPEN.value,
            Reward.version == version,
        )
        .values(stock=Reward.stock - 1)
        .returning(Reward.id)
        .execution_options(synchronize_session=False)
    )
    if taken.scalar_one_or_none() is not None:
        return
    columns = (Reward.status, Reward.version, Reward.closes_at)
    found = (await db.execute(select(*columns).where(Reward.id == reward_id))).one()
    if found.status != RewardStatus.OPEN.value:
        raise RewardClosed(opens_at=None, closes_at=found.closes_at)
    if found.version != version:
        raise RewardChanged(version=found.version)
    raise RewardSoldOut


async def put_back(db: AsyncSession, *, reward_id: str, count: int) -> None:
    """Add so many, for instance what is not redeemed after all; less than none takes away."""
    await db.execute(
        update(Reward)
        .where(Reward.id == reward_id)
        .values(stock=Reward.stock + count)
        .execution_options(synchronize_session=False)
    )
