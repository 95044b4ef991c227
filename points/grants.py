"""Awards: a deed writes a unique request in its own transaction; the poster pays many requests in one.

Only one poster runs at a time (the caller holds a lease), but nothing here relies on it. A community's requests are
paid in order of arrival until its fund is empty; from then on all wait, so that a later, smaller one does not overtake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from core import clock
from points import caps, ledger
from points.accounts import AccountRef, dialect_insert
from points.caps import CapKey, Use
from points.errors import AccountClosed, AccountFrozen, FundExhausted, SourceAlreadyPaid
from points.grant_models import GrantRequest, GrantState
from points.models import AccountKind, TransferKind, Unit
from points.postings import Posting, between
from points.rules import RuleBook, default, in_force
from points.rules.body import ASKED, Facts
from points.rules.judging import Declined, Due, judge, source_of

RETRY_AFTER: Final = timedelta(minutes=10)
"""Requests that could not be paid are looked at again; new money for the fund wakes them at once."""

MAX_BATCH: Final = 500

OPEN: Final = (GrantState.PENDING.value, GrantState.UNFUNDED.value)


class _CapMoved(Exception):
    """Another writer used a limit between our reading it and our using it."""


async def request_grant(
    db: AsyncSession,
    *,
    rule: str,
    area_code: str,
    recipient_id: str,
    source_kind: str,
    source_id: str,
    occurred_at: datetime,
    minutes: int | None = None,
    facts: Facts | None = None,
    book: RuleBook | None = None,
) -> bool:
    """Ask for what a deed earns, with the deed; False when it was asked for before.

    `minutes` is the certified time, for rules that pay by time; `facts` is what else the rule may read. Raises
    RuleUnknown.
    """
    known = ASKED.get(rule)
    now = clock.now()
    row = {
        "rule_id": rule,
        "unit": (known[1] if known else Unit.POINT).value,
        "purpose": (book or default()).purpose_of(rule).value,
        "source_kind": source_kind,
        "source_id": source_id,
        "recipient_id": recipient_id,
        "area_code": area_code,
        "minutes": minutes,
        "facts": facts.stored() if facts else None,
        "notified": False,
        "occurred_at": occurred_at,
        "requested_at": now,
        "state": GrantState.PENDING.value,
        "next_at": now,
    }
    made = await db.execute(
        dialect_insert(db, GrantRequest).values(row).on_conflict_do_nothing().returning(GrantRequest.id)
    )
    return made.scalar_one_or_none() is not None


async def post_due(db: AsyncSession, *, limit: int = 100, book: RuleBook | None = None) -> int:
    """Settle up to `limit` requests, oldest first and at most MAX_BATCH; how many were looked at.

    Zero means that nothing is due now. Each request is then paid, capped, refused or put off, with a reason.
    """
    due = (await db.execute(_due(clock.now(), limit))).scalars().all()
    by_area: dict[str, list[GrantRequest]] = defaultdict(list)
    for request in due:
        by_area[request.area_code].append(request)
    rules = book or (await in_force(db) if due else default())
    for area_code in sorted(by_area):
        await _settle(db, by_area[area_code], rules)
    return len(due)


def _due(now: datetime, limit: int) -> Any:
    earlier = aliased(GrantRequest)
    waits_behind = exists().where(
        earlier.area_code == GrantRequest.area_code,
        earlier.state == GrantState.UNFUNDED.value,
        earlier.id < GrantRequest.id,
        earlier.next_at > now,
    )
    return (
        select(GrantRequest)
        .where(GrantRequest.state.in_(OPEN), GrantRequest.next_at <= now, ~waits_behind)
        .order_by(GrantRequest.id)
        .limit(min(limit, MAX_BATCH))
        .with_for_update(of=GrantRequest, key_share=True)
        .execution_options(populate_existing=True)
    )


async def _settle(db: AsyncSession, requests: list[GrantRequest], book: RuleBook) -> None:
    """All requests of one community together, or else one by one until the fund is empty."""
    try:
        async with db.begin_nested():
            await _pay(db, requests, book)
    except (FundExhausted, SourceAlreadyPaid, AccountFrozen, AccountClosed, _CapMoved):
        await _settle_singly(db, requests, book)


async def _settle_singly(db: AsyncSession, requests: list[GrantRequest], book: RuleBook) -> None:
    for index, request in enumerate(requests):
        try:
            async with db.begin_nested():
                await _pay(db, [request], book)
        except FundExhausted:
            await _put_off(db, requests[index:], GrantState.UNFUNDED, "fund_exhausted")
            return
        except (SourceAlreadyPaid, AccountClosed) as error:
            await _record(db, [_outcome(request, GrantState.REFUSED, error.code)])
        except AccountFrozen as error:  # the fund's: it pays again when the freeze is lifted
            await _put_off(db, [request], GrantState.PENDING, error.code)
        except _CapMoved:
            await _put_off(db, [request], GrantState.PENDING, "cap_moved")


async def _pay(db: AsyncSession, requests: Sequence[GrantRequest], book: RuleBook) -> None:
    """Decide each request in order and pay what is due. Raises FundExhausted and others; nothing is kept then."""
    now = clock.now()
    judged = [(request, judge(book, request, now)) for request in requests]
    left = await caps.used(db, {use.key for _, due in judged if isinstance(due, Due) for use in due.uses})
    total: dict[CapKey, Use] = {}
    payable: list[tuple[GrantRequest, Posting]] = []
    outcomes: list[dict[str, Any]] = []
    for request, due in judged:
        if isinstance(due, Declined):
            outcomes.append(_outcome(request, GrantState.REFUSED, due.reason))
            continue
        if reason := due.reached(left):
            outcomes.append(_outcome(request, GrantState.CAPPED, reason))
            continue
        for use in due.uses:
            left[use.key] = left.get(use.key, 0) + use.amount
            before = total.get(use.key)
            total[use.key] = Use(use.key, use.amount + (before.amount if before else 0), use.ceiling)
        payable.append((request, _posting(request, due)))
    if not await caps.take(db, list(total.values())):
        raise _CapMoved
    posted = await ledger.post_many(db, [posting for _, posting in payable]) if payable else []
    for (request, posting), done in zip(payable, posted, strict=True):
        outcomes.append(_paid(request, posting, done.transfer_id))
    await _record(db, outcomes)


def _posting(request: GrantRequest, due: Due) -> Posting:
    unit = due.rule.body.unit
    source = source_of(request.area_code, unit)
    resident = AccountRef(request.area_code, AccountKind.RESIDENT, request.recipient_id, unit)
    return Posting(
        area_code=request.area_code,
        key=f"grant:{request.id}",
        kind=TransferKind.GRANT,
        legs=between(source, resident, due.amount, expires_at=due.expires_at),
        reason=request.rule_id,
        source_kind=request.source_kind,
        source_id=request.source_id,
        recipient_id=request.recipient_id,
        purpose=request.purpose,
        rule_id=request.rule_id,
        rule_version=due.rule.version,
        inputs=due.inputs,
        effective_at=request.occurred_at,
    )


def _outcome(request: GrantRequest, state: GrantState, reason: str) -> dict[str, Any]:
    return {"id": request.id, "state": state.value, "reason": reason, "settled_at": clock.now()}


def _paid(request: GrantRequest, posting: Posting, transfer_id: str) -> dict[str, Any]:
    return {
        "id": request.id,
        "state": GrantState.PAID.value,
        "reason": None,
        "settled_at": clock.now(),
        "amount_points": posting.legs[1].amount,
        "rule_version": posting.rule_version,
        "transfer_id": transfer_id,
    }


async def _record(db: AsyncSession, outcomes: list[dict[str, Any]]) -> None:
    """Write results by primary key; rows of one shape travel together."""
    for paid in (True, False):
        rows = [row for row in outcomes if ("transfer_id" in row) is paid]
        if rows:
            await db.execute(update(GrantRequest), rows, execution_options={"synchronize_session": False})


async def _put_off(db: AsyncSession, requests: Sequence[GrantRequest], state: GrantState, reason: str) -> None:
    await db.execute(
        update(GrantRequest)
        .where(GrantRequest.id.in_([request.id for request in requests]))
        .values(state=state.value, reason=reason, next_at=clock.now() + RETRY_AFTER)
        .execution_options(synchronize_session=False)
    )
