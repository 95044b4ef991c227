"""A wallet's lots, replayed in plain lists: what the tables must hold after the same deeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core import clock

NEVER = datetime.max.replace(tzinfo=UTC)

MODES: dict[str, dict[str, Any]] = {
    "none": {},
    "days": {"days": 2},
    "quarter_end": {},
    "year_end": {"grace_days": 2},
}
"""How long what deeds earn may be good, as a community's scheme says it."""


def good_until(mode: str, given: datetime) -> datetime | None:
    """The same, counted day by day."""
    day = clock.local(given).date()
    match mode:
        case "none":
            return None
        case "days":
            day += timedelta(days=3)
        case "quarter_end":
            day = _next(day, {1, 4, 7, 10})
        case _:
            day = _next(day, {1}) + timedelta(days=2)
    return datetime.combine(day, time(), clock.SHANGHAI)


def _next(day: date, months: set[int]) -> date:
    """The first day of one of these months after a day."""
    day += timedelta(days=1)
    while day.day != 1 or day.month not in months:
        day += timedelta(days=1)
    return day


@dataclass
class Parcel:
    number: int
    amount: int
    left: int
    expires_at: datetime
    held: int = 0


@dataclass
class Replay:
    """`spent` and `reserved` remember, deed by deed, which parcels were used."""

    parcels: list[Parcel] = field(default_factory=list)
    spent: dict[int, list[tuple[Parcel, int]]] = field(default_factory=dict)
    reserved: dict[int, list[tuple[Parcel, int]]] = field(default_factory=dict)
    written_off: int = 0

    def earn(self, amount: int, expires_at: datetime | None) -> None:
        self.parcels.append(Parcel(len(self.parcels), amount, amount, expires_at or NEVER))

    def available(self, now: datetime) -> int:
        return sum(one.left - one.held for one in self.parcels if one.expires_at > now)

    def _choose(self, amount: int, now: datetime) -> list[tuple[Parcel, int]]:
        chosen = []
        for one in sorted(self.parcels, key=lambda parcel: (parcel.expires_at, parcel.number)):
            part = min(amount, one.left - one.held) if one.expires_at > now else 0
            if part:
                chosen.append((one, part))
            amount -= part
        return chosen

    def spend(self, deed: int, amount: int, now: datetime) -> None:
        self.spent[deed] = self._choose(amount, now)
        for one, part in self.spent[deed]:
            one.left -= part

    def reserve(self, deed: int, amount: int, now: datetime) -> None:
        self.reserved[deed] = self._choose(amount, now)
        for one, part in self.reserved[deed]:
            one.held += part

    def post(self, deed: int, amount: int) -> None:
        for one, part in self.reserved.pop(deed):
            taken = min(part, amount)
            one.held -= part
            one.left -= taken
            amount -= taken

    def release(self, deed: int) -> None:
        for one, part in self.reserved.pop(deed):
            one.held -= part

    def undo(self, deed: int, now: datetime) -> None:
        for one, part in self.spent.pop(deed):
            if one.expires_at <= now:
                self.written_off += part
            else:
                one.left += part

    def write_off(self, now: datetime) -> None:
        for one in self.parcels:
            if one.expires_at <= now:
                self.written_off += one.left - one.held
                one.left = one.held

    def next_expiry(self, now: datetime) -> tuple[int, datetime] | None:
        alive = [one for one in self.parcels if now < one.expires_at < NEVER and one.left > one.held]
        at = min((one.expires_at for one in alive), default=None)
        return None if at is None else (sum(one.left - one.held for one in alive if one.expires_at == at), at)
