"""The balance of every account at the end of a month, written once and held against its entries.

An account that did not move since its last snapshot gets no new one: the last one still says what it held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import dialect_insert, table_of
from points import months
from points.models import Account, Entry
from points.seal_models import BalanceSnapshot

GRACE: Final = timedelta(hours=1)
"""So long after its end a month is open: a transaction that began in it has ended by then, one way or the other."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many snapshots were written, of the accounts up to `last_id`; `broken` are those that contradict themselves.

    With `last_id` None there is no account left.
    """

    written: int
    last_id: int | None
    broken: tuple[int, ...]


def due(now: datetime) -> datetime:
    """The end of the newest month that can be closed."""
    return months.begins(now - GRACE)


async def take(db: AsyncSession, *, as_of: datetime, after_id: int = 0, limit: int = 200) -> Taken:
    """Snapshots of up to `limit` accounts at a month's end; begin with 0 and go on until there is none left.

    Taken again, or by two at once, it changes nothing. An account whose running balance is not the sum of its
    entries gets none.
    """
    rows = (await db.execute(_moved(as_of, after_id, limit))).all()
    written: list[dict[str, object]] = []
    broken: list[int] = []
    for account_id in (row.id for row in rows):
        last = await months.last_seq(db, account_id=account_id, before=as_of)
        balance = await _derived(db, account_id, as_of, last)
        if balance is None:
            broken.append(account_id)
        elif last:
            written.append({"account_id": account_id, "as_of": as_of, "balance": balance, "last_seq": last})
    if written:
        await db.execute(dialect_insert(db, table_of(BalanceSnapshot)).on_conflict_do_nothing(), written)
    return Taken(len(written), rows[-1].id if len(rows) == limit else None, tuple(broken))


def _moved(as_of: datetime, after_id: int, limit: int) -> Select[int]:
    """Accounts with entries behind their newest snapshot and none of this moment yet."""
    newest = select(func.coalesce(func.max(BalanceSnapshot.last_seq), 0)).where(
        BalanceSnapshot.account_id == Account.id
    )
    there = select(BalanceSnapshot.account_id).where(
        BalanceSnapshot.account_id == Account.id, BalanceSnapshot.as_of >= as_of
    )
    return (
        select(Account.id)
        .where(Account.id > after_id, Account.version > newest.scalar_subquery(), ~there.exists())
        .order_by(Account.id)
        .limit(limit)
    )


async def _derived(db: AsyncSession, account_id: int, as_of: datetime, last: int) -> int | None:
    """The balance up to an entry, from the snapshot before and the entries since; None if the running one differs."""
    before = (
        select(BalanceSnapshot.balance, BalanceSnapshot.last_seq)
        .where(BalanceSnapshot.account_id == account_id, BalanceSnapshot.as_of < as_of)
        .order_by(BalanceSnapshot.as_of.desc())
        .limit(1)
    )
    known = (await db.execute(before)).one_or_none()
    balance, counted = (0, 0) if known is None else (int(known.balance), int(known.last_seq))
    mine = (Entry.account_id == account_id, Entry.account_seq <= last)
    since = select(func.coalesce(func.sum(Entry.amount), 0), func.count()).where(*mine, Entry.account_seq > counted)
    total, entries = (await db.execute(since)).one()
    running = select(Entry.balance_after).where(Entry.account_id == account_id, Entry.account_seq == last)
    said = (await db.execute(running)).scalar_one_or_none() if last else 0
    balance += int(total)
    return balance if said == balance and entries == last - counted else None
