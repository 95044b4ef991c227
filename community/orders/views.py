"""Orders as people may see them: the resident their own, staff those of their areas, details masked by role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from community import history, masking, sealed
from community.history import Subject
from community.orders.catalogue import get_service
from community.orders.models import (
    PURPOSE_ADDRESS,
    PURPOSE_CONTACT,
    PURPOSE_NOTE,
    PURPOSE_PROVIDER,
    PURPOSE_RATING,
    PURPOSE_SERVED,
    Order,
)
from community.orders.moves import get_order
from community.permissions import Permission, Worker
from community.scope import within
from core import clock
from core.crypto import Vault
from core.errors import NotFound
from core.values import OrderState


async def my_orders(db: AsyncSession, *, resident_id: str, limit: int = 20, after: str | None = None) -> list[Order]:
    """A resident's orders, newest first; `after` is the last number of the page before."""
    return await _page(db, select(Order).where(Order.resident_id == resident_id), limit, after)


async def listing(
    db: AsyncSession,
    *,
    areas: Sequence[str],
    state: OrderState | None = None,
    limit: int = 50,
    after: str | None = None,
) -> list[Order]:
    """Orders under these area codes for staff, newest first."""
    query = select(Order).where(within(Order.area_code, areas))
    if state is not None:
        query = query.where(Order.state == state.value)
    return await _page(db, query, limit, after)


async def _page(db: AsyncSession, query: Select[Order], limit: int, after: str | None) -> list[Order]:
    if after is not None:
        last = await get_order(db, number=after)
        query = query.where(
            or_(Order.created_at < last.created_at, (Order.created_at == last.created_at) & (Order.id < last.id))
        )
    return list((await db.execute(query.order_by(Order.created_at.desc(), Order.id.desc()).limit(limit))).scalars())


async def own_view(db: AsyncSession, vault: Vault, *, number: str, resident_id: str) -> dict[str, Any]:
    """An order as its resident sees it. Raises NotFound, also for somebody else's."""
    order = await get_order(db, number=number)
    if order.resident_id != resident_id:
        raise NotFound("order_not_found")
    return await show(db, vault, order=order, masked=False)


async def staff_view(db: AsyncSession, vault: Vault, *, number: str, worker: Worker) -> dict[str, Any]:
    """An order as a worker sees it: names, phones and rooms only for who may read contacts there.

    Raises NotFound, NotYourTask.
    """
    order = await get_order(db, number=number)
    worker.require(Permission.ORDERS, order.area_code)
    return await show(db, vault, order=order, masked=not worker.may(Permission.READ_CONTACTS, order.area_code))


async def show(db: AsyncSession, vault: Vault, *, order: Order, masked: bool) -> dict[str, Any]:
    """The JSON of an order; `served` is null when the requester is the one who is served."""
    service = await get_service(db, service_id=order.service_id)
    changes = await history.of(db, vault, subject=Subject.ORDER, subject_id=order.id)

    async def text(purpose: str, kept: bytes | None) -> str:
        return await sealed.open_text(db, vault, owner_id=order.key_owner_id, purpose=purpose, sealed=kept)

    async def person(purpose: str, kept: bytes | None) -> dict[str, Any] | None:
        found = await sealed.open_record(db, vault, owner_id=order.key_owner_id, purpose=purpose, sealed=kept)
        return (_masked(found) if masked else found) if found else None

    address = await text(PURPOSE_ADDRESS, order.address)
    note = await text(PURPOSE_NOTE, order.note)
    return {
        **summary(order),
        "service": {"id": service.id, "kind": service.kind, "title": service.title, "price": service.price},
        "contact": await person(PURPOSE_CONTACT, order.contact),
        "served": await person(PURPOSE_SERVED, order.served),
        "address": masking.address(address) if masked else address,
        "note": masking.redact(note) if masked else note,
        "provider": await text(PURPOSE_PROVIDER, order.provider),
        "rating_text": await text(PURPOSE_RATING, order.rating_text),
        "history": [
            {"at": clock.iso(c.at), "by": c.by, "from": c.from_state, "to": c.to_state, "reason": c.reason}
            for c in changes
        ],
    }


def summary(order: Order) -> dict[str, Any]:
    """What a list shows of an order: nothing personal."""
    return {
        "number": order.number,
        "state": order.state,
        "area_code": order.area_code,
        "service_id": order.service_id,
        "start": clock.iso(order.slot_start),
        "end": clock.iso(order.slot_end),
        "quantity": order.quantity,
        "for_relative": order.served is not None,
        "rating": order.rating,
        "created_at": clock.iso(order.created_at),
    }


def _masked(person: dict[str, Any]) -> dict[str, Any]:
    return {
        **person,
        "name": masking.name(person.get("name", "")),
        "phone": masking.phone(person.get("phone", "")),
    }
