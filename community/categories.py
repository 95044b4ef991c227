"""What reports are about: categories as data, keyed by (standard, kind, code).

Our own first-level matters carry the code of a national counterpart where there is one (GB/T 47678.5-2026, kind
`event`). Limits are usual municipal ones and stand in the table, so that a city changes data, not code.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from community.calendar import Limit, LimitUnit
from core.errors import Invalid

STANDARD: Final = "happy-community/1"
KIND: Final = "matter"
NATIONAL: Final = ("GB/T 47678.5-2026", "event")
TABLE: Final = Path(__file__).with_name("data") / "categories.csv"
OTHER: Final = "其他"


class UnknownCategory(Invalid):
    code = "unknown_category"


@dataclass(frozen=True, slots=True)
class Category:
    """One category; `counterpart` is the code of the national event that it maps to, perhaps empty.

    `emergencies` are the kinds that are filed under it.
    """

    standard: str
    kind: str
    code: str
    name: str
    urgency: int
    limit: Limit
    counterpart: str
    emergencies: tuple[str, ...]

    def to_json(self) -> dict[str, str]:
        return {"standard": self.standard, "kind": self.kind, "code": self.code, "name": self.name}


@cache
def table() -> dict[tuple[str, str, str], Category]:
    """Every category by (standard, kind, code), read once."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        found = [_read(line) for line in csv.DictReader(file)]
    return {(one.standard, one.kind, one.code): one for one in found}


def _read(line: dict[str, str]) -> Category:
    return Category(
        standard=line["standard"],
        kind=line["kind"],
        code=line["code"],
        name=line["name"],
        urgency=int(line["urgency"]),
        limit=Limit(int(line["limit"]), LimitUnit(line["unit"])),
        counterpart=line["counterpart"],
        emergencies=tuple(line["emergencies"].split()),
    )


def matters() -> list[Category]:
    """Our own categories, in the order of their codes."""
    return [one for (standard, kind, _), one in table().items() if (standard, kind) == (STANDARD, KIND)]


def get(code: str, *, standard: str = STANDARD, kind: str = KIND) -> Category:
    """Raises UnknownCategory."""
    found = table().get((standard, kind, code))
    if found is None:
        raise UnknownCategory(fields={"category": code})
    return found


def by_name(name: str) -> Category:
    """Our own category of exactly this name, or 其他."""
    known = {one.name: one for one in matters()}
    return known.get(name) or known[OTHER]


def for_emergency(kind: str) -> Category:
    """Under which category an emergency of this kind is filed."""
    return next((one for one in matters() if kind in one.emergencies), by_name(OTHER))


def national(category: Category) -> Category | None:
    """The counterpart in the national standard, where the mapping is certain."""
    return table().get((*NATIONAL, category.counterpart)) if category.counterpart else None
