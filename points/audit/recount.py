"""What was paid, judged again by the rules of its day: the amount, and how much of each limit it used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import caps, months
from points.audit.findings import Finding, Mend, MendKind
from points.audit.walks import Key, Walk
from points.caps import CapKey, CapScope, Period
from points.grant_models import CapCounter, GrantRequest, GrantState
from points.models import Transfer, Unit
from points.rules.body import Facts
from points.rules.book import RuleBook
from points.rules.judging import Due, Judge

PERSONS: Final = Walk("persons", "grant_request", "g", ("recipient_id",), ("",), {}, 1_000)
"""Whole persons at a time: their limits are counted over all that they were paid."""


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
    """The limits of everybody together among these counters."""
    columns = (CapCounter.scope, CapCounter.subject_id, CapCounter.resident_id, CapCounter.period_key)
    query = select(*columns, CapCounter.used).where(
        tuple_(*columns) > tuple(after),
        tuple_(*columns) <= tuple(until),
        CapCounter.scope.in_([CapScope.RULE_TOTAL.value, CapScope.FUND.value]),
    )
    findings = []
    for scope, subject_id, _, name, used in (await db.execute(query)).all():
        total = await (_of_rule if scope == CapScope.RULE_TOTAL.value else _of_fund)(db, book, subject_id, name)
        if not total.least <= used <= total.most:
            findings.append(_miscounted(CapKey(CapScope(scope), subject_id, "", name), total.most, used))
    return findings


@dataclass(frozen=True, slots=True)
class _Total:
    """What was paid within a period; where the limit itself came or went meanwhile, less may have counted."""

    least: int
    most: int


async def _of_rule(db: AsyncSession, book: RuleBook, subject_id: str, name: str) -> _Total:
    prefix, _, rule_id = subject_id.rpartition(":")
    start, end, period = _span(name)
    total = 0
    columns = (GrantRequest.area_code, GrantRequest.rule_version)
    query = _paid(start, end).where(
        GrantRequest.rule_id == rule_id, GrantRequest.area_code.startswith(prefix, autoescape=True)
    )
    for paid, area_code, version in await db.execute(query.add_columns(*columns).group_by(*columns)):
        rule = book.version(rule_id, version)
        if rule is not None and period in rule.body.total_caps and (rule.area_code or area_code) == prefix:
            total += paid
    return _Total(total, total)


async def _of_fund(db: AsyncSession, book: RuleBook, area_code: str, name: str) -> _Total:
    start, end, period = _span(name)
    query = _paid(start, end).where(GrantRequest.area_code == area_code, GrantRequest.unit == Unit.POINT.value)
    paid = int((await db.execute(query)).scalar_one() or 0)
    changes = any(start < one.effective_from < end for one in book.schemes if area_code.startswith(one.area_code))
    always = not changes and period in book.scheme(area_code, start).fund_caps
    return _Total(paid if always else 0, paid)


def _paid(start: datetime, end: datetime) -> Select[Any]:
    return select(func.sum(GrantRequest.amount_points)).where(
        GrantRequest.state == GrantState.PAID.value, GrantRequest.occurred_at >= start, GrantRequest.occurred_at < end
    )


def _span(name: str) -> tuple[datetime, datetime, Period]:
    """From and until when a period of this name lasts; see `caps.period_key`."""
    period = caps.period_of(name)
    if period is Period.EVER:
        return datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), period
    span = months.named(name)
    return span.since, span.until, period
