"""The resident's own points, read: wallets, entries with reasons, what is offered, redemptions and their codes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from community import families, honours, volunteers
from core.crypto import Vault
from core.errors import Invalid
from handlers import reasons
from handlers.honours import sentence
from handlers.points.places import where
from points import freezes, monthly, own_redemptions, redemption_views, rewards, sharing, statements
from points.errors import CodeUnknown
from points.models import Unit
from points.redemption_views import Redemption
from points.rewards import RewardView
from points.statements import Balance

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
        "frozen": await _frozen(db, area_code, resident_id),
        "honour": await _honour(db, area_code, resident_id),
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


async def _frozen(db: AsyncSession, area_code: str, resident_id: str) -> Json | None:
    """Why nothing can be spent here, and until when at the latest."""
    found = await freezes.current(db, area_code=area_code, resident_id=resident_id)
    return {"reason": found.reason, "until": found.ends_at} if found else None


async def _honour(db: AsyncSession, area_code: str, resident_id: str) -> Json:
    """The tier as a volunteer and the next one, by title, and both in a sentence."""
    found = await honours.standing(db, resident_id=resident_id, area_code=area_code)
    return {
        "tier": found.tier and found.tier.title,
        "following": found.following and found.following.title,
        "missing_minutes": found.missing_minutes,
        "missing_points": found.missing_points,
        "said": sentence(found),
    }


async def _family(db: AsyncSession, resident_id: str) -> Json | None:
    family = await families.of_resident(db, resident_id=resident_id)
    if family is None:
        return None
    balance = await sharing.family_balance(db, area_code=family.area_code, family_id=family.id)
    return {"members": len(family.members), **_shown(balance)}


async def statement(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    unit: str,
    month: str | None,
    before_seq: int | None,
    limit: int,
) -> Json:
    """A page of entries with `why`, the sentence for each; of a month with its sums. Raises Invalid."""
    if unit not in set(Unit):
        raise Invalid(fields={"unit": "POINT|MINUTE"})
    page, sums = await monthly.page(
        db,
        area_code=area_code,
        resident_id=resident_id,
        unit=Unit(unit),
        month=month,
        before_seq=before_seq,
        limit=limit,
    )
    why = await reasons.plain(db, page.items)
    return {
        "unit": unit,
        "month": month,
        "sums": sums and asdict(sums),
        "items": [asdict(line) | {"why": why[line.seq]} for line in page.items],
        "next": None if page.next_seq is None else str(page.next_seq),
    }


async def reward(db: AsyncSession, offered: RewardView) -> Json:
    """What can be had, with where and when it is handed out."""
    place, hours = await where(db, site_id=offered.site_id, pickup=offered.pickup)
    return {name: getattr(offered, name) for name in _OFFERED} | {"place": place, "hours": hours}


async def redeemed(db: AsyncSession, vault: Vault, *, resident_id: str, after_id: str | None, limit: int) -> list[Json]:
    """The resident's redemptions, newest first; of the staff only that somebody did it. Raises Invalid."""
    if after_id is not None:
        try:
            await own_redemptions.get(db, vault, redemption_id=after_id, resident_id=resident_id)
        except CodeUnknown:
            raise Invalid("bad_cursor", fields={"cursor": "not one of ours"}) from None
    mine = await redemption_views.my_redemptions(db, vault, resident_id=resident_id, after_id=after_id, limit=limit)
    return [await _redemption(db, one) for one in mine]


async def _redemption(db: AsyncSession, one: Redemption) -> Json:
    offered = await rewards.find_reward(db, reward_id=one.reward_id)
    place, hours = await where(db, site_id=one.site_id, pickup=offered.pickup)
    known = {name: getattr(one, name) for name in _REDEEMED}
    return known | {"place": place, "hours": hours, "of_family": one.family_id is not None}
