"""What a deed is worth, and against which limits it counts: one decision for the poster and for trying a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

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


@dataclass(frozen=True, slots=True)
class Due:
    """So much is due, in `rule.body.unit`, if none of `uses` is over its ceiling. `inputs` give the amount again."""

    rule: Rule
    amount: int
    uses: tuple[Use, ...]
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


def judge(book: RuleBook, deed: Deed, now: datetime) -> Due | Declined:
    """By the rules of the deed's moment; what is given at `now` is good from then on."""
    rule = book.at(deed.rule_id, deed.occurred_at, deed.area_code)
    if rule is None:
        return Declined("no_rule_in_effect")
    facts = Facts.of(deed.facts, deed.minutes)
    amount = rule.body.amount(facts)
    if amount == 0:
        return Declined("nothing_due")
    scheme = book.scheme(deed.area_code, deed.occurred_at)
    uses = tuple(Use(key, amount, most) for key, most in _limits(rule, scheme, deed))
    return Due(rule, amount, uses, _expiry(rule, scheme, now), facts.stored())


def source_of(area_code: str, unit: Unit) -> AccountRef:
    """Where grants come from: points from the community's budget, hours from nowhere, as they are only a record."""
    return AccountRef(area_code, AccountKind.FUND if unit is Unit.POINT else AccountKind.TREASURY, unit=unit)


def _expiry(rule: Rule, scheme: Scheme, now: datetime) -> datetime | None:
    if rule.body.expiry is not None:
        return rule.body.expiry.ends(now)
    return scheme.expiry.ends(now) if rule.body.unit is Unit.POINT else None


def _limits(rule: Rule, scheme: Scheme, deed: Deed) -> list[tuple[CapKey, int]]:
    """The limits that a deed counts against, each with its ceiling; those over all rules are limits of points."""
    wallet = f"{deed.area_code}:{rule.id}"
    limits = [(_key(CapScope.RULE, wallet, deed, period), most) for period, most in rule.body.caps.items()]
    for period, most in rule.body.total_caps.items():
        subject = f"{rule.area_code or deed.area_code}:{rule.id}"
        limits.append((_key(CapScope.RULE_TOTAL, subject, deed, period), most))
    if rule.body.unit is Unit.POINT:
        for period, most in scheme.caps.items():
            limits.append((_key(CapScope.ALL_RULES, deed.area_code, deed, period), most))
        for period, most in scheme.fund_caps.items():
            limits.append((_key(CapScope.FUND, deed.area_code, deed, period), most))
    return limits


def _key(scope: CapScope, subject_id: str, deed: Deed, period: Period) -> CapKey:
    who = deed.recipient_id if scope in caps.PERSONAL else ""
    return CapKey(scope, subject_id, who, caps.period_key(period, deed.occurred_at))
