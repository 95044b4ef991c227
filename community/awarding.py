"""Awards that a worker gives by hand, by a rule that was activated: how much and how often is the rule's to say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from community.permissions import Worker
from community.sanctions import keep_out_of_own
from core import clock
from core.errors import Invalid
from points import grants, rules
from points.errors import RuleUnknown
from points.rules.body import Facts, Purpose

BY_HAND: Final = {Purpose.AWARD: "award", Purpose.SERVICE: "service"}
"""What no other record of ours proves; everything else is asked for with the deed itself."""


@dataclass(frozen=True, slots=True)
class Given:
    """`created` is False when this resident was awarded for the occasion before."""

    title: str
    created: bool


async def award(
    db: AsyncSession,
    *,
    worker: Worker,
    resident_id: str,
    area_code: str,
    rule_id: str,
    occasion: str,
    occurred_at: datetime,
    minutes: int | None = None,
    stars: int | None = None,
) -> Given:
    """Ask for an award; `occasion` is the deed's name or a document's number, one resident gets it once.

    Raises RuleUnknown, Invalid, or OwnPoints when the worker is the resident.
    """
    await keep_out_of_own(db, worker=worker, resident_id=resident_id)
    if occurred_at > clock.now():
        raise Invalid(fields={"on": "not after today"})
    book = await rules.in_force(db)
    rule = book.at(rule_id, occurred_at, area_code)
    if rule is None or rule.body.purpose not in BY_HAND:
        raise RuleUnknown(rule=rule_id)
    if rule.body.per_minutes is not None and minutes is None:
        raise Invalid(fields={"minutes": "required"})
    created = await grants.request_grant(
        db,
        rule=rule_id,
        area_code=area_code,
        recipient_id=resident_id,
        source_kind=BY_HAND[rule.body.purpose],
        source_id=hashlib.sha256(occasion.casefold().encode()).hexdigest()[:32],
        occurred_at=occurred_at,
        minutes=minutes,
        facts=Facts(stars=stars),
        book=book,
    )
    return Given(rule.body.title, created)
