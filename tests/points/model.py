"""The ledger as one head can hold it: plain numbers, one step after another, no database."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core import clock
from core.values import RedemptionState
from points.errors import (
    AlreadyReversed,
    CodeAlreadyVerified,
    CodeExpired,
    CodeVoid,
    FundExhausted,
    HoldSettled,
    InsufficientPoints,
    LimitReached,
    NotReversible,
    RewardSoldOut,
)
from points.rules.errors import RuleOver, RulesOverlap, RuleUnfunded

RETRY = timedelta(minutes=10)
DAY_CAP = 31
LIMIT = 2
CODE_DAYS = 3

FUND, TREASURY, REDEEMED = "fund", "treasury", "redeemed"
Legs = dict[str, int]


@dataclass(frozen=True)
class Terms:
    """What one version of a rule pays for a deed, and to one person in a day."""

    points: int
    day_cap: int
    since: datetime
    until: datetime | None = None

    def holds_at(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


SHIPPED = {
    "report_verified": Terms(10, 50, datetime.min),
    "report_followed": Terms(1, 5, datetime.min),
}
"""What holds where nothing was drafted; both pay for the same purpose."""


@dataclass
class Asked:
    rule: str
    resident: str
    source: str
    occurred_at: datetime
    next_at: datetime
    state: str = "pending"


@dataclass
class Held:
    reward: str
    resident: str
    limit_resident: str
    price: int
    expires_at: datetime
    state: RedemptionState = RedemptionState.HELD
    is_reserved: bool = True


@dataclass
class Model:
    now: datetime
    posted: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    stock: Counter[str] = field(default_factory=Counter)
    price: dict[str, int] = field(default_factory=dict)
    transfers: list[tuple[Legs, bool]] = field(default_factory=list)
    reversed: set[int] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    redemptions: list[Held] = field(default_factory=list)
    caps: Counter[tuple[str, ...]] = field(default_factory=Counter)
    limits: Counter[tuple[str, str]] = field(default_factory=Counter)
    drafted: dict[str, list[Terms]] = field(default_factory=lambda: defaultdict(list))

    def available(self, account: str) -> int:
        return self.posted[account] - self.held[account] + sum(late.price for late in self._late(account))

    def _late(self, account: str) -> list[Held]:
        """Reservations whose time is over, which nobody has written down yet."""
        return [
            one
            for one in self.redemptions
            if one.resident == account and one.is_reserved and one.expires_at <= self.now
        ]

    def _free(self, account: str) -> None:
        for late in self._late(account):
            late.is_reserved = False
            self.held[account] -= late.price

    def move(self, legs: Legs, *, final: bool = False, reserved: str = "") -> None:
        for account, amount in legs.items():
            if account not in {TREASURY, reserved} and amount < 0 and self.available(account) < -amount:
                raise FundExhausted if account == FUND else InsufficientPoints
        for account, amount in legs.items():
            if amount < 0 and account != reserved:
                self._free(account)
            self.posted[account] += amount
        self.transfers.append((legs, final))

    def reverse(self, number: int) -> None:
        legs, final = self.transfers[number]
        if final:
            raise NotReversible
        if number in self.reversed:
            raise AlreadyReversed
        opposite = {account: -amount for account, amount in legs.items()}
        self.move(opposite, final=True)
        for account in opposite:
            self._free(account)
        self.reversed.add(number)

    def terms(self, rule: str, moment: datetime) -> Terms:
        """Of the version that holds at the moment of a deed."""
        return next((one for one in self.drafted[rule] if one.holds_at(moment)), SHIPPED[rule])

    def change_rule(self, rule: str, terms: Terms) -> None:
        """What holds without an end ends where this begins."""
        endless = next((one for one in self.drafted[rule] if one.until is None), None)
        if endless is not None and terms.since <= endless.since:
            raise RuleOver
        if any(one.until is not None and terms.since < one.until for one in self.drafted[rule]):
            raise RulesOverlap
        if self.posted[FUND] == 0:
            raise RuleUnfunded
        ended = [replace(one, until=terms.since) if one is endless else one for one in self.drafted[rule]]
        self.drafted[rule] = [*ended, terms]

    def ask(self, rule: str, resident: str, source: str) -> bool:
        """Whoever was asked for by one rule is paid by that one."""
        if any((a.resident, a.source) == (resident, source) for a in self.asked):
            return False
        self.asked.append(Asked(rule, resident, source, self.now, self.now))
        return True

    def pay(self, limit: int) -> int:
        waiting = [a for a in self.asked if a.state in {"pending", "unfunded"}]
        due = [
            a
            for number, a in enumerate(waiting)
            if a.next_at <= self.now
            and not any(b.state == "unfunded" and b.next_at > self.now for b in waiting[:number])
        ][:limit]
        for number, request in enumerate(due):
            if self._capped(request):
                request.state = "capped"
            elif self.posted[FUND] < self.terms(request.rule, request.occurred_at).points:
                for late in due[number:]:
                    late.state, late.next_at = "unfunded", self.now + RETRY
                break
            else:
                self._grant(request)
        return len(due)

    def _keys(self, request: Asked) -> dict[tuple[str, ...], int]:
        day = clock.local(request.occurred_at).date().isoformat()
        cap = self.terms(request.rule, request.occurred_at).day_cap
        return {(request.rule, request.resident, day): cap, (request.resident, day): DAY_CAP}

    def _capped(self, request: Asked) -> bool:
        points = self.terms(request.rule, request.occurred_at).points
        return any(self.caps[key] + points > ceiling for key, ceiling in self._keys(request).items())

    def _grant(self, request: Asked) -> None:
        points = self.terms(request.rule, request.occurred_at).points
        self.move({request.resident: points, FUND: -points})
        request.state = "paid"
        for key in self._keys(request):
            self.caps[key] += points

    def fund(self, points: int) -> None:
        self.move({FUND: points, TREASURY: -points})
        for request in self.asked:
            if request.state == "unfunded":
                request.next_at = self.now

    def redeem(self, resident: str, reward: str) -> None:
        price = self.price[reward]
        if self.stock[reward] == 0:
            raise RewardSoldOut
        if self.limits[reward, resident] == LIMIT:
            raise LimitReached
        if self.available(resident) < price:
            raise InsufficientPoints
        self._free(resident)
        self.stock[reward] -= 1
        self.limits[reward, resident] += 1
        self.held[resident] += price
        self.redemptions.append(Held(reward, resident, resident, price, self.now + timedelta(days=CODE_DAYS)))

    def verify(self, number: int) -> None:
        redemption = self._open(number)
        if redemption.expires_at <= self.now:
            raise CodeExpired
        self._unreserve(redemption)
        legs = {redemption.resident: -redemption.price, REDEEMED: redemption.price}
        self.move(legs, reserved=redemption.resident)
        redemption.state = RedemptionState.VERIFIED

    def void(self, number: int, to: RedemptionState = RedemptionState.VOID) -> None:
        redemption = self._open(number)
        self._unreserve(redemption)
        self.stock[redemption.reward] += 1
        self.limits[redemption.reward, redemption.limit_resident] -= 1
        redemption.state = to

    def _unreserve(self, redemption: Held) -> None:
        """What was found overdue is free already; a clock that goes back does not reserve it again."""
        if not redemption.is_reserved and redemption.expires_at > self.now:
            raise HoldSettled
        if redemption.is_reserved:
            self.held[redemption.resident] -= redemption.price
        redemption.is_reserved = False

    def _open(self, number: int) -> Held:
        redemption = self.redemptions[number]
        refusals = {
            RedemptionState.VERIFIED: CodeAlreadyVerified,
            RedemptionState.VOID: CodeVoid,
            RedemptionState.EXPIRED: CodeExpired,
        }
        if redemption.state in refusals:
            raise refusals[redemption.state]
        return redemption

    def expire(self) -> int:
        due = [
            number
            for number, redemption in enumerate(self.redemptions)
            if redemption.state is RedemptionState.HELD and redemption.expires_at <= self.now
        ]
        for number in due:
            self.void(number, RedemptionState.EXPIRED)
        return len(due)

    def merge(self, source: str, target: str) -> int:
        points, held = self.posted[source], self.held[source]
        for legs, _ in self.transfers:
            if source in legs:
                legs[target] = legs.pop(source)
        if points:
            self.held[source], self.held[target] = 0, self.held[target] + held
            self.posted[source], self.posted[target] = 0, self.posted[target] + points
            self.transfers.append(({}, True))
        for redemption in self.redemptions:
            if redemption.resident == source:
                redemption.resident = target
        for request in self.asked:
            if request.resident != source or request.state not in {"pending", "unfunded"}:
                continue
            if request.source in [a.source for a in self.asked if a.resident == target]:
                request.state = "refused"
            else:
                request.resident = target
        return points
