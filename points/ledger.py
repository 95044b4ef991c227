"""Posting: every movement of points is one transfer whose entries sum to zero.

A transfer is inserted first, under its idempotency key; then the accounts change by conditional updates, the fund
last; then the lots of the wallets, which those updates have locked; then the entries are written with the balances
that the updates returned. A refusal undoes all of it, also when the caller's transaction goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import accounts, debts, lots, overdue, posting_batch
from points.accounts import AccountRef, Change, Changed
from points.errors import AlreadyReversed, InsufficientPoints, KeyReused, SourceAlreadyPaid
from points.lots import LOTTED, NewLot
from points.models import AccountKind, Transfer, TransferKind
from points.postings import Draft, Leg, Posted, Posting, draft

Fresh: TypeAlias = list[tuple[str, Posting]]
Ids: TypeAlias = dict[AccountRef, int]


async def post(db: AsyncSession, posting: Posting) -> Posted:
    """Post one transfer in the caller's transaction.

    Raises InsufficientPoints, FundExhausted, CeilingReached, AccountFrozen, AccountClosed, KeyReused, SourceAlreadyPaid
    or AlreadyReversed.
    """
    return (await post_many(db, [posting]))[0]


async def post_many(db: AsyncSession, postings: Sequence[Posting]) -> list[Posted]:
    """Post several transfers together, or none of them; each account is updated once. Raises as `post` does.

    What a resident owes is settled from what they are given, by transfers of their own.
    """
    return await post_drafts(db, [draft(posting) for posting in postings])


async def post_drafts(db: AsyncSession, drafts: Sequence[Draft]) -> list[Posted]:
    """Post what was drafted before, as `post_many` does."""
    async with db.begin_nested():
        created = await _insert(db, drafts)
        fresh = [(one.transfer_id, one.posting) for one in drafts if one.transfer_id in created]
        if fresh:
            ids = await _move(db, fresh)
            if settling := await debts.settling(db, fresh, ids):
                await _post_more(db, settling)
        return [
            Posted(one.transfer_id, created=True) if one.transfer_id in created else await _stored(db, one.posting)
            for one in drafts
        ]


async def _insert(db: AsyncSession, drafts: Sequence[Draft]) -> set[str]:
    """The ids of the transfers that are new."""
    now = clock.now()
    return {row.id for row in await posting_batch.INSERT_TRANSFERS.rows(db, [_row(one, now) for one in drafts])}


def _row(drafted: Draft, now: datetime) -> tuple[Any, ...]:
    """A transfer's row, in the order of `posting_batch.TRANSFER_COLUMNS`."""
    posting = drafted.posting
    row = {
        "id": drafted.transfer_id,
        "area_code": posting.area_code,
        "unit": posting.legs[0].account.unit.value,
        "idempotency_key": posting.key,
        "request_hash": drafted.request_hash,
        "kind": posting.kind.value,
        "source_kind": posting.source_kind,
        "source_id": posting.source_id,
        "recipient_id": posting.recipient_id,
        "purpose": posting.purpose,
        "inputs": dict(posting.inputs) if posting.inputs else None,
        "document_no": posting.document_no,
        "approver_id": posting.approver_id,
        "rule_id": posting.rule_id,
        "rule_version": posting.rule_version,
        "actor_id": posting.actor_id,
        "reason": posting.reason,
        "reverses_id": posting.reverses_id,
        "effective_at": posting.effective_at or now,
        "created_at": now,
    }
    return tuple(row[name] for name in posting_batch.TRANSFER_COLUMNS)


async def _stored(db: AsyncSession, posting: Posting) -> Posted:
    """What the database already holds instead of this row: the same request, or a contradiction."""
    before = (
        await db.execute(
            select(Transfer.id, Transfer.request_hash).where(
                Transfer.area_code == posting.area_code, Transfer.idempotency_key == posting.key
            )
        )
    ).one_or_none()
    if before is not None:
        if not posting.is_hashed_as(before.request_hash):
            raise KeyReused(transfer_id=before.id)
        return Posted(before.id, created=False)
    if posting.reverses_id is not None:
        raise await _already_reversed(db, posting.reverses_id)
    raise SourceAlreadyPaid(source_kind=posting.source_kind, source_id=posting.source_id)


async def _already_reversed(db: AsyncSession, transfer_id: str) -> AlreadyReversed:
    row = (await db.execute(select(Transfer.id, Transfer.created_at).where(Transfer.reverses_id == transfer_id))).one()
    return AlreadyReversed(by=row.id, at=row.created_at)


async def _post_more(db: AsyncSession, postings: Sequence[Posting]) -> None:
    """Transfers that follow from others of the same transaction: their keys cannot be taken."""
    drafts = [draft(posting) for posting in postings]
    await _insert(db, drafts)
    await _move(db, [(one.transfer_id, one.posting) for one in drafts])


async def _move(db: AsyncSession, fresh: Fresh) -> Ids:
    ids = await accounts.open_accounts(db, [leg.account for _, posting in fresh for leg in posting.legs])
    if spent := {ids[leg.account] for _, posting in fresh for leg in posting.legs if _is_chosen_here(leg)}:
        await overdue.release(db, spent)
    legs: dict[int, list[tuple[Posting, Leg]]] = defaultdict(list)
    for _, posting in fresh:
        for leg in posting.legs:
            legs[ids[leg.account]].append((posting, leg))
    changes = [_change(account_id, of) for account_id, of in legs.items()]
    changed = await accounts.change(db, changes)
    await _change_lots(db, fresh, ids)
    await posting_batch.INSERT_ENTRIES.rows(db, _entries(fresh, ids, _before(changes, changed)))
    return ids


def _is_chosen_here(leg: Leg) -> bool:
    return leg.amount < 0 and leg.lots is None and leg.account.kind in LOTTED


def _change(account_id: int, of: list[tuple[Posting, Leg]]) -> Change:
    kind = of[0][1].account.kind
    earning = kind is AccountKind.RESIDENT
    return Change(
        account_id=account_id,
        kind=kind,
        posted=sum(leg.amount for _, leg in of),
        held=sum(leg.held for _, leg in of),
        lines=len(of),
        earned=sum(leg.amount for posting, leg in of if earning and posting.kind is TransferKind.GRANT),
        reach=min(posting.reach(leg) for posting, leg in of),
    )


async def _change_lots(db: AsyncSession, fresh: Fresh, ids: Ids) -> None:
    """Of the wallets among the accounts: what comes in first, then what is spent, in the order of the postings."""
    moved = [
        (transfer_id, posting, leg)
        for transfer_id, posting in fresh
        for leg in posting.legs
        if leg.account.kind in LOTTED and leg.lots != ()
    ]
    now = clock.now()
    arrived = [
        NewLot(ids[leg.account], transfer_id, leg.amount, posting.effective_at or now, leg.expires_at)
        for transfer_id, posting, leg in moved
        if leg.amount > 0 and leg.lots is None
    ]
    await lots.credit(db, arrived)
    for transfer_id, _, leg in moved:
        if leg.amount > 0:
            await lots.give_back(db, leg.lots or ())
            continue
        shares = leg.lots
        if shares is None:
            shares = await lots.choose(db, ids[leg.account], -leg.amount, now)
            if (free := sum(share.amount for share in shares)) < -leg.amount:
                raise InsufficientPoints(needed=-leg.amount, available=free)
        await lots.use(db, shares, transfer_id=transfer_id)


def _before(changes: list[Change], changed: dict[int, Changed]) -> dict[int, tuple[int, int]]:
    """Balance and number of entries of each account before its change."""
    return {
        c.account_id: (changed[c.account_id].posted - c.posted, changed[c.account_id].version - c.lines)
        for c in changes
    }


def _entries(fresh: Fresh, ids: Ids, at: dict[int, tuple[int, int]]) -> list[tuple[Any, ...]]:
    """Entries in the order of the postings, each with the balance and the number that its account then had."""
    rows: list[tuple[Any, ...]] = []
    for transfer_id, posting in fresh:
        for line, leg in enumerate(posting.legs):
            account_id = ids[leg.account]
            posted, version = at[account_id]
            at[account_id] = posted, version = posted + leg.amount, version + 1
            rows.append((transfer_id, line, account_id, leg.amount, posted, version))
    return rows
