"""Awards that a worker gives by hand, by a rule: asked for like what a deed earns, with who gave and who agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from points import grants
from points.errors import RuleUnknown
from points.grant_models import GrantRequest, GrantState
from points.models import Unit
from points.rules import RuleBook
from points.rules.body import Facts


@dataclass(frozen=True, slots=True)
class HandAward:
    """For which deed, by which rule; amounts and limits are the rule's to say. `minutes` and `stars` as it asks."""

    area_code: str
    resident_id: str
    rule_id: str
    source_kind: str
    source_id: str
    occurred_at: datetime
    minutes: int | None = None
    stars: int | None = None

    def stored(self) -> dict[str, Any]:
        """The deed, as a request that waits keeps it beside its own area and resident."""
        return {
            "rule": self.rule_id,
            "source_kind": self.source_kind,
            "source_id": self.source_id,
            "occurred_at": self.occurred_at.isoformat(),
            "minutes": self.minutes,
            "stars": self.stars,
        }

    @classmethod
    def of(cls, area_code: str, resident_id: str, stored: Mapping[str, Any]) -> HandAward:
        return cls(
            area_code=area_code,
            resident_id=resident_id,
            rule_id=stored["rule"],
            source_kind=stored["source_kind"],
            source_id=stored["source_id"],
            occurred_at=clock.parse(stored["occurred_at"]),
            minutes=stored["minutes"],
            stars=stored["stars"],
        )

    def amount(self, book: RuleBook) -> int:
        """What it brings, if no limit is reached. Raises RuleUnknown."""
        rule = book.at(self.rule_id, self.occurred_at, self.area_code)
        if rule is None:
            raise RuleUnknown(rule=self.rule_id)
        return rule.body.amount(Facts(minutes=self.minutes, stars=self.stars))


async def request(
    db: AsyncSession, award: HandAward, *, book: RuleBook, asked_by: str, approved_by: str | None = None
) -> bool:
    """False when this deed was awarded before. Raises RuleUnknown."""
    return await grants.request_grant(
        db,
        rule=award.rule_id,
        area_code=award.area_code,
        recipient_id=award.resident_id,
        source_kind=award.source_kind,
        source_id=award.source_id,
        occurred_at=award.occurred_at,
        minutes=award.minutes,
        facts=Facts(stars=award.stars),
        book=book,
        asked_by=asked_by,
        approved_by=approved_by,
    )


async def is_asked(db: AsyncSession, award: HandAward, *, book: RuleBook) -> bool:
    """Whether the deed was awarded before, by whatever rule for such deeds. Raises RuleUnknown."""
    query = select(GrantRequest.id).where(
        GrantRequest.unit == Unit.POINT.value,
        GrantRequest.purpose == book.purpose_of(award.rule_id).value,
        GrantRequest.source_kind == award.source_kind,
        GrantRequest.source_id == award.source_id,
        GrantRequest.recipient_id == award.resident_id,
    )
    return (await db.execute(query)).scalar_one_or_none() is not None


async def given_alone(
    db: AsyncSession, *, area_code: str, resident_id: str, worker_id: str, since: datetime, book: RuleBook
) -> int:
    """Points that a worker has given a resident since then with nobody else agreeing, paid or still to be paid."""
    query = select(GrantRequest).where(
        GrantRequest.recipient_id == resident_id,
        GrantRequest.area_code == area_code,
        GrantRequest.asked_by == worker_id,
        GrantRequest.approved_by.is_(None),
        GrantRequest.requested_at >= since,
        GrantRequest.state.in_([GrantState.PENDING.value, GrantState.UNFUNDED.value, GrantState.PAID.value]),
    )
    total = 0
    for row in (await db.execute(query)).scalars():
        rule = book.at(row.rule_id, row.occurred_at, row.area_code)
        due = rule.body.amount(Facts.of(row.facts, row.minutes)) if rule else 0
        total += due if row.amount_points is None else row.amount_points
    return total
