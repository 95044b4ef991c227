"""What a balance is and how it came about; reads only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core import clock
from points import lots
from points.errors import TransferUnknown
from points.lots import NextExpiry
from points.models import Account, AccountKind, Entry, Transfer, TransferKind, Unit

MAX_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Balance:
    """Points of one account; `available` is what is not spent, not reserved and not expired at this moment."""

    posted: int
    held: int
    expired: int = 0
    next_expiry: NextExpiry | None = None

    @property
    def available(self) -> int:
        return self.posted - self.held - self.expired


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a statement; `kind` and `rule_id` are codes for the wording, `reason` is the staff's."""

    seq: int
    amount_points: int
    balance_after: int
    kind: str
    rule_id: str | None
    source_kind: str
    source_id: str
    reason: str
    transfer_id: str
    reverses_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first; `next_seq` is the cursor of the following page, None at the end."""

    items: list[Line]
    next_seq: int | None


@dataclass(frozen=True, slots=True)
class TransferView:
    """A transfer as the staff see it, for checks of area before it is reversed."""

    id: str
    area_code: str
    kind: str
    recipient_id: str
    reason: str
    created_at: datetime


async def balance(db: AsyncSession, *, area_code: str, resident_id: str, unit: Unit = Unit.POINT) -> Balance:
    """A resident's points in one community, and what expires next; zero where they never had any."""
    found = await _account(db, area_code, resident_id, unit)
    if found is None:
        return Balance(posted=0, held=0)
    now = clock.now()
    kept = (await lots.kept(db, [found.id], now))[found.id]
    return Balance(found.posted, kept.held, kept.expired, await lots.next_expiry(db, found.id, now))


async def _account(
    db: AsyncSession, area_code: str, resident_id: str, unit: Unit, kind: AccountKind = AccountKind.RESIDENT
) -> Any:
    found = await db.execute(
        select(Account.id, Account.posted).where(
            Account.area_code == area_code,
            Account.unit == unit.value,
            Account.kind == kind.value,
            Account.owner_id == resident_id,
        )
    )
    return found.one_or_none()


async def wallets(db: AsyncSession, *, resident_id: str) -> dict[tuple[str, Unit], Balance]:
    """A resident's balances by area code and unit."""
    rows = await db.execute(
        select(Account.id, Account.area_code, Account.unit, Account.posted)
        .where(Account.owner_id == resident_id, Account.kind == AccountKind.RESIDENT.value)
        .order_by(Account.area_code, Account.unit.desc())
    )
    found, now = rows.all(), clock.now()
    kept = await lots.kept(db, [row.id for row in found], now)
    return {
        (row.area_code, Unit(row.unit)): Balance(
            row.posted, kept[row.id].held, kept[row.id].expired, await lots.next_expiry(db, row.id, now)
        )
        for row in found
    }


async def debt(db: AsyncSession, *, area_code: str, resident_id: str, unit: Unit = Unit.POINT) -> int:
    """What a resident owes after a claw-back: the next grants settle it first."""
    found = await _account(db, area_code, resident_id, unit, AccountKind.SUSPENSE)
    return 0 if found is None else -int(found.posted)


async def statement(
    db: AsyncSession,
    *,
    area_code: str,
    resident_id: str,
    unit: Unit = Unit.POINT,
    before_seq: int | None = None,
    limit: int = 20,
) -> Page:
    """Entries of a resident's account, newest first, older than `before_seq`; at most MAX_PAGE a page."""
    # By its id, and only then its entries: joined, PostgreSQL would sort all of a large account for one page.
    account = await _account(db, area_code, resident_id, unit)
    if account is None:
        return Page(items=[], next_seq=None)
    return await entries(db, account_id=account.id, before_seq=before_seq, limit=limit)


async def account_id(db: AsyncSession, *, area_code: str, resident_id: str, unit: Unit = Unit.POINT) -> int | None:
    """Which account holds a resident's points or minutes in a community; None where they never had any."""
    found = await _account(db, area_code, resident_id, unit)
    return None if found is None else int(found.id)


async def entries(
    db: AsyncSession, *, account_id: int, after_seq: int = 0, before_seq: int | None = None, limit: int = 20
) -> Page:
    """Entries of any account, newest first, between two of its numbers; at most MAX_PAGE a page."""
    limit = max(1, min(limit, MAX_PAGE))
    query = (
        select(Entry.account_seq, Entry.amount, Entry.balance_after, Transfer)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(Entry.account_id == account_id, Entry.account_seq > after_seq)
        .order_by(Entry.account_seq.desc())
        .limit(limit + 1)
    )
    if before_seq is not None:
        query = query.where(Entry.account_seq < before_seq)
    lines = [_line(seq, amount, after, transfer) for seq, amount, after, transfer in await db.execute(query)]
    return Page(items=lines[:limit], next_seq=lines[limit - 1].seq if len(lines) > limit else None)


def _line(seq: int, amount: int, balance_after: int, transfer: Transfer) -> Line:
    return Line(
        seq=seq,
        amount_points=amount,
        balance_after=balance_after,
        kind=transfer.kind,
        rule_id=transfer.rule_id,
        source_kind=transfer.source_kind,
        source_id=transfer.source_id,
        reason=transfer.reason,
        transfer_id=transfer.id,
        reverses_id=transfer.reverses_id,
        at=transfer.created_at,
    )


async def find_transfer(db: AsyncSession, *, transfer_id: str) -> TransferView:
    """Raises TransferUnknown."""
    row = (await db.execute(select(Transfer).where(Transfer.id == transfer_id))).scalar_one_or_none()
    if row is None:
        raise TransferUnknown
    return TransferView(
        id=row.id,
        area_code=row.area_code,
        kind=row.kind,
        recipient_id=row.recipient_id,
        reason=row.reason,
        created_at=row.created_at,
    )


async def awarded_points(
    db: AsyncSession, *, source_kind: str, source_id: str, recipient_ids: Collection[str] | None = None
) -> int:
    """Points that were granted for a deed and not reversed, or restored, to these recipients or to all."""
    reversal, restored = aliased(Transfer), aliased(Transfer)
    paid = await db.execute(
        select(func.sum(Entry.amount))
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .outerjoin(reversal, reversal.reverses_id == Transfer.id)
        .outerjoin(restored, restored.reverses_id == reversal.id)
        .where(
            Transfer.source_kind == source_kind,
            Transfer.source_id == source_id,
            true() if recipient_ids is None else Transfer.recipient_id.in_(recipient_ids),
            Transfer.kind == TransferKind.GRANT.value,
            Transfer.unit == Unit.POINT.value,
            Entry.amount > 0,
            or_(reversal.id.is_(None), restored.id.is_not(None)),
        )
    )
    return int(paid.scalar_one() or 0)
