"""Over the counter: a worker or a merchant reads a resident's code and learns what to hand to whom."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from community import areas, contacts, masking, notices, workers
from community.areas import AreaNotFound
from community.permissions import NotYourTask, Permission, Worker
from core.crypto import Vault
from core.errors import NotFound
from points import redemption_views, redemptions, sites
from points.errors import OwnRedemption
from points.redemption_views import Redemption


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody may verify: all of these areas and below them, and what is collected at these sites."""

    area_codes: tuple[str, ...]
    site_ids: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.area_codes or self.site_ids)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a reward is for, masked; empty where nothing is known. `sends` is the name of who collects it for them."""

    name: str
    phone_ending: str
    sends: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """Of a code that was verified before: what, when, by whom (empty if no longer known) and where."""

    reward_name: str
    area_code: str
    at: datetime | None
    by: str
    where: str


async def reach_of(db: AsyncSession, *, worker: Worker) -> Reach:
    """By role and area, or, as merchants, at the sites that they keep."""
    kept = await sites.kept_by(db, worker_id=worker.id, area_codes=worker.areas_for(Permission.VERIFY_CODES))
    return Reach(worker.areas_for(Permission.REDEMPTIONS), kept)


async def verify(db: AsyncSession, vault: Vault, *, worker: Worker, code: str) -> Redemption:
    """Spend a code, once; its resident hears of it.

    Raises NotYourTask, OwnRedemption, and as `redemptions.verify` does.
    """
    reach = await reach_of(db, worker=worker)
    if not reach:
        raise NotYourTask
    found = await redemption_views.find(db, vault, code=code, area_codes=reach.area_codes, site_ids=reach.site_ids)
    if worker.resident_id is not None and found.resident_id == worker.resident_id:
        raise OwnRedemption(redemption_id=found.id)
    done = await redemptions.verify(
        db, vault, code=code, worker_id=worker.id, area_codes=reach.area_codes, site_ids=reach.site_ids
    )
    await notices.tell_resident(
        db,
        vault,
        resident_id=done.resident_id,
        notice="redemption_verified",
        facts={"title": done.reward_name},
        key=f"redemption:{done.id}:verified",
    )
    return done


async def hand_out(db: AsyncSession, vault: Vault, *, worker: Worker, redemption_id: str) -> Redemption:
    """What was verified went over the counter. Raises NotYourTask, and as `redemptions.hand_out` does."""
    found = await redemption_views.get(db, redemption_id=redemption_id)
    reach = await reach_of(db, worker=worker)
    if found.site_id not in reach.site_ids and not found.area_code.startswith(reach.area_codes):
        raise NotYourTask
    return await redemptions.hand_out(db, vault, redemption_id=redemption_id, actor_id=worker.id)


async def recipient(db: AsyncSession, vault: Vault, *, redemption: Redemption) -> Recipient:
    """Whom to hand it to, with as much as it takes to tell them from others."""
    name = ending = ""
    with suppress(NotFound):  # erased since
        contact = await contacts.read(db, vault, resident_id=redemption.resident_id)
        name, ending = masking.name(contact.name), contact.phone[-2:]
    return Recipient(name, ending, masking.name(redemption.pickup_by or ""))


async def earlier(db: AsyncSession, vault: Vault, *, redemption_id: str) -> Earlier:
    """Who verified a code before, when and where."""
    found = await redemption_views.get(db, redemption_id=redemption_id)
    return Earlier(
        reward_name=found.reward_name,
        area_code=found.area_code,
        at=found.verified_at,
        by=await workers.name_of(db, vault, worker_id=found.verified_by or ""),
        where=await _place(db, found),
    )


async def _place(db: AsyncSession, redemption: Redemption) -> str:
    if redemption.site_id is not None:
        return (await sites.find_site(db, site_id=redemption.site_id)).name
    try:
        return (await areas.get(db, code=redemption.area_code)).name
    except AreaNotFound:
        return redemption.area_code
