"""What an audit finds, and by which posting it could be mended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class MendKind(StrEnum):
    ADJUST = "adjust"
    REVERSE = "reverse"
    STOCK = "stock"


@dataclass(frozen=True, slots=True)
class Mend:
    """A posting that would put it right: `subject` is a resident, a transfer or a reward, `amount` what to set or add.

    It is only proposed: somebody looks first, and posts it under their own name.
    """

    kind: MendKind
    subject: str
    amount: int = 0
    area_code: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction: `check` is its code, `ref` the row, `expected` and `found` what differs.

    `mend` is None where no posting can put it right: a row was changed that only a backup still knows.
    """

    check: str
    ref: str
    expected: str
    found: str
    mend: Mend | None = None


def found(check: str, row: Any) -> Finding:
    """From a row of a check: `ref`, `expected`, `found`, and perhaps `mend`, `subject`, `amount`, `area_code`."""
    kind = getattr(row, "mend", None)
    mend = None
    if kind is not None and row.subject:
        mend = Mend(MendKind(kind), str(row.subject), int(getattr(row, "amount", 0)), getattr(row, "area_code", ""))
    return Finding(check, str(row.ref), str(row.expected), str(row.found), mend)
