"""Rules of the areas in the database: drafted by one person, activated by another, never changed while they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.turns import in_turn
from points.models import Account, AccountKind, Unit
from points.rule_models import Budget, RuleStatus, RuleVersion
from points.rules.body import RuleBody, read_body
from points.rules.book import Rule, RuleBook, SchemeVersion, Version
from points.rules.data import canonical, parse
from points.rules.errors import (
    RuleNotDraft,
    RuleOver,
    RulesOverlap,
    RuleUnfunded,
    RuleUnlimited,
    RuleVersionNotFound,
    SamePerson,
)
from points.rules.scheme import SCHEME, Scheme
from points.rules.shipped import default


async def draft(
    db: AsyncSession,
    *,
    area_code: str,
    rule_id: str,
    body: Mapping[str, Any],
    effective_from: datetime,
    effective_until: datetime | None = None,
    worker_id: str,
) -> RuleVersion:
    """Write a draft with the next number of its rule; the same draft of the same person is not written twice.

    Raises RuleForbidden, RuleInvalid or RuleOver.
    """
    read = parse(Scheme, body) if rule_id == SCHEME else read_body(rule_id, body)
    if effective_until is not None and effective_until <= effective_from:
        raise RuleOver(until=effective_until)
    await in_turn(db, "rule", rule_id)
    said = canonical(read)
    for one in await _versions(db, rule_id):
        same = (one.area_code, one.body, one.effective_from, one.effective_until, one.created_by, one.status)
        if same == (area_code, said, effective_from, effective_until, worker_id, RuleStatus.DRAFT.value):
            return one
    row = RuleVersion(
        area_code=area_code,
        rule_id=rule_id,
        version=await _next_version(db, rule_id),
        unit=(read.unit if isinstance(read, RuleBody) else Unit.POINT).value,
        purpose=read.purpose.value if isinstance(read, RuleBody) else SCHEME,
        effective_from=effective_from,
        effective_until=effective_until,
        body=said,
        body_hash=hashlib.sha256(said.encode()).hexdigest(),
        status=RuleStatus.DRAFT.value,
        created_by=worker_id,
        created_at=clock.now(),
    )
    db.add(row)
    await db.flush()
    return row


async def activate(db: AsyncSession, *, rule_id: str, version: int, worker_id: str) -> RuleVersion:
    """Let a draft hold from its day, or from now if that day has passed; the same person may ask twice.

    Raises RuleVersionNotFound, SamePerson, RuleNotDraft, RuleOver, RulesOverlap, RuleUnlimited or RuleUnfunded.
    """
    await in_turn(db, "rule", rule_id)
    row = await find(db, rule_id=rule_id, version=version)
    if row.status == RuleStatus.ACTIVE.value and row.approved_by == worker_id:
        return row
    if row.status != RuleStatus.DRAFT.value:
        raise RuleNotDraft(status=row.status)
    if row.created_by == worker_id:
        raise SamePerson
    now = clock.now()
    start = max(row.effective_from, now)
    if row.effective_until is not None and row.effective_until <= start:
        raise RuleOver(until=row.effective_until)
    await _refuse_overlap(db, row, start)
    if rule_id != SCHEME:
        await _refuse_endless(db, row)
    return await _change(
        db, row, status=RuleStatus.ACTIVE.value, effective_from=start, approved_by=worker_id, activated_at=now
    )


async def retire(db: AsyncSession, *, rule_id: str, version: int, until: datetime | None = None) -> RuleVersion:
    """End an active version, now or at a later moment; then the rule of the wider area holds again.

    Raises RuleVersionNotFound, RuleNotDraft, or RuleOver when its end stands already or is to lie in the past.
    """
    await in_turn(db, "rule", rule_id)
    row = await find(db, rule_id=rule_id, version=version)
    now = clock.now()
    if row.status != RuleStatus.ACTIVE.value:
        raise RuleNotDraft(status=row.status)
    end = until or now
    if row.effective_until is not None or end < now or end <= row.effective_from:
        raise RuleOver(until=row.effective_until or row.effective_from)
    return await _change(db, row, status=RuleStatus.RETIRED.value, effective_until=end, retired_at=now)


async def find(db: AsyncSession, *, rule_id: str, version: int) -> RuleVersion:
    """One version, drafts too. Raises RuleVersionNotFound."""
    query = select(RuleVersion).where(RuleVersion.rule_id == rule_id, RuleVersion.version == version)
    row = (await db.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise RuleVersionNotFound
    return row


async def listing(db: AsyncSession, *, areas: Sequence[str]) -> list[RuleVersion]:
    """All versions drafted for these areas and those below and above them, by rule and number."""
    within = [RuleVersion.area_code.startswith(area, autoescape=True) for area in areas]
    above = [area[:length] for area in areas for length in range(len(area))]
    query = select(RuleVersion).where(or_(*within, RuleVersion.area_code.in_(above)))
    return list((await db.execute(query.order_by(RuleVersion.rule_id, RuleVersion.version))).scalars())


async def in_force(db: AsyncSession) -> RuleBook:
    """Everything that holds or held, of all areas, with what ships."""
    rules, schemes = list(default().rules), list(default().schemes)
    for row in await db.execute(_approved()):
        if row.rule_id == SCHEME:
            schemes.append(scheme_of(row))
        else:
            rules.append(rule_of(row))
    return RuleBook(tuple(rules), tuple(schemes))


async def scheme(db: AsyncSession, *, area_code: str, moment: datetime | None = None) -> Scheme:
    """How a community wants it, at a moment or now; it reads no more than what its own areas say of that."""
    at = moment or clock.now()
    query = _approved().where(
        RuleVersion.rule_id == SCHEME,
        RuleVersion.area_code.in_([area_code[:length] for length in range(len(area_code) + 1)]),
        RuleVersion.effective_from <= at,
        or_(RuleVersion.effective_until.is_(None), RuleVersion.effective_until > at),
    )
    drafted = [scheme_of(row) for row in await db.execute(query)]
    return RuleBook((), (*default().schemes, *drafted)).scheme(area_code, at)


def _approved() -> Select[Any]:
    columns = ("rule_id", "version", "body", "effective_from", "effective_until", "area_code")
    return select(*(getattr(RuleVersion, name) for name in columns)).where(RuleVersion.status != RuleStatus.DRAFT.value)


def rule_of(row: RuleVersion | Row[Any]) -> Rule:
    """What a row says, drafts too."""
    return Version(row.rule_id, row.version, _body(row.body), row.effective_from, row.effective_until, row.area_code)


def scheme_of(row: RuleVersion | Row[Any]) -> SchemeVersion:
    """The same for settings."""
    return Version(SCHEME, row.version, _scheme(row.body), row.effective_from, row.effective_until, row.area_code)


@lru_cache(maxsize=512)
def _body(said: str) -> RuleBody:
    return RuleBody.model_validate_json(said, strict=True)


@lru_cache(maxsize=64)
def _scheme(said: str) -> Scheme:
    return Scheme.model_validate_json(said, strict=True)


async def _refuse_overlap(db: AsyncSession, row: RuleVersion, start: datetime) -> None:
    for one in await _versions(db, row.rule_id):
        if one.area_code != row.area_code or one.status == RuleStatus.DRAFT.value:
            continue
        begins_before_our_end = row.effective_until is None or one.effective_from < row.effective_until
        if begins_before_our_end and (one.effective_until is None or start < one.effective_until):
            raise RulesOverlap(id=f"{one.rule_id}.{one.version}")


async def _refuse_endless(db: AsyncSession, row: RuleVersion) -> None:
    """A rule pays within caps, and points out of a fund that somebody filled. Raises RuleUnlimited, RuleUnfunded."""
    if not _body(row.body).is_limited:
        raise RuleUnlimited
    if row.unit != Unit.POINT.value:
        return
    fund = select(Account.id).where(
        Account.kind == AccountKind.FUND.value,
        Account.unit == row.unit,
        Account.posted > 0,
        Account.area_code.startswith(row.area_code, autoescape=True),
    )
    budget = select(Budget.id).where(
        Budget.unit == row.unit,
        Budget.area_code.startswith(row.area_code, autoescape=True),
        Budget.period_until > row.effective_from,
    )
    for query in (fund, budget):
        if (await db.execute(query.limit(1))).first() is not None:
            return
    raise RuleUnfunded


async def _versions(db: AsyncSession, rule_id: str) -> list[RuleVersion]:
    query = select(RuleVersion).where(RuleVersion.rule_id == rule_id).order_by(RuleVersion.version)
    return list((await db.execute(query.execution_options(populate_existing=True))).scalars())


async def _next_version(db: AsyncSession, rule_id: str) -> int:
    """Numbers run through all areas, so that a transfer's rule and number mean one body."""
    drafted = [one.version for one in await _versions(db, rule_id)]
    shipped = [one.version for one in (*default().rules, *default().schemes) if one.id == rule_id]
    return max([0, *drafted, *shipped]) + 1


async def _change(db: AsyncSession, row: RuleVersion, **values: Any) -> RuleVersion:
    await db.execute(
        update(RuleVersion)
        .where(
            RuleVersion.area_code == row.area_code,
            RuleVersion.rule_id == row.rule_id,
            RuleVersion.version == row.version,
            RuleVersion.status == row.status,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return await find(db, rule_id=row.rule_id, version=row.version)
