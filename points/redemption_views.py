"""Redemptions as they are shown: to the worker who reads a code, to the resident, in the list of the staff."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.crypto import Vault
from core.values import RedemptionState
from points import codes
from points.errors import CodeElsewhere, CodeUnknown
from points.paging import page
from points.redemption_codes import blinds, open_code, open_proxy
from points.reward_models import RedemptionRow


@dataclass(frozen=True, slots=True)
class Redemption:
    """One exchange; `code` is only there for the resident and while it can be used, as it is shown: `8H2K-7M4Q`.

    `area_code` is the community of the wallet that pays. `pickup_by` is whom the resident sends for it.
    """

    id: str
    area_code: str
    reward_id: str
    reward_name: str
    resident_id: str
    price_points: int
    state: RedemptionState
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    transfer_id: str | None
    site_id: str | None
    family_id: str | None
    approved_at: datetime | None
    verified_at: datetime | None
    verified_by: str | None
    handed_at: datetime | None
    handed_by: str | None
    code: str | None = None
    pickup_by: str | None = None


def rows() -> Select[RedemptionRow]:
    """All redemptions, as the database has them now whatever this session has seen before."""
    return select(RedemptionRow).execution_options(populate_existing=True)


async def find(
    db: AsyncSession, vault: Vault, *, code: str, area_codes: Collection[str], site_ids: Collection[str] = ()
) -> Redemption:
    """A redemption by its code, in any state: of the worker's areas and all below them, or of their sites.

    Raises CodeMistyped, CodeUnknown or CodeElsewhere.
    """
    plain = codes.normalise(code)
    row = (await db.execute(rows().where(RedemptionRow.code_blind.in_(blinds(vault, plain))))).scalar_one_or_none()
    if row is None:
        raise CodeUnknown
    if row.site_id not in site_ids and not row.area_code.startswith(tuple(area_codes)):
        raise CodeElsewhere
    return view(row, pickup_by=await open_proxy(db, vault, row))


async def get(db: AsyncSession, *, redemption_id: str) -> Redemption:
    """Raises CodeUnknown."""
    row = (await db.execute(rows().where(RedemptionRow.id == redemption_id))).scalar_one_or_none()
    if row is None:
        raise CodeUnknown
    return view(row)


async def my_redemptions(
    db: AsyncSession, vault: Vault, *, resident_id: str, after_id: str | None = None, limit: int = 20
) -> list[Redemption]:
    """A resident's redemptions, newest first, with the codes that can still be used.

    `after_id` is the last of the page before.
    """
    query = rows().where(RedemptionRow.resident_id == resident_id)
    query = page(query, when=RedemptionRow.created_at, row_id=RedemptionRow.id, after_id=after_id, limit=limit)
    return [await own(db, vault, row) for row in (await db.execute(query)).scalars()]


async def list_redemptions(
    db: AsyncSession,
    *,
    area_codes: Collection[str],
    site_ids: Collection[str] = (),
    within: str = "",
    state: RedemptionState | None = None,
    after_id: str | None = None,
    limit: int = 50,
) -> list[Redemption]:
    """For the staff, newest first, of these areas and all below them and of these sites, as far as they lie `within`.

    `after_id` is the last of the page before.
    """
    below = [RedemptionRow.area_code.startswith(area, autoescape=True) for area in area_codes]
    inside = RedemptionRow.area_code.startswith(within, autoescape=True)
    query = rows().where(or_(false(), *below, RedemptionRow.site_id.in_(site_ids)), inside)
    if state is not None:
        query = query.where(RedemptionRow.state == state.value)
    query = page(query, when=RedemptionRow.created_at, row_id=RedemptionRow.id, after_id=after_id, limit=limit)
    return [view(row) for row in (await db.execute(query)).scalars()]


async def by_key(db: AsyncSession, area_code: str, key: str) -> RedemptionRow | None:
    query = rows().where(RedemptionRow.area_code == area_code, RedemptionRow.key == key)
    return (await db.execute(query)).scalar_one_or_none()


async def own(db: AsyncSession, vault: Vault, row: RedemptionRow) -> Redemption:
    """As its resident sees it."""
    return view(row, code=await open_code(db, vault, row), pickup_by=await open_proxy(db, vault, row))


def view(row: RedemptionRow, *, code: str | None = None, pickup_by: str | None = None) -> Redemption:
    return Redemption(
        id=row.id,
        area_code=row.area_code,
        reward_id=row.reward_id,
        reward_name=row.reward_name,
        resident_id=row.resident_id,
        price_points=row.price_points,
        state=RedemptionState(row.state),
        created_at=row.created_at,
        expires_at=row.expires_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        transfer_id=row.transfer_id,
        site_id=row.site_id,
        family_id=row.family_id,
        approved_at=row.approved_at,
        verified_at=row.verified_at,
        verified_by=row.verified_by,
        handed_at=row.handed_at,
        handed_by=row.handed_by,
        code=code,
        pickup_by=pickup_by,
    )
