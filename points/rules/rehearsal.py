"""What a draft would have paid: the deeds of the past month judged anew, in order of arrival, nothing written.

The deeds are the requests that were written with them, whatever became of those. They are judged by the code that
pays, against limits that start empty with the span; the draft is taken as if it had held all the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points.caps import CapKey
from points.grant_models import GrantRequest, GrantState
from points.models import Unit
from points.rule_models import RuleVersion
from points.rules.book import Rule, RuleBook, SchemeVersion
from points.rules.errors import RuleVersionNotFound
from points.rules.judging import Declined, Due, Judge
from points.rules.scheme import SCHEME
from points.rules.shipped import default
from points.rules.store import in_force, rule_of, scheme_of

SPAN: Final = timedelta(days=31)
PAGE: Final = 1000
_READ: Final = (
    *("id", "rule_id", "unit", "recipient_id", "area_code", "minutes", "facts", "occurred_at"),
    *("state", "amount_points"),
)


@dataclass(slots=True)
class Day:
    """One day of Shanghai: deeds and what they would have got. `paid_then` is what the rule of the day paid."""

    day: str
    deeds: int = 0
    paid: int = 0
    amount: int = 0
    capped: int = 0
    capped_amount: int = 0
    refused: int = 0
    paid_then: int = 0


@dataclass(slots=True)
class Rehearsal:
    """The days on which there was a deed; amounts in the rule's unit. `reasons` counts what got nothing."""

    since: datetime
    until: datetime
    days: dict[str, Day] = field(default_factory=dict)
    persons: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def amount(self) -> int:
        return sum(day.amount for day in self.days.values())

    def in_order(self) -> list[Day]:
        return [self.days[name] for name in sorted(self.days)]

    def add(self, deed: Row[Any], verdict: Due | Declined, reached: str | None) -> None:
        """Count one deed with what would have become of it."""
        name = clock.local(deed.occurred_at).date().isoformat()
        day = self.days.setdefault(name, Day(name))
        day.deeds += 1
        day.paid_then += deed.amount_points if deed.state == GrantState.PAID.value else 0
        if isinstance(verdict, Declined):
            day.refused += 1
            self.reasons[verdict.reason] += 1
        elif reached is not None:
            day.capped += 1
            day.capped_amount += verdict.amount
            self.reasons[reached.rpartition(":")[0]] += 1
        else:
            day.paid += 1
            day.amount += verdict.amount
            self.persons[deed.recipient_id] += verdict.amount


async def rehearse(db: AsyncSession, *, row: RuleVersion) -> Rehearsal:
    """Try one version, draft or not, on the deeds of the month before now; a scheme on those of all rules."""
    if row.rule_id == SCHEME:
        return await _scheme(db, scheme_of(row), areas=(row.area_code,))
    return await _rule(db, rule_of(row), areas=(row.area_code,))


async def rehearse_shipped(db: AsyncSession, *, rule_id: str, areas: Sequence[str]) -> Rehearsal:
    """The same for what came with the service, on the deeds in these areas. Raises RuleVersionNotFound."""
    shipped = default()
    if rule_id == SCHEME:
        return await _scheme(db, shipped.schemes[0], areas=areas)
    found = next((rule for rule in shipped.rules if rule.id == rule_id), None)
    if found is None:
        raise RuleVersionNotFound
    return await _rule(db, found, areas=areas)


async def _rule(db: AsyncSession, rule: Rule, *, areas: Sequence[str]) -> Rehearsal:
    book = (await in_force(db)).trying_rule(rule)
    return await _judged(db, book, rule.id, rule.body.unit, areas)


async def _scheme(db: AsyncSession, scheme: SchemeVersion, *, areas: Sequence[str]) -> Rehearsal:
    book = (await in_force(db)).trying_scheme(scheme)
    return await _judged(db, book, SCHEME, Unit.POINT, areas)


async def _judged(db: AsyncSession, book: RuleBook, rule_id: str, unit: Unit, areas: Sequence[str]) -> Rehearsal:
    now = clock.now()
    used: Counter[CapKey] = Counter()
    found, judge = Rehearsal(now - SPAN, now), Judge(book, now)
    async for deed in _deeds(db, areas=areas, since=found.since, until=now):
        verdict = judge.of(deed)
        reached = verdict.reached(used) if isinstance(verdict, Due) else None
        if isinstance(verdict, Due) and reached is None:
            used.update({use.key: use.amount for use in verdict.uses})
        if rule_id in (deed.rule_id, SCHEME) and deed.unit == unit.value:
            found.add(deed, verdict, reached)
    return found


async def _deeds(
    db: AsyncSession, *, areas: Sequence[str], since: datetime, until: datetime
) -> AsyncIterator[Row[Any]]:
    """The requests for deeds of a span in some areas and all below them, in order of arrival."""
    columns = [getattr(GrantRequest, name) for name in _READ]
    query = select(*columns).where(
        or_(*(GrantRequest.area_code.startswith(area, autoescape=True) for area in areas)),
        GrantRequest.occurred_at > since,
        GrantRequest.occurred_at <= until,
    )
    last = 0
    while True:
        rows = (await db.execute(query.where(GrantRequest.id > last).order_by(GrantRequest.id).limit(PAGE))).all()
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        last = rows[-1].id
