"""The catalogue of what points can be exchanged for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import new_id
from core.errors import Invalid
from points.caps import Period
from points.errors import RewardClosed, RewardSoldOut, RewardUnknown
from points.postings import check_amount
from points.reward_models import Reward, RewardStatus

MAX_STOCK = 1_000_000
MAX_NAME = 80
CODE_DAYS = 30


@dataclass(frozen=True, slots=True)
class RewardView:
    """A reward as it is offered; `stock` may be 0, `limit_per_person` counts in each `limit_period`."""

    id: str
    area_code: str
    name: str
    pickup: str
    price_points: int
    stock: int
    limit_per_person: int | None
    limit_period: Period
    code_days: int
    opens_at: datetime | None
    closes_at: datetime | None
    status: RewardStatus


async def create_reward(
    db: AsyncSession,
    *,
    area_code: str,
    name: str,
    price_points: int,
    stock: int,
    pickup: str = "",
    limit_per_person: int | None = None,
    limit_period: Period = Period.EVER,
    code_days: int = CODE_DAYS,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> str:
    """Offer a reward; its id. Raises AmountInvalid, or Invalid naming the field."""
    check_amount(price_points)
    _check(name, pickup, stock, limit_per_person, code_days)
    if opens_at and closes_at and closes_at <= opens_at:
        raise Invalid(fields={"closes_at": "before_opening"})
    reward_id = new_id()
    await db.execute(
        insert(Reward).values(
            id=reward_id,
            area_code=area_code,
            name=name.strip(),
            pickup=pickup.strip(),
            price_points=price_points,
            stock=stock,
            limit_per_person=limit_per_person,
            limit_period=limit_period.value,
            code_days=code_days,
            opens_at=opens_at,
            closes_at=closes_at,
            status=RewardStatus.OPEN.value,
            created_at=clock.now(),
        )
    )
    return reward_id


def _check(name: str, pickup: str, stock: int, limit_per_person: int | None, code_days: int) -> None:
    wrong = {
        "name": not 1 <= len(name.strip()) <= MAX_NAME,
        "pickup": len(pickup) > 2 * MAX_NAME,
        "stock": not 0 <= stock <= MAX_STOCK,
        "limit_per_person": limit_per_person is not None and not 1 <= limit_per_person <= MAX_STOCK,
        "code_days": not 1 <= code_days <= 366,
    }
    fields = {field: "out_of_range" for field, is_wrong in wrong.items() if is_wrong}
    if fields:
        raise Invalid(fields=fields)


async def list_rewards(db: AsyncSession, *, area_code: str, now: datetime) -> list[RewardView]:
    """What a community offers at this moment, cheapest first, sold-out ones included."""
    rows = await db.execute(
        select(Reward)
        .where(
            Reward.area_code == area_code,
            Reward.status == RewardStatus.OPEN.value,
            or_(Reward.opens_at.is_(None), Reward.opens_at <= now),
            or_(Reward.closes_at.is_(None), Reward.closes_at > now),
        )
        .order_by(Reward.price_points, Reward.id)
        .execution_options(populate_existing=True)
    )
    return [_view(row) for row in rows.scalars()]


async def all_rewards(db: AsyncSession, *, area_prefix: str) -> list[RewardView]:
    """The whole catalogue of an area and those below it, for the staff."""
    rows = await db.execute(
        select(Reward)
        .where(Reward.area_code.startswith(area_prefix, autoescape=True))
        .order_by(Reward.area_code, Reward.price_points, Reward.id)
        .execution_options(populate_existing=True)
    )
    return [_view(row) for row in rows.scalars()]


async def find_reward(db: AsyncSession, *, reward_id: str) -> RewardView:
    """Raises RewardUnknown."""
    row = (
        await db.execute(select(Reward).where(Reward.id == reward_id).execution_options(populate_existing=True))
    ).scalar_one_or_none()
    if row is None:
        raise RewardUnknown
    return _view(row)


async def set_stock(db: AsyncSession, *, reward_id: str, stock: int) -> None:
    """Say how many are on the shelf now. Raises RewardUnknown or Invalid."""
    if not 0 <= stock <= MAX_STOCK:
        raise Invalid(fields={"stock": "out_of_range"})
    await _set(db, reward_id, stock=stock)


async def withdraw_reward(db: AsyncSession, *, reward_id: str) -> None:
    """Offer it no longer; codes that are out stay good. Raises RewardUnknown."""
    await _set(db, reward_id, status=RewardStatus.WITHDRAWN.value)


async def _set(db: AsyncSession, reward_id: str, **values: object) -> None:
    done = await db.execute(
        update(Reward)
        .where(Reward.id == reward_id)
        .values(**values)
        .returning(Reward.id)
        .execution_options(synchronize_session=False)
    )
    if done.scalar_one_or_none() is None:
        raise RewardUnknown


async def take_one(db: AsyncSession, *, reward_id: str, now: datetime) -> None:
    """Take one from the shelf, if it is offered now. Raises RewardSoldOut or RewardClosed."""
    taken = await db.execute(
        update(Reward)
        .where(
            Reward.id == reward_id,
            Reward.stock > 0,
            Reward.status == RewardStatus.OPEN.value,
            or_(Reward.opens_at.is_(None), Reward.opens_at <= now),
            or_(Reward.closes_at.is_(None), Reward.closes_at > now),
        )
        .values(stock=Reward.stock - 1)
        .returning(Reward.id)
        .execution_options(synchronize_session=False)
    )
    if taken.scalar_one_or_none() is not None:
        return
    reward = await find_reward(db, reward_id=reward_id)
    early = reward.opens_at is not None and now < reward.opens_at
    late = reward.closes_at is not None and now >= reward.closes_at
    if reward.status is not RewardStatus.OPEN or early or late:
        raise RewardClosed(opens_at=reward.opens_at, closes_at=reward.closes_at)
    raise RewardSoldOut


async def put_back(db: AsyncSession, *, reward_id: str, count: int) -> None:
    await db.execute(
        update(Reward)
        .where(Reward.id == reward_id)
        .values(stock=Reward.stock + count)
        .execution_options(synchronize_session=False)
    )


def _view(row: Reward) -> RewardView:
    return RewardView(
        id=row.id,
        area_code=row.area_code,
        name=row.name,
        pickup=row.pickup,
        price_points=row.price_points,
        stock=row.stock,
        limit_per_person=row.limit_per_person,
        limit_period=Period(row.limit_period),
        code_days=row.code_days,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        status=RewardStatus(row.status),
    )
