"""Points for a resident who did what a neighbour had ordered: asked for when it is done, paid when it was rated.

Whoever was served has a week to say how good it was; after that it counts in full.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from community import residents
from community.orders.models import Order
from core import clock
from core.errors import Refused
from points import grants

RULE: Final = "order_helped"
SOURCE: Final = "order"
WAIT: Final = timedelta(days=7)


class HelpedThemselves(Refused):
    """Who ordered is not who helped."""

    code = "helped_themselves"


async def ask(db: AsyncSession, order: Order, *, helper_id: str) -> None:
    """Ask for what the helper earns. Raises NotFound or HelpedThemselves."""
    helper = await residents.get(db, resident_id=helper_id)
    if order.resident_id in (helper.id, helper.merged_into):
        raise HelpedThemselves
    await grants.request_grant(
        db,
        rule=RULE,
        area_code=order.area_code,
        recipient_id=helper.merged_into or helper.id,
        source_kind=SOURCE,
        source_id=order.number,
        occurred_at=order.slot_start,
        not_before=clock.now() + WAIT,
    )


async def rated(db: AsyncSession, order: Order, *, stars: int) -> None:
    """Whoever was served has rated it; nothing to do when no resident helped or it was paid before."""
    await grants.note_stars(db, source_kind=SOURCE, source_id=order.number, stars=stars)
