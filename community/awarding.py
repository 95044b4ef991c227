"""Awards that a worker gives by hand, by a rule that was activated: how much and how often is the rule's to say.

Such rules are for what no other record of ours proves; everything else is asked for with the deed itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from community import corrections
from community.binding import held
from community.permissions import Worker
from community.sanctions import keep_out_of_own
from core import clock
from core.errors import Invalid
from points import adjustments, rules
from points.errors import RuleUnknown
from points.fairness_models import AdjustmentState
from points.hand_awards import HandAward
from points.rules import RuleBook
from points.rules.body import Purpose, RuleBody
from points.signing import Adjustment


@dataclass(frozen=True, slots=True)
class Given:
    """`created` is False when this resident was awarded for the occasion before; `waits` for a second person."""

    title: str
    created: bool
    waits: Adjustment | None = None


async def award(
    db: AsyncSession,
    *,
    worker: Worker,
    resident_id: str,
    area_code: str,
    rule_id: str,
    occasion: str,
    occurred_at: datetime,
    key: str,
    minutes: int | None = None,
    stars: int | None = None,
) -> Given:
    """Ask for an award; `occasion` is the deed's name or a document's number, one resident gets it once.

    What brings more than one person may give alone in a day waits for a second person, who is told.
    Raises RuleUnknown, Invalid, KeyReused, or OwnPoints when the worker is the resident.
    """
    resident_id = await held(db, resident_id=resident_id)
    await keep_out_of_own(db, worker=worker, resident_id=resident_id)
    book = await rules.in_force(db)
    rule = _rule(book, rule_id, area_code, occurred_at, minutes)
    deed = hashlib.sha256(occasion.casefold().encode()).hexdigest()[:32]
    made = await adjustments.award(
        db,
        HandAward(area_code, resident_id, rule_id, Purpose.AWARD.value, deed, occurred_at, minutes, stars),
        reason=occasion,
        actor_id=worker.id,
        key=key,
        limit_points=book.scheme(area_code, clock.now()).adjust_limit,
    )
    if isinstance(made, Adjustment):
        await corrections.tell_second(db, made)
        return Given(rule.title, created=made.state is AdjustmentState.ASKED, waits=made)
    return Given(rule.title, made.created)


def _rule(book: RuleBook, rule_id: str, area_code: str, occurred_at: datetime, minutes: int | None) -> RuleBody:
    """The rule that awards such a deed. Raises Invalid for a deed to come, or without the time that the rule asks."""
    if occurred_at > clock.now():
        raise Invalid(fields={"on": "not after today"})
    rule = book.at(rule_id, occurred_at, area_code)
    if rule is None or rule.body.purpose is not Purpose.AWARD:
        raise RuleUnknown(rule=rule_id)
    if rule.body.per_minutes is not None and minutes is None:
        raise Invalid(fields={"minutes": "required"})
    return rule.body
