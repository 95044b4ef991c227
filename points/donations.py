"""The accounts on which donated points lie, by what they were meant for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from points.models import Account, AccountKind, Entry, Unit
from points.sharing import DonationFund


@dataclass(frozen=True, slots=True)
class Pot:
    """What came in ever, what was given out again, and what is left of it."""

    area_code: str
    unit: Unit
    fund: DonationFund
    balance: int
    donated: int
    given: int


async def pots(db: AsyncSession, *, area_codes: Collection[str]) -> list[Pot]:
    """Those in these areas and all below them to which points were ever donated, by area."""
    below = (Account.area_code.startswith(area, autoescape=True) for area in area_codes)
    came = func.sum(case((Entry.amount > 0, Entry.amount), else_=0))
    rows = await db.execute(
        select(Account.area_code, Account.unit, Account.owner_id, Account.posted, came.label("came"))
        .join(Entry, Entry.account_id == Account.id)
        .where(Account.kind == AccountKind.DONATION.value, or_(false(), *below))
        .group_by(Account.id, Account.area_code, Account.unit, Account.owner_id, Account.posted)
        .order_by(Account.area_code, Account.unit.desc(), Account.owner_id)
    )
    return [
        Pot(
            area_code=row.area_code,
            unit=Unit(row.unit),
            fund=DonationFund(row.owner_id),
            balance=row.posted,
            donated=int(row.came),
            given=int(row.came) - row.posted,
        )
        for row in rows
    ]
