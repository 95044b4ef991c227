"""The catalogue of what points can be exchanged for. A reward is offered in its area and in all below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypedDict, Unpack

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import new_id
from core.errors import Invalid
from points import shelves, sites, windows
from points.caps import Period
from points.errors import RewardChanged, RewardClosed, RewardSoldOut, RewardUnknown
from points.postings import check_amount
from points.reward_models import Reward, RewardStatus
from points.rules import store
from points.shelves import MAX_STOCK, SYSTEM

MAX_NAME: Final = 80
MAX_NOTE: Final = 200
CODE_DAYS: Final = 30


class Terms(TypedDict, total=False):
    """What a reward is and asks for; `limit_per_person` counts in each `limit_period`.

    It is offered from `opens_at` to `closes_at` and, if there are `windows`, while one of them is open. `pickup` says
    in words where and when, `site_id` is where its codes are verified, `code_days` how long a code is good.
    """

    name: str
    price_points: int
    pickup: str
    note: str
    limit_per_person: int | None
    limit_period: Period
    code_days: int
    opens_at: datetime | None
    closes_at: datetime | None
    windows: list[dict[str, Any]] | None
    site_id: str | None
    needs_approval: bool


@dataclass(frozen=True, slots=True)
class RewardView:
    """A reward as it is offered, with its Terms; `stock` may be 0, `version` grows with every change of the terms."""

    id: str
    area_code: str
    name: str
    pickup: str
    note: str
    price_points: int
    stock: int
    limit_per_person: int | None
    limit_period: Period
    code_days: int
    opens_at: datetime | None
    closes_at: datetime | None
    windows: list[dict[str, Any]]
    site_id: str | None
    needs_approval: bool
    status: RewardStatus
    version: int

    def is_open(self, moment: datetime) -> bool:
        """Whether it can be exchanged at this moment, while there are any."""
        begun = self.opens_at is None or self.opens_at <= moment
        over = self.closes_at is not None and self.closes_at <= moment
        in_window = windows.is_open(windows.read(self.windows), moment)
        return self.status is RewardStatus.OPEN and begun and not over and in_window

    def opens_next(self, moment: datetime) -> datetime | None:
        """When it opens after a moment at which it is closed; None if it does not."""
        start = max(moment, self.opens_at) if self.opens_at else moment
        spans = windows.read(self.windows)
        at = start if windows.is_open(spans, start) else windows.opens_after(spans, start)
        is_over = self.closes_at is not None and at is not None and at >= self.closes_at
        return None if is_over or self.status is not RewardStatus.OPEN else at

    def require_offered(self, moment: datetime) -> None:
        """Raises RewardClosed or RewardSoldOut."""
        if not self.is_open(moment):
            raise RewardClosed(opens_at=self.opens_next(moment), closes_at=self.closes_at)
        if self.stock < 1:
            raise RewardSoldOut


async def create_reward(
    db: AsyncSession, *, area_code: str, stock: int, actor_id: str = SYSTEM, **terms: Unpack[Terms]
) -> str:
    """Offer a reward, which needs a name and a price; its id. Raises AmountInvalid, or Invalid naming the field."""
    missing = {field: "required" for field in ("name", "price_points") if field not in terms}
    if missing:
        raise Invalid(fields=missing)
    if not 0 <= stock <= MAX_STOCK:
        raise Invalid(fields={"stock": "out_of_range"})
    values = {"limit_period": Period.EVER.value, "code_days": CODE_DAYS} | await _checked(db, area_code, terms)
    reward_id = new_id()
    await db.execute(
        insert(Reward).values(
            id=reward_id,
            area_code=area_code,
            stock=0,
            status=RewardStatus.OPEN.value,
            created_at=clock.now(),
            **values,
        )
    )
    await shelves.set_stock(db, reward_id=reward_id, stock=stock, actor_id=actor_id, reason="opening")
    return reward_id


async def edit_reward(db: AsyncSession, *, reward_id: str, version: int, **terms: Unpack[Terms]) -> RewardView:
    """Change some of the terms of the version that was seen; what was redeemed keeps its own.

    Raises RewardUnknown, RewardChanged, AmountInvalid, or Invalid naming the field.
    """
    before = await find_reward(db, reward_id=reward_id)
    opens_at, closes_at = terms.get("opens_at", before.opens_at), terms.get("closes_at", before.closes_at)
    values = await _checked(db, before.area_code, {**terms, "opens_at": opens_at, "closes_at": closes_at})
    done = await db.execute(
        update(Reward)
        .where(Reward.id == reward_id, Reward.version == version)
        .values(version=Reward.version + 1, **values)
        .returning(Reward.id)
        .execution_options(synchronize_session=False)
    )
    if done.scalar_one_or_none() is None:
        raise RewardChanged(version=before.version)
    return await find_reward(db, reward_id=reward_id)


async def _checked(db: AsyncSession, area_code: str, terms: Terms) -> dict[str, Any]:
    """What is stored of these terms. Raises AmountInvalid or Invalid."""
    if "price_points" in terms:
        check_amount(terms["price_points"])
    wrong = _wrong(terms)
    opens_at, closes_at = terms.get("opens_at"), terms.get("closes_at")
    if opens_at and closes_at and closes_at <= opens_at:
        wrong["closes_at"] = "before_opening"
    site_id = terms.get("site_id")
    if site_id and not await _fits(db, site_id, area_code):
        wrong["site_id"] = "not_here"
    if wrong:
        raise Invalid(fields=wrong)
    values: dict[str, Any] = {**terms}
    if "windows" in terms:
        values["windows"] = windows.written(windows.read(terms["windows"])) or None
    if "limit_period" in terms:
        values["limit_period"] = terms["limit_period"].value
    return values | {name: values[name].strip() for name in ("name", "pickup", "note") if name in terms}


def _wrong(terms: Mapping[str, Any]) -> dict[str, str]:
    limit = terms.get("limit_per_person")
    wrong = {
        "name": not 1 <= len(terms.get("name", "-").strip()) <= MAX_NAME,
        "pickup": len(terms.get("pickup", "")) > 2 * MAX_NAME,
        "note": len(terms.get("note", "")) > MAX_NOTE,
        "limit_per_person": limit is not None and not 1 <= limit <= MAX_STOCK,
        "code_days": not 1 <= terms.get("code_days", CODE_DAYS) <= 366,
    }
    return {field: "out_of_range" for field, is_wrong in wrong.items() if is_wrong}


async def _fits(db: AsyncSession, site_id: str, area_code: str) -> bool:
    """A site that is open, in the reward's area, above it or below it. Raises SiteUnknown."""
    site = await sites.find_site(db, site_id=site_id)
    is_near = site.area_code.startswith(area_code) or area_code.startswith(site.area_code)
    return is_near and site.status is RewardStatus.OPEN


async def list_rewards(db: AsyncSession, *, area_code: str, now: datetime) -> list[RewardView]:
    """What a community and the areas above it offer at this moment, cheapest first, sold-out ones included.

    Nothing, while the community's scheme lets no points be exchanged.
    """
    if not (await store.scheme(db, area_code=area_code, moment=now)).exchanges(now):
        return []
    above = [area_code[:n] for n in range(1, len(area_code) + 1)]
    rows = await db.execute(
        select(Reward)
        .where(Reward.area_code.in_(above), Reward.status == RewardStatus.OPEN.value)
        .order_by(Reward.price_points, Reward.id)
        .execution_options(populate_existing=True)
    )
    return [reward for row in rows.scalars() if (reward := view(row)).is_open(now)]


async def all_rewards(db: AsyncSession, *, area_prefix: str) -> list[RewardView]:
    """The whole catalogue of an area and those below it, for the staff."""
    rows = await db.execute(
        select(Reward)
        .where(Reward.area_code.startswith(area_prefix, autoescape=True))
        .order_by(Reward.area_code, Reward.price_points, Reward.id)
        .execution_options(populate_existing=True)
    )
    return [view(row) for row in rows.scalars()]


async def find_reward(db: AsyncSession, *, reward_id: str) -> RewardView:
    """Raises RewardUnknown."""
    row = (
        await db.execute(select(Reward).where(Reward.id == reward_id).execution_options(populate_existing=True))
    ).scalar_one_or_none()
    if row is None:
        raise RewardUnknown
    return view(row)


async def withdraw_reward(db: AsyncSession, *, reward_id: str) -> None:
    """Offer it no longer; codes that are out stay good. Raises RewardUnknown."""
    done = await db.execute(
        update(Reward)
        .where(Reward.id == reward_id)
        .values(status=RewardStatus.WITHDRAWN.value)
        .returning(Reward.id)
        .execution_options(synchronize_session=False)
    )
    if done.scalar_one_or_none() is None:
        raise RewardUnknown


def view(row: Reward) -> RewardView:
    return RewardView(
        id=row.id,
        area_code=row.area_code,
        name=row.name,
        pickup=row.pickup,
        note=row.note,
        price_points=row.price_points,
        stock=row.stock,
        limit_per_person=row.limit_per_person,
        limit_period=Period(row.limit_period),
        code_days=row.code_days,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        windows=list(row.windows or ()),
        site_id=row.site_id,
        needs_approval=row.needs_approval,
        status=RewardStatus(row.status),
        version=row.version,
    )
