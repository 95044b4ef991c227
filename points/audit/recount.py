"""What was paid, judged again by the rules of its day: the amount, and how much of each limit it used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import caps, months
from points.audit.deed_checks import COUNTERS
from points.audit.findings import Finding, Mend, MendKind
from points.audit.walks import Key, Walk
from points.caps import CapKey, CapScope, Period
from points.grant_models import CapCounter, GrantRequest, GrantState
from points.models import Transfer, Unit
from points.months import Span
from points.rules.body import Facts
from points.rules.book import RuleBook
from points.rules.judging import Due, Judge

PERSONS: Final = Walk("persons", "grant_request", "g", ("recipient_id",), ("",), {}, 1_000)
"""Whole persons at a time: their limits are counted over all that they were paid."""

_IN_SHANGHAI: Final[Mapping[str, tuple[Any, ...]]] = {
    # SQLite would round a part of a second up to the next day.
    "sqlite": (func.substr(GrantRequest.occurred_at, 1, len("2026-11-21 15:59:59")), "+8 hours"),
    "postgresql": (func.timezone(str(clock.SHANGHAI), GrantRequest.occurred_at),),
}


async def walk_persons(db: AsyncSession, book: RuleBook, after: Key) -> tuple[list[Finding], Key | None]:
    """The next residents: every amount by its rule, every limit of theirs by what counted against it."""
    until = await PERSONS.until(db, after)
    if until is None:
        return [], None
    query = (
        select(GrantRequest, Transfer.inputs)
        .outerjoin(Transfer, Transfer.id == GrantRequest.transfer_id)
        .where(
            GrantRequest.recipient_id > after[0],
            GrantRequest.recipient_id <= until[0],
            GrantRequest.state == GrantState.PAID.value,
        )
        .order_by(GrantRequest.id)
    )
    paid = (await db.execute(query.execution_options(populate_existing=True))).all()
    findings = [wrong for request, inputs in paid if (wrong := _amount_wrong(book, request, inputs))]
    counted = _counted(book, [request for request, _ in paid])
    return findings + await _compare(db, counted), until


def _amount_wrong(book: RuleBook, request: GrantRequest, inputs: Mapping[str, Any] | None) -> Finding | None:
    """By the very version that paid, from the inputs that the transfer keeps."""
    rule = book.version(request.rule_id, request.rule_version) if request.rule_version else None
    where, said = f"request {request.id}", f"{request.rule_id} {request.rule_version}"
    if rule is None:
        return Finding("rule_version_unknown", where, said, "none")
    due = rule.body.amount(Facts.of(inputs or request.facts, request.minutes))
    if due == request.amount_points:
        return None
    mend = Mend(MendKind.ADJUST, request.recipient_id, due - (request.amount_points or 0), request.area_code)
    return Finding("grant_not_by_rule", where, f"{due} by {said}", str(request.amount_points), mend)


def _counted(book: RuleBook, requests: Sequence[GrantRequest]) -> Counter[CapKey]:
    counted: Counter[CapKey] = Counter()
    judge = Judge(book, clock.now())
    for request in requests:
        due = judge.of(request)
        if isinstance(due, Due):
            counted.update({use.key: request.amount_points or 0 for use in due.uses if use.key.scope in caps.PERSONAL})
    return counted


async def _compare(db: AsyncSession, counted: Counter[CapKey]) -> list[Finding]:
    used = await caps.used(db, list(counted))
    return [_miscounted(key, total, used.get(key, 0)) for key, total in counted.items() if used.get(key, 0) != total]


def _miscounted(key: CapKey, expected: int, found: int) -> Finding:
    where = f"{key.scope} {key.subject_id} {key.period_key}"
    return Finding("limit_not_sum_of_grants", where, str(expected), str(found))


async def count_totals(db: AsyncSession, book: RuleBook, after: Key, until: Key) -> list[Finding]:
    """The limits of everybody together among these counters; all that was paid in their time is summed up once."""
    columns = [getattr(CapCounter, name) for name in COUNTERS.keys]
    query = select(CapCounter.scope, CapCounter.subject_id, CapCounter.period_key, CapCounter.used).where(
        tuple_(*columns) > tuple(after),
        tuple_(*columns) <= tuple(until),
        CapCounter.scope.in_([CapScope.RULE_TOTAL.value, CapScope.FUND.value]),
    )
    counters = (await db.execute(query)).all()
    if not counters:
        return []
    spans = {name: _span(name) for _, _, name, _ in counters}
    whole = Span(min(span.since for span in spans.values()), max(span.until for span in spans.values()))
    paid = await _paid(db, book, whole)
    findings = []
    for scope, subject_id, name, used in counters:
        key = CapKey(CapScope(scope), subject_id, "", name)
        most = paid[key]
        least = most if key.scope is CapScope.RULE_TOTAL or _was_limited(book, key, spans[name]) else 0
        if not least <= used <= most:
            findings.append(_miscounted(key, most, used))
    return findings


async def _paid(db: AsyncSession, book: RuleBook, span: Span) -> Counter[CapKey]:
    """What each limit of everybody together may have counted of the deeds of this time."""
    columns = (
        func.date(*_IN_SHANGHAI[db.get_bind().dialect.name]),
        GrantRequest.rule_id,
        GrantRequest.rule_version,
        GrantRequest.area_code,
        GrantRequest.unit,
    )
    query = select(*columns, func.sum(GrantRequest.amount_points)).group_by(*columns)
    paid: Counter[CapKey] = Counter()
    for day, rule_id, version, area_code, unit, amount in await db.execute(
        query.where(
            GrantRequest.state == GrantState.PAID.value,
            GrantRequest.occurred_at >= span.since,
            GrantRequest.occurred_at < span.until,
        )
    ):
        on = day if isinstance(day, date) else date.fromisoformat(day)
        rule = book.version(rule_id, version)
        if rule is not None:
            subject = f"{rule.area_code or area_code}:{rule_id}"
            for period in rule.body.total_caps:
                paid[CapKey(CapScope.RULE_TOTAL, subject, "", caps.period_of_day(period, on))] += int(amount)
        for period in Period if unit == Unit.POINT.value else ():
            paid[CapKey(CapScope.FUND, area_code, "", caps.period_of_day(period, on))] += int(amount)
    return paid


def _was_limited(book: RuleBook, key: CapKey, span: Span) -> bool:
    """Whether the fund had this limit all the time: where it came or went meanwhile, less may have counted."""
    changes = any(
        span.since < one.effective_from < span.until for one in book.schemes if key.subject_id.startswith(one.area_code)
    )
    return not changes and caps.period_of(key.period_key) in book.scheme(key.subject_id, span.since).fund_caps


def _span(name: str) -> Span:
    """From and until when a period of this name lasts; see `caps.period_key`."""
    if caps.period_of(name) is Period.EVER:
        return Span(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    return months.named(name)
