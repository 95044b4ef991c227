"""What a deed is worth, and against which limits it counts: one decision for the poster and for trying a draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from core import clock
from points import caps
from points.accounts import AccountRef
from points.caps import CapKey, CapScope, Period, Use
from points.models import AccountKind, Unit
from points.rules.body import Facts
from points.rules.book import Rule, RuleBook
from points.rules.scheme import Scheme


class Deed(Protocol):
    """What a request says; a row of `grant_request` fits."""

    rule_id: Any
    area_code: Any
    recipient_id: Any
    occurred_at: Any
    minutes: Any
    facts: Any


class Due(NamedTuple):
    """So much is due, in `rule.body.unit`, if none of `uses` is over its ceiling. `inputs` give the amount again."""

    rule: Rule
    amount: int
    uses: Sequence[Use]
    expires_at: datetime | None
    inputs: Mapping[str, Any]

    def reached(self, used: Mapping[CapKey, int]) -> str | None:
        """The limit that has no room for this any more, as the reason of a request; None when it can be paid."""
        for use in self.uses:
            if used.get(use.key, 0) + use.amount > use.ceiling:
                return f"cap:{use.key.scope}:{use.key.period_key}"
        return None


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing is due, for a reason that will not pass."""

    reason: str


class Judge:
    """Decides by the rules of each deed's moment; what is given at `now` is good from then on."""

    def __init__(self, book: RuleBook, now: datetime) -> None:
        self._book = book
        self._now = now
        self._terms: dict[tuple[int, int, str], _Terms] = {}

    def of(self, deed: Deed) -> Due | Declined:
        """What a deed earns and the limits that it counts against, or why it earns nothing."""
        rule = self._book.at(deed.rule_id, deed.occurred_at, deed.area_code)
        if rule is None:
            return Declined("no_rule_in_effect")
        facts = Facts.of(deed.facts, deed.minutes)
        amount = rule.body.amount(facts)
        if amount == 0:
            return Declined("nothing_due")
        terms = self._terms_of(rule, self._book.scheme(deed.area_code, deed.occurred_at), deed.area_code)
        day = clock.local(deed.occurred_at).date()
        uses = [Use(limit.key_of(deed.recipient_id, day), amount, limit.most) for limit in terms.limits]
        return Due(rule, amount, uses, terms.expires_at, facts.stored())

    def _terms_of(self, rule: Rule, scheme: Scheme, area_code: str) -> _Terms:
        """What is the same for many deeds; rules and schemes stay as long as the book."""
        key = id(rule), id(scheme), area_code
        if key not in self._terms:
            self._terms[key] = _Terms(tuple(_limits(rule, scheme, area_code)), _expiry(rule, scheme, self._now))
        return self._terms[key]


class _Limit(NamedTuple):
    """So much at most in each such period, of one person or of everybody together."""

    scope: CapScope
    subject_id: str
    period: Period
    most: int

    def key_of(self, resident_id: str, day: date) -> CapKey:
        who = resident_id if self.scope in caps.PERSONAL else ""
        return CapKey(self.scope, self.subject_id, who, caps.period_of_day(self.period, day))


class _Terms(NamedTuple):
    limits: tuple[_Limit, ...]
    expires_at: datetime | None


def source_of(area_code: str, unit: Unit) -> AccountRef:
    """Where grants come from: points from the community's budget, hours from nowhere, as they are only a record."""
    return AccountRef(area_code, AccountKind.FUND if unit is Unit.POINT else AccountKind.TREASURY, unit=unit)


def _expiry(rule: Rule, scheme: Scheme, now: datetime) -> datetime | None:
    if rule.body.expiry is not None:
        return rule.body.expiry.ends(now)
    return scheme.expiry.ends(now) if rule.body.unit is Unit.POINT else None


def _limits(rule: Rule, scheme: Scheme, area_code: str) -> Iterator[_Limit]:
    """What a deed in this area counts against; limits over all rules are limits of points."""
    for period, most in rule.body.caps.items():
        yield _Limit(CapScope.RULE, f"{area_code}:{rule.id}", period, most)
    for period, most in rule.body.total_caps.items():
        yield _Limit(CapScope.RULE_TOTAL, f"{rule.area_code or area_code}:{rule.id}", period, most)
    if rule.body.unit is Unit.POINT:
        for period, most in scheme.caps.items():
            yield _Limit(CapScope.ALL_RULES, area_code, period, most)
        for period, most in scheme.fund_caps.items():
            yield _Limit(CapScope.FUND, area_code, period, most)
