"""Awards: a deed writes a unique request in its own transaction; the poster pays many requests in one.

Only one poster runs at a time (it holds a lease), but nothing here relies on it. A community's requests are paid in
order of arrival until its fund is empty; from then on all wait, so that a later, smaller one does not overtake.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.db import dialect_insert
from points import accounts, caps, grant_rows, ledger
from points.accounts import AccountRef
from points.caps import CapKey, Use
from points.errors import AccountClosed, AccountFrozen, CeilingReached, FundExhausted, SourceAlreadyPaid
from points.grant_models import GrantRequest, GrantState
from points.grant_rows import Request, Settled
from points.models import AccountKind, TransferKind, Unit
from points.postings import Draft, Posting, between, draft
from points.rules import RuleBook, default, in_force
from points.rules.body import ASKED, Facts
from points.rules.judging import Declined, Due, Judge, source_of

RETRY_AFTER: Final = timedelta(minutes=10)
"""Requests that could not be paid are looked at again; new money for the fund wakes them at once."""

MAX_BATCH: Final = 500
DRAFTS_AT_A_TIME: Final = 25


Payable: TypeAlias = list[tuple[Request, Due]]


class _CapMoved(Exception):
    """More of a limit was used than we took it to be, also by another writer since we read it."""


_APART: Final = (FundExhausted, SourceAlreadyPaid, AccountFrozen, AccountClosed, CeilingReached, _CapMoved)
"""What one request of a batch met, so that the batch is taken apart."""


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
    not_before: datetime | None = None,
    book: RuleBook | None = None,
    asked_by: str | None = None,
    approved_by: str | None = None,
) -> bool:
    """Ask for what a deed earns, with the deed; False when it was asked for before.

    `minutes` is the certified time, for rules that pay by time; `facts` is what else the rule may read. It
    is paid at `not_before` at the earliest. An award by hand names the workers. Raises RuleUnknown.
    """
    now = clock.now()
    row = {
        "rule_id": rule,
        "unit": (ASKED[rule][1] if rule in ASKED else Unit.POINT).value,
        "purpose": (book or default()).purpose_of(rule).value,
        "source_kind": source_kind,
        "source_id": source_id,
        "recipient_id": recipient_id,
        "area_code": area_code,
        "minutes": minutes,
        "facts": facts.stored() if facts else None,
        "occurred_at": occurred_at,
        "requested_at": now,
        "next_at": not_before or now,
        "asked_by": asked_by,
        "approved_by": approved_by,
    }
    asking = dialect_insert(db, GrantRequest).values(row).on_conflict_do_nothing()
    return (await db.execute(asking.returning(GrantRequest.id))).scalar_one_or_none() is not None


async def note_stars(db: AsyncSession, *, source_kind: str, source_id: str, stars: int) -> None:
    """How good a deed was is known: what still waits for that is paid by it, and at once."""
    await db.execute(
        update(GrantRequest)
        .where(
            GrantRequest.source_kind == source_kind,
            GrantRequest.source_id == source_id,
            GrantRequest.state == GrantState.PENDING.value,
        )
        .values(facts=Facts(stars=stars).stored(), next_at=clock.now())
        .execution_options(synchronize_session=False)
    )


async def are_due(db: AsyncSession) -> bool:
    """Whether `post_due` would find anything now; it only reads."""
    return await grant_rows.are_due(db, now=clock.now())


async def post_due(
    db: AsyncSession, *, limit: int = 100, book: RuleBook | None = None, tells: bool = False
) -> list[Settled]:
    """Settle up to `limit` requests, oldest first and at most MAX_BATCH; what became of each, in that order.

    Empty means that nothing is due now. Each request is paid, capped, refused or put off, with a reason. With `tells`
    the caller tells the recipients of what was paid, in this transaction.
    """
    now = clock.now()
    requests = await grant_rows.due(db, now=now, limit=min(limit, MAX_BATCH))
    if not requests:
        return []
    settled = await _Batch(db, book or await in_force(db), now, tells=tells).settle(requests)
    return sorted(settled, key=lambda one: one.request.id)


class _Batch:
    """One transaction of the poster."""

    def __init__(self, db: AsyncSession, book: RuleBook, now: datetime, *, tells: bool) -> None:
        self._db = db
        self._judge = Judge(book, now)
        self._now = now
        self._tells = tells

    async def settle(self, requests: list[Request]) -> list[Settled]:
        """All together; else each community by itself, so that an empty fund does not slow the others; else singly."""
        try:
            return await self._pay(requests)
        except _APART:
            await self._hold(requests)
        by_area: dict[str, list[Request]] = defaultdict(list)
        for request in requests:
            by_area[request.area_code].append(request)
        settled: list[Settled] = []
        for area_code in sorted(by_area):
            settled += await self._settle_area(by_area[area_code], is_alone=len(by_area) == 1)
        return settled

    async def _hold(self, requests: Sequence[Request]) -> None:
        """Lock all wallets and then the funds: paid one by one, a fund would be locked before the next wallet."""
        wallets = {_wallet_of(request) for request in requests}
        await accounts.lock_existing(self._db, wallets | {source_of(one.area_code, one.unit) for one in wallets})

    async def _settle_area(self, requests: list[Request], *, is_alone: bool) -> list[Settled]:
        if not is_alone:
            try:
                return await self._pay(requests)
            except _APART:
                pass
        settled: list[Settled] = []
        for request in requests:
            settled.append(await self._settle_one(request, after=settled))
        return settled

    async def _settle_one(self, request: Request, *, after: Sequence[Settled]) -> Settled:
        """In order of arrival: what follows one that the fund could not pay waits too."""
        waits = GrantState.UNFUNDED
        if any(one.state is waits and one.request.unit == request.unit for one in after):
            return await self._put_off(Settled(request, waits, reason=FundExhausted.code))
        try:
            return (await self._pay([request]))[0]
        except FundExhausted as error:
            return await self._put_off(Settled(request, waits, reason=error.code))
        except (SourceAlreadyPaid, AccountClosed, CeilingReached) as error:
            refused = Settled(request, GrantState.REFUSED, reason=error.code)
            await grant_rows.settle(self._db, [refused], now=self._now, notified=False)
            return refused
        except AccountFrozen as error:  # the fund's: it pays again when the freeze is lifted
            return await self._put_off(Settled(request, GrantState.PENDING, reason=error.code))
        except _CapMoved:
            return await self._put_off(Settled(request, GrantState.PENDING, reason="cap_moved"))

    async def _put_off(self, settled: Settled) -> Settled:
        await grant_rows.put_off(self._db, [settled], until=self._now + RETRY_AFTER)
        return settled

    async def _pay(self, requests: Sequence[Request]) -> list[Settled]:
        """Decide each request in order and pay what is due. Raises one of _APART; nothing is kept then.

        What was used of the limits is read only when one of them has no room for all.
        """
        judged = [(request, self._judge.of(request)) for request in requests]
        refused = [Settled(r, GrantState.REFUSED, reason=due.reason) for r, due in judged if isinstance(due, Declined)]
        payable = [(request, due) for request, due in judged if isinstance(due, Due)]
        try:
            return await self._write(refused, payable)
        except _CapMoved:
            within, capped = await self._within_limits(payable)
            return await self._write([*refused, *capped], within)

    async def _within_limits(self, payable: Payable) -> tuple[Payable, list[Settled]]:
        """In order, those for which all limits have room, and those that meet one that has none."""
        used = await caps.used(self._db, {use.key for _, due in payable for use in due.uses})
        within: Payable = []
        capped: list[Settled] = []
        for request, due in payable:
            if reason := due.reached(used):
                capped.append(Settled(request, GrantState.CAPPED, reason=reason))
                continue
            within.append((request, due))
            for use in due.uses:
                used[use.key] = used.get(use.key, 0) + use.amount
        return within, capped

    async def _write(self, settled: list[Settled], payable: Payable) -> list[Settled]:
        """Pay these besides what was settled without paying; all that became of the requests."""
        async with self._db.begin_nested():
            settled = [*settled, *await self._post(payable)]
            await grant_rows.settle(self._db, settled, now=self._now, notified=self._tells)
        return settled

    async def _post(self, payable: Payable) -> list[Settled]:
        """Pay these. The transfers are drafted while the database counts what is used of the limits."""
        drafting = asyncio.create_task(_drafted(payable))
        try:
            is_taken = await caps.take(self._db, _totals(due for _, due in payable))
        finally:
            drafts = await drafting
        if not is_taken:
            raise _CapMoved
        posted = await ledger.post_drafts(self._db, drafts)
        return [
            Settled(request, GrantState.PAID, due.amount, None, due.rule.version, done.transfer_id)
            for (request, due), done in zip(payable, posted, strict=True)
        ]


async def _drafted(payable: Payable) -> list[Draft]:
    """The transfers that pay these; whoever waits for the database may go on in between."""
    drafts: list[Draft] = []
    for number, (request, due) in enumerate(payable):
        if number % DRAFTS_AT_A_TIME == 0:
            await asyncio.sleep(0)
        drafts.append(draft(_posting(request, due)))
    return drafts


def _totals(dues: Iterable[Due]) -> list[Use]:
    """What all of them use of each limit, under the lowest of its ceilings."""
    total: dict[CapKey, Use] = {}
    for due in dues:
        for use in due.uses:
            if before := total.get(use.key):
                amount, ceiling = before.amount + use.amount, min(before.ceiling, use.ceiling)
                total[use.key] = Use(use.key, amount, ceiling)
            else:
                total[use.key] = use
    return list(total.values())


def _wallet_of(request: Request) -> AccountRef:
    return AccountRef(request.area_code, AccountKind.RESIDENT, request.recipient_id, Unit(request.unit))


def _posting(request: Request, due: Due) -> Posting:
    unit = due.rule.body.unit
    resident = _wallet_of(request)._replace(unit=unit)
    return Posting(
        area_code=request.area_code,
        key=f"grant:{request.id}",
        kind=TransferKind.GRANT,
        legs=between(source_of(request.area_code, unit), resident, due.amount, expires_at=due.expires_at),
        reason=request.rule_id,
        source_kind=request.source_kind,
        source_id=request.source_id,
        recipient_id=request.recipient_id,
        purpose=request.purpose,
        rule_id=request.rule_id,
        rule_version=due.rule.version,
        inputs=due.inputs,
        actor_id=request.asked_by,
        approver_id=request.approved_by,
        effective_at=request.occurred_at,
    )
