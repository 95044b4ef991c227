"""Accounts: found or opened by what they are, changed only by conditional updates in one fixed order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import IntEnum
from itertools import groupby
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.errors import AppError
from points import lots, posting_batch
from points.errors import AccountClosed, AccountFrozen, CeilingReached, FundExhausted, InsufficientPoints
from points.models import LOCK_RANK, Account, AccountKind, AccountStatus, Unit

Identity: TypeAlias = tuple[str, str, str, str]
"""As in `posting_batch.IDENTITY`."""

OWNED: Final = (AccountKind.RESIDENT.value, AccountKind.SUSPENSE.value)
"""What a resident owns alone: the wallet, and what they owe."""

FLOORS: Final[dict[AccountKind, int | None]] = {
    kind: None if kind in {AccountKind.SUSPENSE, AccountKind.TREASURY} else 0 for kind in AccountKind
}
"""The treasury is where points come from: its balance is minus what is in circulation. A debt stands on `suspense`."""

CEILINGS: Final = {AccountKind.SUSPENSE: 0}
"""Nobody can be owed by us what they do not own: a settled debt is zero."""


class Reach(IntEnum):
    """The last status of an account in which a change is still allowed.

    OPEN: the owner spends or reserves. FROZEN: all that others do, credits, corrections, reversals, moves. CLOSED: what
    only clears up, an expiry or the end of a reservation.
    """

    OPEN = 0
    FROZEN = 1
    CLOSED = 2


class AccountRef(NamedTuple):
    """An account by what it is; `owner_id` is a resident's id, or empty for a community's own."""

    area_code: str
    kind: AccountKind
    owner_id: str = ""
    unit: Unit = Unit.POINT


class Change(NamedTuple):
    """What one transaction does to one account: posted, held and earned points, and how many entries."""

    account_id: int
    kind: AccountKind
    posted: int
    held: int
    lines: int
    earned: int = 0
    reach: Reach = Reach.FROZEN


class Changed(NamedTuple):
    """The account after its change."""

    posted: int
    version: int


async def open_accounts(db: AsyncSession, refs: Iterable[AccountRef]) -> dict[AccountRef, int]:
    """The ids of these accounts; those that do not exist are opened with the floor of their kind."""
    by_identity = {_identity(ref): ref for ref in refs}
    found = _ids(by_identity, await posting_batch.FIND_ACCOUNTS.rows(db, list(by_identity)))
    if missing := [ref for ref in by_identity.values() if ref not in found]:
        missing.sort(key=lambda ref: (LOCK_RANK[ref.kind], ref.area_code, ref.owner_id, ref.unit))
        opened = await posting_batch.OPEN_ACCOUNTS.rows(db, [_fresh(ref) for ref in missing])
        if len(opened) < len(missing):  # others opened some of them meanwhile
            opened = await posting_batch.FIND_ACCOUNTS.rows(db, [_identity(ref) for ref in missing])
        found |= _ids(by_identity, opened)
    return found


def _fresh(ref: AccountRef) -> tuple[Any, ...]:
    """A new account's row, in the order of `posting_batch.ACCOUNT_COLUMNS`."""
    row = {
        **dict(zip(posting_batch.IDENTITY, _identity(ref), strict=True)),
        "posted": 0,
        "held": 0,
        "floor": FLOORS[ref.kind],
        "ceiling": CEILINGS.get(ref.kind),
        "earned": 0,
        "version": 0,
        "status": AccountStatus.OPEN.value,
    }
    return tuple(row[name] for name in posting_batch.ACCOUNT_COLUMNS)


def _identity(ref: AccountRef) -> Identity:
    return ref.area_code, ref.unit.value, ref.kind.value, ref.owner_id


def _ids(by_identity: Mapping[Identity, AccountRef], rows: Iterable[Any]) -> dict[AccountRef, int]:
    return {by_identity[row.area_code, row.unit, row.kind, row.owner_id]: row.id for row in rows}


async def ref_of(db: AsyncSession, account_id: int) -> AccountRef:
    """What an account is, by its id."""
    columns = (Account.area_code, Account.kind, Account.owner_id, Account.unit)
    row = (await db.execute(select(*columns).where(Account.id == account_id))).one()
    return AccountRef(row.area_code, AccountKind(row.kind), row.owner_id, Unit(row.unit))


async def kinds_of(db: AsyncSession, account_ids: Iterable[int]) -> dict[int, AccountKind]:
    rows = await db.execute(select(Account.id, Account.kind).where(Account.id.in_(account_ids)))
    return {row.id: AccountKind(row.kind) for row in rows}


async def lock(db: AsyncSession, account_ids: Collection[int]) -> None:
    """Lock accounts in the order in which a posting changes them; SQLite has one writer anyway."""
    await posting_batch.LOCK_ACCOUNTS.rows(db, [(account_id,) for account_id in account_ids])


async def lock_existing(db: AsyncSession, refs: Iterable[AccountRef]) -> None:
    """The same, of what may not have been opened yet."""
    rows = await posting_batch.FIND_ACCOUNTS.rows(db, [_identity(ref) for ref in set(refs)])
    await lock(db, [row.id for row in rows])


async def change(db: AsyncSession, changes: Sequence[Change]) -> dict[int, Changed]:
    """Apply all changes, coldest first, the fund last.

    Raises InsufficientPoints, FundExhausted, CeilingReached, AccountFrozen or AccountClosed; the caller's savepoint
    then undoes what was applied before.
    """
    done: dict[int, Changed] = {}
    ordered = sorted(changes, key=lambda c: (LOCK_RANK[c.kind], c.account_id))
    for _rank, group in groupby(ordered, key=lambda c: LOCK_RANK[c.kind]):
        done |= await _change_together(db, list(group))
    return done


async def _change_together(db: AsyncSession, changes: list[Change]) -> dict[int, Changed]:
    if len(changes) > 1 and db.get_bind().dialect.name == "postgresql":
        # One UPDATE of many rows locks them in no particular order, so the order is taken here.
        await lock(db, [c.account_id for c in changes])
    given = [(c.account_id, c.posted, c.held, c.earned, c.lines, int(c.reach)) for c in changes]
    rows = await posting_batch.CHANGE_ACCOUNTS.rows(db, given)
    done = {row.id: Changed(posted=row.posted, version=row.version) for row in rows}
    for wanted in changes:
        if wanted.account_id not in done:
            raise await _refusal(db, wanted)
    return done


async def _refusal(db: AsyncSession, wanted: Change) -> AppError:
    row = (
        await db.execute(
            select(Account.posted, Account.held, Account.floor, Account.ceiling, Account.status).where(
                Account.id == wanted.account_id
            )
        )
    ).one()
    if row.status == AccountStatus.CLOSED.value and wanted.reach < Reach.CLOSED:
        return AccountClosed(status=row.status)
    if row.status == AccountStatus.FROZEN.value and wanted.reach < Reach.FROZEN:
        return AccountFrozen(status=row.status)
    if row.ceiling is not None and row.posted + wanted.posted > row.ceiling:
        return CeilingReached(ceiling=row.ceiling, posted=row.posted)
    needed = wanted.held - wanted.posted
    if wanted.kind is AccountKind.FUND:
        return FundExhausted(needed=needed, available=row.posted - row.held - (row.floor or 0))
    kept = (await lots.kept(db, [wanted.account_id], clock.now()))[wanted.account_id]
    return InsufficientPoints(needed=needed, available=row.posted - kept.held - kept.expired - (row.floor or 0))


async def freeze(db: AsyncSession, *, account: AccountRef) -> int:
    """Let the owner spend nothing from this account; its id. Raises AccountClosed."""
    return await _set_status(db, account, AccountStatus.FROZEN)


async def unfreeze(db: AsyncSession, *, account: AccountRef) -> int:
    """Let the owner spend again; the account's id. Raises AccountClosed."""
    return await _set_status(db, account, AccountStatus.OPEN)


async def _set_status(db: AsyncSession, account: AccountRef, status: AccountStatus) -> int:
    account_id = (await open_accounts(db, [account]))[account]
    changed = await db.execute(
        update(Account)
        .where(Account.id == account_id, Account.status != AccountStatus.CLOSED.value)
        .values(status=status.value)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    if changed.scalar_one_or_none() is None:
        raise AccountClosed(status=AccountStatus.CLOSED.value)
    return account_id
