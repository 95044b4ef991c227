"""The statement of one month: what there was, every entry, what is left; and the sums, derived again from the entries.

All of it lies between two numbers of an account's entries, which are only ever added to: read in whatever order, the
figures fit each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from points import months, statements
from points.errors import StatementBroken
from points.models import Entry, Unit
from points.statements import Line, Page


@dataclass(frozen=True, slots=True)
class Sums:
    """`opening + received - spent` is `closing`; `count` entries in the whole month."""

    opening: int
    received: int
    spent: int
    closing: int
    count: int


@dataclass(frozen=True, slots=True)
class MonthStatement:
    """`opening + received - spent` is `closing`; `count` entries in all, of which `items` are one page, newest first.

    Amounts are points or minutes, as `unit` says; the two stand in statements of their own.
    """

    area_code: str
    unit: Unit
    month: str
    opening: int
    received: int
    spent: int
    closing: int
    count: int
    items: list[Line]
    next_seq: int | None


async def statement(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    month: str,
    unit: Unit = Unit.POINT,
    before_seq: int | None = None,
    limit: int = 20,
) -> MonthStatement:
    """A resident's month `2026-11` of Shanghai. Raises Invalid, or StatementBroken where the ledger is damaged."""
    span = months.month(month)
    account_id = await statements.account_id(db, area_code=area_code, resident_id=resident_id, unit=unit)
    if account_id is None:
        return MonthStatement(area_code, unit, month, 0, 0, 0, 0, 0, [], None)
    within = await months.entries_of(db, account_id=account_id, span=span)
    sums = await _sums(db, account_id, within)
    if within.opening + sums.received - sums.spent != within.closing or sums.count != within.last - within.after:
        raise StatementBroken(month=month)
    last = within.last + 1
    page = await statements.entries(
        db,
        account_id=account_id,
        after_seq=within.after,
        before_seq=last if before_seq is None else min(before_seq, last),
        limit=limit,
    )
    return MonthStatement(
        area_code=area_code,
        unit=unit,
        month=month,
        opening=within.opening,
        received=int(sums.received),
        spent=int(sums.spent),
        closing=within.closing,
        count=sums.count,
        items=page.items,
        next_seq=page.next_seq,
    )


async def page(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    unit: Unit,
    month: str | None,
    before_seq: int | None,
    limit: int,
) -> tuple[Page, Sums | None]:
    """Entries of a month with its sums, or of all months without. Raises Invalid, StatementBroken."""
    if month is None:
        every = await statements.statement(
            db, area_code=area_code, resident_id=resident_id, unit=unit, before_seq=before_seq, limit=limit
        )
        return every, None
    found = await statement(
        db,
        area_code=area_code,
        resident_id=resident_id,
        month=month,
        unit=unit,
        before_seq=before_seq,
        limit=limit,
    )
    sums = Sums(found.opening, found.received, found.spent, found.closing, found.count)
    return Page(found.items, found.next_seq), sums


async def _sums(db: AsyncSession, account_id: int, within: months.Range) -> Any:
    """What came in and went out, both as positive numbers."""
    came = case((Entry.amount > 0, Entry.amount), else_=0)
    went = case((Entry.amount < 0, -Entry.amount), else_=0)
    found = await db.execute(
        select(
            func.coalesce(func.sum(came), 0).label("received"),
            func.coalesce(func.sum(went), 0).label("spent"),
            func.count().label("count"),
        ).where(Entry.account_id == account_id, Entry.account_seq > within.after, Entry.account_seq <= within.last)
    )
    return found.one()
