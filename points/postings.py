"""What is asked of the ledger: legs that sum to zero, under a key that stands for exactly this request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from core.db import dump_json, new_id
from points.accounts import AccountRef, Reach
from points.errors import AmountInvalid
from points.lots import LOTTED, Share
from points.models import AccountKind, TransferKind

MAX_POINTS: Final = 1_000_000_000
"""No single movement is larger; sums of many stay far inside 64 bits."""

SPENDING: Final = frozenset({TransferKind.REDEMPTION, TransferKind.DONATION, TransferKind.POOLING})
"""What only the owner of an open wallet can do."""

CLEARING: Final = frozenset({TransferKind.EXPIRY, TransferKind.CLOSURE})
"""What also a closed account still takes."""

HASH_VERSION: Final = "2:"


class Leg(NamedTuple):
    """One side of a posting: signed points, and how the points held on the account change with them.

    In a wallet a credit becomes a new lot that expires at `expires_at`, and a debit takes those that expire first.
    `lots` names them instead: the parts that are spent, or put back; empty when the lots change by other means.
    """

    account: AccountRef
    amount: int
    held: int = 0
    expires_at: datetime | None = None
    lots: tuple[Share, ...] | None = None


class Posting(NamedTuple):
    """What is asked for: the legs sum to zero. `key` is unique in its area and stands for exactly this request.

    `purpose` is what of the deed is paid; `inputs` are the codes and numbers that the amount was computed from.
    """

    area_code: str
    key: str
    kind: TransferKind
    legs: tuple[Leg, ...]
    reason: str
    source_kind: str = ""
    source_id: str = ""
    recipient_id: str = ""
    purpose: str = ""
    rule_id: str | None = None
    rule_version: int | None = None
    inputs: Mapping[str, Any] | None = None
    document_no: str | None = None
    actor_id: str | None = None
    approver_id: str | None = None
    reverses_id: str | None = None
    effective_at: datetime | None = None

    def hash(self) -> str:
        """Of all that the request says, without times and lots: a retry is later but the same."""
        said = [*self._said(), self.purpose, self.inputs, self.document_no, self.approver_id]
        return HASH_VERSION + _sha256(said)

    def is_hashed_as(self, stored: str) -> bool:
        """Whether this is the request of a stored hash, also of one that an earlier release wrote."""
        return stored == (self.hash() if stored.startswith(HASH_VERSION) else _sha256(self._said()))

    def _said(self) -> list[Any]:
        legs = [
            [leg.account.area_code, leg.account.kind, leg.account.owner_id, leg.account.unit, leg.amount, leg.held]
            for leg in self.legs
        ]  # fmt: skip
        rest = (self.kind, self.reason, self.source_kind, self.source_id, self.recipient_id)
        by = (self.rule_id, self.rule_version, self.actor_id, self.reverses_id)
        return [legs, rest, by]

    def check(self) -> None:
        """The zero sum that PostgreSQL checks again at commit; these are errors of the program, not of a caller."""
        if len(self.legs) < 2 or sum(leg.amount for leg in self.legs) != 0:
            raise ValueError("the legs of a posting must sum to zero")
        if any(leg.amount == 0 for leg in self.legs):
            raise ValueError("a leg moves something")
        if len({leg.account.unit for leg in self.legs}) != 1:
            raise ValueError("units are never converted")
        if any(leg.lots and sum(share.amount for share in leg.lots) != abs(leg.amount) for leg in self.legs):
            raise ValueError("the parts of lots are those of the leg")

    def reach(self, leg: Leg) -> Reach:
        """In which states of its account a leg is allowed."""
        if leg.amount < 0 and self.kind in CLEARING:
            return Reach.CLOSED
        spends = self.kind in SPENDING and leg.account.kind in LOTTED
        grants = self.kind is TransferKind.GRANT and leg.account.kind is AccountKind.FUND
        return Reach.OPEN if leg.amount < 0 and (spends or grants) else Reach.FROZEN


class Draft(NamedTuple):
    """A posting that was checked and hashed, under the id that its transfer gets unless it was posted before."""

    transfer_id: str
    request_hash: str
    posting: Posting


def draft(posting: Posting) -> Draft:
    """Raises ValueError for what cannot be a posting."""
    posting.check()
    return Draft(new_id(), posting.hash(), posting)


class Posted(NamedTuple):
    """`created` is False when the same request was posted before: this is that transfer."""

    transfer_id: str
    created: bool


def check_amount(amount_points: int) -> None:
    """Raises AmountInvalid unless it is a whole number from 1 to MAX_POINTS."""
    if type(amount_points) is not int or not 1 <= amount_points <= MAX_POINTS:
        raise AmountInvalid(amount=amount_points, most=MAX_POINTS)


def between(
    source: AccountRef, target: AccountRef, amount_points: int, *, expires_at: datetime | None = None
) -> tuple[Leg, Leg]:
    """The two legs of a plain movement; what arrives in a wallet expires at `expires_at`."""
    return Leg(source, -amount_points), Leg(target, amount_points, expires_at=expires_at)


def _sha256(said: list[Any]) -> str:
    return hashlib.sha256(dump_json(said).encode()).hexdigest()
