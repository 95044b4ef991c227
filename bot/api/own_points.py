"""The resident's own points, read: wallets, entries with reasons, what is offered, redemptions and their codes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from community import families, volunteers
from core.crypto import Vault
from handlers import reasons
from handlers.points.places import where
from points import redemption_views, rewards, sharing, statements
from points.redemption_views import Redemption
from points.rewards import RewardView
from points.statements import Balance, Page

Json = dict[str, Any]

_OFFERED: Final = (
    "id",
    "area_code",
    "name",
    "pickup",
    "note",
    "price_points",
    "stock",
    "limit_per_person",
    "limit_period",
    "code_days",
    "opens_at",
    "closes_at",
    "needs_approval",
    "status",
)
_REDEEMED: Final = (
    "id",
    "area_code",
    "reward_id",
    "reward_name",
    "price_points",
    "state",
    "created_at",
    "expires_at",
    "settled_at",
    "code",
    "pickup_by",
)


async def overview(db: AsyncSession, *, area_code: str, resident_id: str) -> Json:
    """The wallet of the resident's community, what stands beside it, and all wallets by area and unit."""
    balance = await statements.balance(db, area_code=area_code, resident_id=resident_id)
    wallets = await statements.wallets(db, resident_id=resident_id)
    return {
        "area_code": area_code,
        **_shown(balance),
        "owed": await statements.debt(db, area_code=area_code, resident_id=resident_id),
        "certified_minutes": (await volunteers.hours(db, resident_id=resident_id)).minutes,
        "family": await _family(db, resident_id),
        "wallets": [
            {"area_code": area, "unit": unit.value, **_shown(one)} for (area, unit), one in sorted(wallets.items())
        ],
    }


def _shown(balance: Balance) -> Json:
    coming = balance.next_expiry
    return {
        "posted": balance.posted,
        "held": balance.held,
        "available": balance.available,
        "next_expiry": {"points": coming.amount_points, "at": coming.at} if coming else None,
    }


async def _family(db: AsyncSession, resident_id: str) -> Json | None:
    family = await families.of_resident(db, resident_id=resident_id)
    if family is None:
        return None
    balance = await sharing.family_balance(db, area_code=family.area_code, family_id=family.id)
    return {"members": len(family.members), **_shown(balance)}


async def entries(db: AsyncSession, page: Page) -> list[Json]:
    """Each line with `why`, the sentence for it."""
    why = await reasons.plain(db, page.items)
    return [asdict(line) | {"why": why[line.seq]} for line in page.items]


async def reward(db: AsyncSession, offered: RewardView) -> Json:
    """What can be had, with where and when it is handed out."""
    place, hours = await where(db, site_id=offered.site_id, pickup=offered.pickup)
    return {name: getattr(offered, name) for name in _OFFERED} | {"place": place, "hours": hours}


async def redeemed(db: AsyncSession, vault: Vault, *, resident_id: str, limit: int) -> list[Json]:
    """The resident's redemptions, newest first; of the staff only that somebody did it."""
    mine = await redemption_views.my_redemptions(db, vault, resident_id=resident_id, limit=limit)
    return [await _redemption(db, one) for one in mine]


async def _redemption(db: AsyncSession, one: Redemption) -> Json:
    offered = await rewards.find_reward(db, reward_id=one.reward_id)
    place, hours = await where(db, site_id=one.site_id, pickup=offered.pickup)
    known = {name: getattr(one, name) for name in _REDEEMED}
    return known | {"place": place, "hours": hours, "of_family": one.family_id is not None}
