"""Placing an order. The counter of the slot decides who gets the last room."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from community import consents, history, notices, sealed
from community.consents import ConsentMissing, Purpose, Wording
from community.history import Subject
from community.orders.catalogue import Slot, get_service, slot_at
from community.orders.errors import ServiceNotOffered, SlotFull, TooLate
from community.orders.models import (
    PURPOSE_ADDRESS,
    PURPOSE_CONTACT,
    PURPOSE_NOTE,
    PURPOSE_SERVED,
    Order,
    OrderDay,
    Service,
    SlotUse,
)
from core import clock, outbox
from core.crypto import Vault
from core.db import dialect_insert, new_id
from core.errors import Invalid
from core.values import OrderState

MAX_QUANTITY: Final = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to reach: the requester, or the relative who is served (`relation`, such as 母亲)."""

    name: str
    phone: str
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is ordered. With `served` the order is for somebody else and `consent` is their own, as it was told us."""

    service_id: str
    start: datetime
    contact: Person
    quantity: int = 1
    address: str = ""
    note: str = ""
    served: Person | None = None
    consent: Wording | None = None


async def place(db: AsyncSession, vault: Vault, *, resident_id: str, area_code: str, request: Request) -> str:
    """Place an order and tell the staff; its number (`D`, day, four digits).

    Raises NotFound, Invalid, ConsentMissing, ServiceNotOffered, TooLate, SlotFull; nothing is changed then.
    """
    service, slot = await _check(db, area_code, request)
    async with db.begin_nested():
        await _take_room(db, service, slot, request.quantity)
        order_id, number = new_id(), await _next_number(db)
        row = await _row(db, vault, resident_id, area_code, request)
        await db.execute(insert(Order).values(**row, id=order_id, number=number, slot_end=slot.end))
    if request.served is not None and request.consent is not None:
        await consents.give(
            db, resident_id=resident_id, purpose=Purpose.RELATIVE, wording=request.consent, subject=number
        )
    await history.record(
        db,
        vault,
        subject=Subject.ORDER,
        subject_id=order_id,
        by=history.BY_RESIDENT,
        from_state=None,
        to_state=OrderState.PLACED,
        owner_id=resident_id,
    )
    await notices.tell_staff(
        db,
        event="order.placed",
        area_code=area_code,
        facts={"number": number, "service": service.title, "kind": service.kind, "start": clock.iso(slot.start)},
        key=number,
    )
    return number


async def _check(db: AsyncSession, area_code: str, request: Request) -> tuple[Service, Slot]:
    if not 1 <= request.quantity <= MAX_QUANTITY:
        raise Invalid(fields={"quantity": f"1..{MAX_QUANTITY}"})
    if request.served is not None and request.consent is None:
        raise ConsentMissing(purpose=Purpose.RELATIVE.value)
    service = await get_service(db, service_id=request.service_id)
    slot = slot_at(service, request.start)
    if not service.active or not area_code.startswith(service.area_code) or slot is None:
        raise ServiceNotOffered
    if service.needs_address and not request.address.strip():
        raise Invalid(fields={"address": "required"})
    if clock.now() >= slot.order_until:
        raise TooLate(until=clock.iso(slot.order_until))
    return service, slot


async def _take_room(db: AsyncSession, service: Service, slot: Slot, quantity: int) -> None:
    """One upsert decides: the first order of a slot makes its row, a later one adds to it while there is room."""
    if quantity > service.capacity:
        raise SlotFull
    done = await db.execute(
        dialect_insert(db, SlotUse)
        .values(service_id=service.id, start_at=slot.start, taken=quantity)
        .on_conflict_do_update(
            index_elements=["service_id", "start_at"],
            set_={"taken": SlotUse.taken + quantity},
            where=SlotUse.taken + quantity <= service.capacity,
        )
    )
    if outbox.rowcount(done) == 0:
        raise SlotFull


async def _next_number(db: AsyncSession) -> str:
    today = clock.today()
    last = await db.execute(
        dialect_insert(db, OrderDay)
        .values(day=today, last=1)
        .on_conflict_do_update(index_elements=["day"], set_={"last": OrderDay.last + 1})
        .returning(OrderDay.last)
    )
    return number_of(today, last.scalar_one())


def number_of(day: date, count: int) -> str:
    return f"D{day:%y%m%d}{count:04d}"


async def _row(db: AsyncSession, vault: Vault, resident_id: str, area_code: str, request: Request) -> dict[str, Any]:
    served = asdict(request.served) if request.served else None
    return {
        "resident_id": resident_id,
        "key_owner_id": resident_id,
        "area_code": area_code,
        "service_id": request.service_id,
        "slot_start": request.start,
        "quantity": request.quantity,
        "state": OrderState.PLACED.value,
        "contact": await sealed.seal_record(
            db, vault, owner_id=resident_id, purpose=PURPOSE_CONTACT, record=asdict(request.contact)
        ),
        "served": served
        and await sealed.seal_record(db, vault, owner_id=resident_id, purpose=PURPOSE_SERVED, record=served),
        "address": await sealed.seal_text(
            db, vault, owner_id=resident_id, purpose=PURPOSE_ADDRESS, text=request.address.strip()
        ),
        "note": await sealed.seal_text(
            db, vault, owner_id=resident_id, purpose=PURPOSE_NOTE, text=request.note.strip()
        ),
        "created_at": clock.now(),
    }
