"""Spans of days in Shanghai, and where they begin and end among the entries of an account.

The order of an account's entries is that of `account_seq`. A moment lies behind the last entry that was made before it;
what comes to the ledger late, with an earlier time, behind a month that was closed by a snapshot belongs to the month
in which it came. So every entry falls into exactly one month, and months follow each other without a gap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.errors import Invalid
from points.models import Entry, Transfer
from points.seal_models import BalanceSnapshot

_MONTH: Final = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])", re.ASCII)
_PERIOD: Final = re.compile(r"(20\d\d)(?:-Q([1-4])|-(0[1-9]|1[0-2])(?:-(\d\d))?)?", re.ASCII)
_DAY: Final = timedelta(days=1)

FEW: Final = 500
"""Far more entries than are ever written to one account at the same time."""


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment on, up to and without another."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Range:
    """The entries of an account after one number, up to and with another, with the balances before and behind them."""

    after: int
    last: int
    opening: int
    closing: int


def month(name: str) -> Span:
    """The month `2026-11` of Shanghai. Raises Invalid."""
    if not _MONTH.fullmatch(name):
        raise Invalid(fields={"month": "YYYY-MM"})
    return named(name)


def named(name: str) -> Span:
    """The year `2026`, quarter `2026-Q4`, month `2026-11` or day `2026-11-21` of Shanghai. Raises Invalid."""
    found = _PERIOD.fullmatch(name)
    if found is None:
        raise Invalid(fields={"period": "2026, 2026-Q4, 2026-11 or 2026-11-21"})
    year, quarter, month, day = (int(part or 0) for part in found.groups())
    if day:
        try:
            return days(date(year, month, day), date(year, month, day))
        except ValueError:
            raise Invalid(fields={"period": "no such day"}) from None
    first = month or 3 * quarter - 2 if month or quarter else 1
    length = 1 if month else 3 if quarter else 12
    last = first + length - 1
    return Span(_midnight(date(year, first, 1)), _midnight(next_month(date(year, last, 1))))


def days(first: date, last: date) -> Span:
    """These days of Shanghai, the last included. Raises Invalid."""
    if last < first:
        raise Invalid(fields={"to": "before_from"})
    try:
        return Span(_midnight(first), _midnight(last + _DAY))
    except OverflowError:
        raise Invalid(fields={"from": "out_of_range", "to": "out_of_range"}) from None


def name_of(moment: datetime) -> str:
    """The month of Shanghai that holds a moment: `2026-11`."""
    return f"{clock.local(moment):%Y-%m}"


def begins(moment: datetime) -> datetime:
    """The first moment of the month of Shanghai that holds this one."""
    return _midnight(clock.local(moment).date().replace(day=1))


def next_month(first: date) -> date:
    """The first day of the month after the one that holds this day."""
    return (first.replace(day=1) + 31 * _DAY).replace(day=1)


def _midnight(day: date) -> datetime:
    return clock.parse(day.isoformat())


async def entries_of(db: AsyncSession, *, account_id: int, span: Span) -> Range:
    """Which entries of an account lie in a span, with the balances at both ends; they never change afterwards."""
    after = await last_seq(db, account_id=account_id, before=span.since)
    last = max(after, await last_seq(db, account_id=account_id, before=span.until))
    found = await db.execute(
        select(Entry.account_seq, Entry.balance_after).where(
            Entry.account_id == account_id, Entry.account_seq.in_([after, last])
        )
    )
    balances: dict[int, int] = {row.account_seq: row.balance_after for row in found}
    return Range(after, last, balances.get(after, 0), balances.get(last, 0))


async def last_seq(db: AsyncSession, *, account_id: int, before: datetime) -> int:
    """The number of the last entry of an account before a moment, 0 for none; snapshots spare the way to it."""
    mine = BalanceSnapshot.account_id == account_id
    earlier = select(BalanceSnapshot.as_of, BalanceSnapshot.last_seq).where(mine, BalanceSnapshot.as_of <= before)
    known = (await db.execute(earlier.order_by(BalanceSnapshot.as_of.desc()).limit(1))).one_or_none()
    if known is not None and known.as_of == before:
        return int(known.last_seq)
    later = select(func.min(BalanceSnapshot.last_seq)).where(mine, BalanceSnapshot.as_of > before)
    most: int | None = (await db.execute(later)).scalar_one_or_none()
    if most is None:
        newest = select(func.max(Entry.account_seq)).where(Entry.account_id == account_id)
        most = (await db.execute(newest)).scalar_one() or 0
    least = 0 if known is None else int(known.last_seq)
    return await _search(db, account_id, before, least, most)


async def _search(db: AsyncSession, account_id: int, before: datetime, least: int, most: int) -> int:
    """Halve the numbers until few are left, then look at each: who wrote at once may have written out of turn."""
    low, high = least, most
    while high - low > FEW:
        middle = (low + high) // 2
        made = await db.execute(
            select(Transfer.created_at)
            .join(Entry, Entry.transfer_id == Transfer.id)
            .where(Entry.account_id == account_id, Entry.account_seq == middle)
        )
        if made.scalar_one() < before:
            low = middle
        else:
            high = middle
    last = await db.execute(
        select(Entry.account_seq)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(
            Entry.account_id == account_id,
            Entry.account_seq > low,
            Entry.account_seq <= min(most, high + FEW),
            Transfer.created_at < before,
        )
        .order_by(Entry.account_seq.desc())
        .limit(1)
    )
    return int(last.scalar_one_or_none() or low)
