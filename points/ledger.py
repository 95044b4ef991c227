"""Posting: every movement of points is one transfer whose entries sum to zero.

A transfer is inserted first, under its idempotency key; then the accounts change by conditional updates, the fund
last; then the entries are written with the balances that the updates returned. A refusal undoes all of it, also when
the caller's transaction goes on.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import dump_json, new_id
from points import accounts
from points.accounts import AccountRef, Change, Changed, dialect_insert
from points.errors import (
    AlreadyReversed,
    AmountInvalid,
    KeyReused,
    SourceAlreadyPaid,
)
from points.models import Entry, Transfer, TransferKind

MAX_POINTS: Final = 1_000_000_000
"""No single movement is larger; sums of many stay far inside 64 bits."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a posting: signed points, and how the points held on the account change with them."""

    account: AccountRef
    amount: int
    held: int = 0


@dataclass(frozen=True, slots=True)
class Posting:
    """What is asked for: the legs sum to zero. `key` is unique in its area and stands for exactly this request."""

    area_code: str
    key: str
    kind: TransferKind
    legs: tuple[Leg, ...]
    reason: str
    source_kind: str = ""
    source_id: str = ""
    recipient_id: str = ""
    rule_id: str | None = None
    rule_version: int | None = None
    actor_id: str | None = None
    reverses_id: str | None = None
    effective_at: datetime | None = None

    def hash(self) -> str:
        """Of all that the request says, without times: a retry is later but the same."""
        said = [
            [leg.account.area_code, leg.account.kind, leg.account.owner_id, leg.account.unit, leg.amount, leg.held]
            for leg in self.legs
        ]  # fmt: skip
        rest = (self.kind, self.reason, self.source_kind, self.source_id, self.recipient_id)
        by = (self.rule_id, self.rule_version, self.actor_id, self.reverses_id)
        return hashlib.sha256(dump_json([said, rest, by]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Posted:
    """`created` is False when the same request was posted before: this is that transfer."""

    transfer_id: str
    created: bool


def check_amount(amount_points: int) -> None:
    """Raises AmountInvalid unless it is a whole number from 1 to MAX_POINTS."""
    if type(amount_points) is not int or not 1 <= amount_points <= MAX_POINTS:
        raise AmountInvalid(amount=amount_points, most=MAX_POINTS)


def between(source: AccountRef, target: AccountRef, amount_points: int) -> tuple[Leg, Leg]:
    """The two legs of a plain movement."""
    return Leg(source, -amount_points), Leg(target, amount_points)


async def post(db: AsyncSession, posting: Posting) -> Posted:
    """Post one transfer in the caller's transaction.

    Raises InsufficientPoints, FundExhausted, AccountClosed, KeyReused, SourceAlreadyPaid or AlreadyReversed.
    """
    return (await post_many(db, [posting]))[0]


async def post_many(db: AsyncSession, postings: Sequence[Posting]) -> list[Posted]:
    """Post several transfers together, or none of them; each account is updated once. Raises as `post` does."""
    for posting in postings:
        _check(posting)
    async with db.begin_nested():
        rows = [_row(posting) for posting in postings]
        insertion = dialect_insert(db, Transfer).on_conflict_do_nothing().returning(Transfer.id)
        created = set((await db.execute(insertion, rows)).scalars())
        fresh = [(row["id"], posting) for row, posting in zip(rows, postings, strict=True) if row["id"] in created]
        if fresh:
            await _move(db, fresh)
        return [
            Posted(row["id"], created=True) if row["id"] in created else await _stored(db, posting, row)
            for row, posting in zip(rows, postings, strict=True)
        ]


def _check(posting: Posting) -> None:
    """The zero sum that PostgreSQL checks again at commit; these are errors of the program, not of a caller."""
    if len(posting.legs) < 2 or sum(leg.amount for leg in posting.legs) != 0:
        raise ValueError("the legs of a posting must sum to zero")
    if any(leg.amount == 0 or abs(leg.amount) > MAX_POINTS for leg in posting.legs):
        raise ValueError("a leg moves between 1 and MAX_POINTS")
    if len({leg.account.unit for leg in posting.legs}) != 1:
        raise ValueError("units are never converted")


def _row(posting: Posting) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": new_id(),
        "area_code": posting.area_code,
        "unit": posting.legs[0].account.unit.value,
        "idempotency_key": posting.key,
        "request_hash": posting.hash(),
        "kind": posting.kind.value,
        "source_kind": posting.source_kind,
        "source_id": posting.source_id,
        "recipient_id": posting.recipient_id,
        "rule_id": posting.rule_id,
        "rule_version": posting.rule_version,
        "actor_id": posting.actor_id,
        "reason": posting.reason,
        "reverses_id": posting.reverses_id,
        "effective_at": posting.effective_at or now,
        "created_at": now,
    }


async def _stored(db: AsyncSession, posting: Posting, row: dict[str, Any]) -> Posted:
    """What the database already holds instead of this row: the same request, or a contradiction."""
    before = (
        await db.execute(
            select(Transfer.id, Transfer.request_hash).where(
                Transfer.area_code == posting.area_code, Transfer.idempotency_key == posting.key
            )
        )
    ).one_or_none()
    if before is not None:
        if before.request_hash != row["request_hash"]:
            raise KeyReused(transfer_id=before.id)
        return Posted(before.id, created=False)
    if posting.reverses_id is not None:
        raise await _already_reversed(db, posting.reverses_id)
    raise SourceAlreadyPaid(source_kind=posting.source_kind, source_id=posting.source_id)


async def _already_reversed(db: AsyncSession, transfer_id: str) -> AlreadyReversed:
    row = (await db.execute(select(Transfer.id, Transfer.created_at).where(Transfer.reverses_id == transfer_id))).one()
    return AlreadyReversed(by=row.id, at=row.created_at)


async def _move(db: AsyncSession, fresh: list[tuple[str, Posting]]) -> None:
    ids = await accounts.open_accounts(db, [leg.account for _, posting in fresh for leg in posting.legs])
    legs: dict[int, list[Leg]] = defaultdict(list)
    for _, posting in fresh:
        for leg in posting.legs:
            legs[ids[leg.account]].append(leg)
    changes = [
        Change(
            account_id=account_id,
            kind=of[0].account.kind,
            posted=sum(leg.amount for leg in of),
            held=sum(leg.held for leg in of),
            lines=len(of),
        )
        for account_id, of in legs.items()
    ]
    changed = await accounts.change(db, changes)
    await db.execute(insert(Entry), _entries(fresh, ids, _before(changes, changed)))


def _before(changes: list[Change], changed: dict[int, Changed]) -> dict[int, Changed]:
    return {
        c.account_id: Changed(
            posted=changed[c.account_id].posted - c.posted, version=changed[c.account_id].version - c.lines
        )
        for c in changes
    }


def _entries(
    fresh: list[tuple[str, Posting]], ids: dict[AccountRef, int], at: dict[int, Changed]
) -> list[dict[str, Any]]:
    """Entries in the order of the postings, each with the balance and the number that its account then had."""
    rows: list[dict[str, Any]] = []
    for transfer_id, posting in fresh:
        for line, leg in enumerate(posting.legs):
            account_id = ids[leg.account]
            now = replace(at[account_id], posted=at[account_id].posted + leg.amount, version=at[account_id].version + 1)
            at[account_id] = now
            rows.append(
                {
                    "transfer_id": transfer_id,
                    "line": line,
                    "account_id": account_id,
                    "amount": leg.amount,
                    "balance_after": now.posted,
                    "account_seq": now.version,
                }
            )
    return rows
