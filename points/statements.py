"""What a balance is and how it came about; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from points.errors import TransferUnknown
from points.models import Account, AccountKind, Entry, GrantRequest, GrantState, Transfer, Unit

MAX_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Balance:
    """Points of one account; `available` is what is neither spent nor reserved."""

    posted: int
    held: int

    @property
    def available(self) -> int:
        return self.posted - self.held


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


async def balance(db: AsyncSession, *, area_code: str, resident_id: str) -> Balance:
    """A resident's points in one community; zero where they never had any."""
    row = (
        await db.execute(
            select(Account.posted, Account.held).where(
                Account.area_code == area_code,
                Account.unit == Unit.POINT.value,
                Account.kind == AccountKind.RESIDENT.value,
                Account.owner_id == resident_id,
            )
        )
    ).one_or_none()
    return Balance(posted=0, held=0) if row is None else Balance(posted=row.posted, held=row.held)


async def wallets(db: AsyncSession, *, resident_id: str) -> dict[str, Balance]:
    """A resident's balances by area code."""
    rows = await db.execute(
        select(Account.area_code, Account.posted, Account.held)
        .where(Account.owner_id == resident_id, Account.kind == AccountKind.RESIDENT.value)
        .order_by(Account.area_code)
    )
    return {row.area_code: Balance(posted=row.posted, held=row.held) for row in rows}


async def statement(
    db: AsyncSession, *, area_code: str, resident_id: str, before_seq: int | None = None, limit: int = 20
) -> Page:
    """Entries of a resident's account, newest first, older than `before_seq`; at most MAX_PAGE a page."""
    limit = max(1, min(limit, MAX_PAGE))
    query = (
        select(Entry.account_seq, Entry.amount, Entry.balance_after, Transfer)
        .join(Account, Account.id == Entry.account_id)
        .join(Transfer, Transfer.id == Entry.transfer_id)
        .where(
            Account.area_code == area_code,
            Account.unit == Unit.POINT.value,
            Account.kind == AccountKind.RESIDENT.value,
            Account.owner_id == resident_id,
        )
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


async def awarded_points(db: AsyncSession, *, source_kind: str, source_id: str) -> int:
    """Points that were granted for a deed, to all recipients together, later reversals not deducted."""
    paid = await db.execute(
        select(func.sum(GrantRequest.amount_points)).where(
            GrantRequest.source_kind == source_kind,
            GrantRequest.source_id == source_id,
            GrantRequest.state == GrantState.PAID.value,
        )
    )
    return int(paid.scalar_one() or 0)
