"""Where rewards are handed out: address, hours, and who may verify codes there."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import false, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import new_id
from core.errors import Invalid
from points.errors import SiteUnknown
from points.reward_models import PickupSite, RewardStatus

MAX_TEXT: Final = 120
MOST_KEEPERS: Final = 50
MOST_SPANS: Final = 4
WEEKDAYS: Final = "1234567"

_SPAN: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)")


@dataclass(frozen=True, slots=True)
class Site:
    """`hours` by ISO weekday, from `"1"` for Monday: `{"6": ["09:00-12:00"]}`; `keepers` are ids of workers."""

    id: str
    area_code: str
    name: str
    address: str
    hours: dict[str, list[str]]
    keepers: tuple[str, ...]
    status: RewardStatus


async def create_site(
    db: AsyncSession,
    *,
    area_code: str,
    name: str,
    address: str = "",
    hours: Mapping[str, Sequence[str]] | None = None,
    keepers: Collection[str] = (),
) -> str:
    """A new site; its id. Raises Invalid naming the field."""
    values = _checked(name=name, address=address, hours=hours or {}, keepers=keepers)
    site_id = new_id()
    await db.execute(
        insert(PickupSite).values(
            id=site_id, area_code=area_code, status=RewardStatus.OPEN.value, created_at=clock.now(), **values
        )
    )
    return site_id


async def edit_site(db: AsyncSession, *, site_id: str, **changes: Any) -> None:
    """Change `name`, `address`, `hours` or `keepers`. Raises SiteUnknown, or Invalid naming the field."""
    await _set(db, site_id, **_checked(**changes))


async def close_site(db: AsyncSession, *, site_id: str) -> None:
    """No reward can be given this site any more; what was redeemed is still handed out there. Raises SiteUnknown."""
    await _set(db, site_id, status=RewardStatus.WITHDRAWN.value)


async def find_site(db: AsyncSession, *, site_id: str) -> Site:
    """Raises SiteUnknown."""
    query = select(PickupSite).where(PickupSite.id == site_id).execution_options(populate_existing=True)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise SiteUnknown
    return _view(row)


async def list_sites(db: AsyncSession, *, area_codes: Collection[str]) -> list[Site]:
    """Of these areas and all below them."""
    below = [PickupSite.area_code.startswith(area, autoescape=True) for area in area_codes]
    query = select(PickupSite).where(or_(false(), *below)).order_by(PickupSite.area_code, PickupSite.id)
    return [_view(row) for row in (await db.execute(query.execution_options(populate_existing=True))).scalars()]


async def kept_by(db: AsyncSession, *, worker_id: str, area_codes: Collection[str]) -> tuple[str, ...]:
    """The ids of the sites in these areas of which somebody is a keeper."""
    return tuple(site.id for site in await list_sites(db, area_codes=area_codes) if worker_id in site.keepers)


async def _set(db: AsyncSession, site_id: str, **values: Any) -> None:
    done = await db.execute(
        update(PickupSite)
        .where(PickupSite.id == site_id)
        .values(id=site_id, **values)
        .returning(PickupSite.id)
        .execution_options(synchronize_session=False)
    )
    if done.scalar_one_or_none() is None:
        raise SiteUnknown


def _checked(**given: Any) -> dict[str, Any]:
    """What is stored of what was given. Raises Invalid."""
    wrong = {
        "name": "name" in given and not 1 <= len(given["name"].strip()) <= MAX_TEXT,
        "address": "address" in given and len(given["address"]) > MAX_TEXT,
        "hours": "hours" in given and not _are_hours(given["hours"]),
        "keepers": "keepers" in given and len(given["keepers"]) > MOST_KEEPERS,
    }
    fields = {field: "out_of_range" for field, is_wrong in wrong.items() if is_wrong}
    if fields:
        raise Invalid(fields=fields)
    texts = {name: given[name].strip() for name in ("name", "address") if name in given}
    hours = {"hours": {day: list(spans) for day, spans in given["hours"].items()}} if "hours" in given else {}
    keepers = {"keepers": sorted(set(given["keepers"]))} if "keepers" in given else {}
    return texts | hours | keepers


def _are_hours(hours: Mapping[str, Sequence[str]]) -> bool:
    return all(
        day in WEEKDAYS and len(day) == 1 and len(spans) <= MOST_SPANS and all(_is_span(span) for span in spans)
        for day, spans in hours.items()
    )


def _is_span(text: str) -> bool:
    start, _, end = text.partition("-")
    return _SPAN.fullmatch(text) is not None and start < end


def _view(row: PickupSite) -> Site:
    return Site(
        id=row.id,
        area_code=row.area_code,
        name=row.name,
        address=row.address,
        hours=row.hours,
        keepers=tuple(row.keepers),
        status=RewardStatus(row.status),
    )
