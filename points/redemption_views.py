"""Redemptions as they are shown: to the worker who reads a code, to the resident, in the list of the staff."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, and_, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.crypto import Ring, Unreadable, Vault
from core.values import RedemptionState
from points import codes
from points.errors import CodeElsewhere, CodeUnknown
from points.reward_models import RedemptionRow

PURPOSE: Final = "redemption.code"
MAX_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Redemption:
    """One exchange; `code` is only there for the resident and while it can be used."""

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
    code: str | None = None


def _rows() -> Select[RedemptionRow]:
    """All redemptions, as the database has them now whatever this session has seen before."""
    return select(RedemptionRow).execution_options(populate_existing=True)


async def find(db: AsyncSession, vault: Vault, *, code: str, area_codes: Collection[str]) -> Redemption:
    """A redemption by its code, in any state, within the worker's areas and all below them.

    Raises CodeMistyped, CodeUnknown or CodeElsewhere.
    """
    plain = codes.normalise(code)
    # Codes made before the root key was rotated are indexed under the older key.
    blinds = [Vault(Ring((key,))).blind(PURPOSE, plain) for key in vault.ring.keys]
    row = (await db.execute(_rows().where(RedemptionRow.code_blind.in_(blinds)))).scalar_one_or_none()
    if row is None:
        raise CodeUnknown
    if not any(row.area_code.startswith(area) for area in area_codes):
        raise CodeElsewhere
    return view(row)


async def my_redemptions(db: AsyncSession, vault: Vault, *, resident_id: str, limit: int = 20) -> list[Redemption]:
    """A resident's redemptions, newest first, with the codes that can still be used."""
    rows = await db.execute(
        _rows()
        .where(RedemptionRow.resident_id == resident_id)
        .order_by(RedemptionRow.created_at.desc(), RedemptionRow.id)
        .limit(limit)
    )
    return [view(row, code=await open_code(db, vault, row)) for row in rows.scalars()]


async def list_redemptions(
    db: AsyncSession,
    *,
    area_codes: Collection[str],
    state: RedemptionState | None = None,
    after_id: str | None = None,
    limit: int = 50,
) -> list[Redemption]:
    """For the staff, newest first, in these areas and all below them; `after_id` is the last of the page before."""
    limit = max(1, min(limit, MAX_PAGE))
    below = [RedemptionRow.area_code.startswith(area, autoescape=True) for area in area_codes]
    query = _rows().where(or_(false(), *below))
    if state is not None:
        query = query.where(RedemptionRow.state == state.value)
    if after_id is not None:
        last = select(RedemptionRow.created_at).where(RedemptionRow.id == after_id).scalar_subquery()
        same_moment = and_(RedemptionRow.created_at == last, RedemptionRow.id < after_id)
        query = query.where(or_(RedemptionRow.created_at < last, same_moment))
    rows = await db.execute(query.order_by(RedemptionRow.created_at.desc(), RedemptionRow.id.desc()).limit(limit))
    return [view(row) for row in rows.scalars()]


async def reindex(db: AsyncSession, vault: Vault, *, limit: int = 500) -> int:
    """Move the index of up to `limit` codes to the current root key; how many were not current.

    A code whose resident was erased cannot be read any more and keeps its former index.
    """
    former = _rows().where(RedemptionRow.code_ring_id != vault.ring.current_id).order_by(RedemptionRow.id)
    count = 0
    for row in (await db.execute(former.limit(limit))).scalars():
        fresh = {"code_ring_id": vault.ring.current_id}
        with suppress(Unreadable):
            if row.code_sealed is not None:
                code = await vault.open_for(db, row.resident_id, PURPOSE, row.code_sealed)
                fresh["code_blind"] = vault.blind(PURPOSE, code)
        await db.execute(
            update(RedemptionRow)
            .where(RedemptionRow.id == row.id)
            .values(fresh)
            .execution_options(synchronize_session=False)
        )
        count += 1
    return count


async def open_code(db: AsyncSession, vault: Vault, row: RedemptionRow) -> str | None:
    if row.code_sealed is None or row.state != RedemptionState.HELD.value or row.expires_at <= clock.now():
        return None
    return await vault.open_for(db, row.resident_id, PURPOSE, row.code_sealed)


async def by_key(db: AsyncSession, area_code: str, key: str) -> RedemptionRow | None:
    query = _rows().where(RedemptionRow.area_code == area_code, RedemptionRow.key == key)
    return (await db.execute(query)).scalar_one_or_none()


def view(row: RedemptionRow, code: str | None = None) -> Redemption:
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
        code=code,
    )
