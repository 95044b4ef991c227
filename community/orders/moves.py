"""Moving an order on, by the transition table; every move is a row of its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community import history, notices, sealed
from community.history import Actor, MoveRefused, Party, Subject
from community.orders import helping
from community.orders.catalogue import get_service
from community.orders.errors import TooLate
from community.orders.models import PURPOSE_PROVIDER, PURPOSE_RATING, Order, SlotUse
from community.orders.workflow import WORKFLOW, Action
from core import clock, outbox
from core.crypto import Vault
from core.errors import Invalid, NotFound
from core.values import OrderState


async def get_order(db: AsyncSession, *, number: str) -> Order:
    """Raises NotFound."""
    query = select(Order).where(Order.number == number.upper()).execution_options(populate_existing=True)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("order_not_found")
    return row


@dataclass(frozen=True, slots=True)
class Details:
    """What an action needs beside itself: `assign` a provider, `rate` a rating of 1 to 5.

    `complete` may name the resident who helped.
    """

    reason: str = ""
    provider: str = ""
    rating: int | None = None
    rating_text: str = ""
    helper_id: str | None = None


NO_DETAILS: Final = Details()


async def move(
    db: AsyncSession, vault: Vault, *, number: str, action: Action, actor: Actor, details: Details = NO_DETAILS
) -> OrderState:
    """Do one action of the transition table; the state after it.

    Raises NotFound (no such order, or another resident's),
    Invalid, Forbidden, MoveRefused, TooLate (a resident cancels after the slot began).
    """
    order = await get_order(db, number=number)
    state = OrderState(order.state)
    after = _target(order, state, action, actor)
    values = await _values(db, vault, order, action, details)
    done = await db.execute(
        update(Order)
        .where(Order.id == order.id, Order.state == state.value)
        .values(state=after.value, **values)
        .execution_options(synchronize_session=False)
    )
    if outbox.rowcount(done) == 0:  # somebody else moved it in this moment
        raise MoveRefused(state=(await get_order(db, number=number)).state, action=action.value)
    if after is OrderState.CANCELLED:
        await _free_room(db, order)
    await history.record(
        db,
        vault,
        subject=Subject.ORDER,
        subject_id=order.id,
        by=actor.by,
        from_state=state,
        to_state=after,
        owner_id=order.key_owner_id,
        reason=details.reason,
    )
    if action is Action.COMPLETE and details.helper_id is not None:
        await helping.ask(db, order, helper_id=details.helper_id)
    if action is Action.RATE and details.rating is not None:
        await helping.rated(db, order, stars=details.rating)
    if actor.party is Party.WORKER:
        await _tell(db, vault, order, action, details)
    return after


def _target(order: Order, state: OrderState, action: Action, actor: Actor) -> OrderState:
    is_resident = actor.party is Party.RESIDENT
    if is_resident and order.resident_id != actor.id:
        raise NotFound("order_not_found")
    after = WORKFLOW.target(state, action, actor.party)
    if is_resident and action is Action.CANCEL and clock.now() >= order.slot_start:
        raise TooLate(until=clock.iso(order.slot_start))
    return after


async def _values(
    db: AsyncSession,
    vault: Vault,
    order: Order,
    action: Action,
    details: Details,
) -> dict[str, Any]:
    owner = order.key_owner_id
    if action is Action.ASSIGN:
        if not details.provider.strip():
            raise Invalid(fields={"provider": "required"})
        return {
            "provider": await sealed.seal_text(
                db, vault, owner_id=owner, purpose=PURPOSE_PROVIDER, text=details.provider.strip()
            )
        }
    if action is Action.RATE:
        if details.rating is None or not 1 <= details.rating <= 5:
            raise Invalid(fields={"rating": "1..5"})
        text = await sealed.seal_text(
            db, vault, owner_id=owner, purpose=PURPOSE_RATING, text=details.rating_text.strip()
        )
        return {"rating": details.rating, "rating_text": text}
    return {}


async def _free_room(db: AsyncSession, order: Order) -> None:
    await db.execute(
        update(SlotUse)
        .where(SlotUse.service_id == order.service_id, SlotUse.start_at == order.slot_start)
        .values(taken=SlotUse.taken - order.quantity)
        .execution_options(synchronize_session=False)
    )


NOTICES: Final[Mapping[Action, str]] = {
    Action.ACCEPT: "order_accepted",
    Action.ASSIGN: "order_assigned",
    Action.COMPLETE: "order_served",
    Action.CANCEL: "order_cancelled",
}


async def _tell(db: AsyncSession, vault: Vault, order: Order, action: Action, details: Details) -> None:
    count = len(await history.of(db, vault, subject=Subject.ORDER, subject_id=order.id))
    service = await get_service(db, service_id=order.service_id)
    await notices.tell_resident(
        db,
        vault,
        resident_id=order.resident_id,
        notice=NOTICES[action],
        facts={
            "number": order.number,
            "service": service.title,
            "starts_at": clock.iso(order.slot_start),
            "reason": details.reason,
            "provider": details.provider,
        },
        key=f"order:{order.number}:{count}",
    )
