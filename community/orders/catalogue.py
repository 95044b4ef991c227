"""What can be ordered, and when: the services of an area and the slots that still have room.

The kinds follow the lists of home services for the elderly in city regulations (helped meals, bathing, cleaning,
escort and so on) with what communities offer beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from community.orders.models import Service, SlotUse
from community.scope import holding, within
from core import clock, outbox
from core.db import new_id
from core.errors import Invalid, NotFound

DAYS_AHEAD: Final = 7


class ServiceKind(StrEnum):
    MEAL = "meal"
    BATHING = "bathing"
    CLEANING = "cleaning"
    MEDICAL_ESCORT = "medical_escort"
    MOBILITY = "mobility"
    URGENT_HELP = "urgent_help"
    ERRAND = "errand"
    REPAIR = "repair"
    HOUSEKEEPING = "housekeeping"
    HAIRCUT = "haircut"
    CARE_VISIT = "care_visit"
    COUNSELLING = "counselling"
    VENUE = "venue"


class Window(BaseModel):
    """A span of the clock in Shanghai on some days of the week; Monday is 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)]
    start: time
    end: time

    @model_validator(mode="after")
    def _forward(self) -> Window:
        if self.end <= self.start:
            raise ValueError("end must be after start")
        return self


class Offer(BaseModel):
    """A service as a worker writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    area_code: Annotated[str, Field(min_length=1)]
    kind: ServiceKind
    title: Annotated[str, Field(min_length=1, max_length=60)]
    description: str = ""
    price: str = ""
    windows: Annotated[tuple[Window, ...], Field(min_length=1)]
    order_days_before: Annotated[int, Field(ge=0, le=30)] = 0
    order_by: time | None = None
    capacity: Annotated[int, Field(ge=1, le=10_000)]
    needs_address: bool = True


@dataclass(frozen=True, slots=True)
class Slot:
    """A span in which a service is given; `free` is the room left in it, `order_until` the last moment to order."""

    start: datetime
    end: datetime
    order_until: datetime
    free: int = field(compare=False)


def read_offer(data: object) -> Offer:
    """Check what a worker wrote. Raises Invalid with the wrong fields."""
    try:
        return Offer.model_validate(data)
    except ValidationError as error:
        raise Invalid(fields={".".join(map(str, e["loc"])) or "offer": e["msg"] for e in error.errors()}) from None


async def create(db: AsyncSession, *, offer: Offer) -> str:
    """The id of the new service."""
    service_id = new_id()
    await db.execute(
        insert(Service).values(
            id=service_id,
            area_code=offer.area_code,
            kind=offer.kind.value,
            title=offer.title,
            description=offer.description,
            price=offer.price,
            windows=[window.model_dump(mode="json") for window in offer.windows],
            order_days_before=offer.order_days_before,
            order_by=offer.order_by.strftime("%H:%M") if offer.order_by else None,
            capacity=offer.capacity,
            needs_address=offer.needs_address,
            active=True,
            created_at=clock.now(),
        )
    )
    return service_id


async def set_active(db: AsyncSession, *, service_id: str, active: bool) -> None:
    """Raises NotFound."""
    done = await db.execute(update(Service).where(Service.id == service_id).values(active=active))
    if outbox.rowcount(done) == 0:
        raise NotFound("service_not_found")


async def available(db: AsyncSession, *, area_code: str | None) -> list[Service]:
    """The services that residents of this area can order, their own and those of the areas above, by kind and title."""
    query = select(Service).where(Service.active)
    if area_code is not None:
        query = query.where(holding(Service.area_code, area_code))
    return list((await db.execute(query.order_by(Service.kind, Service.title, Service.id))).scalars())


async def listing(db: AsyncSession, *, areas: Sequence[str]) -> list[Service]:
    """All services under these area codes, inactive ones too, for staff."""
    query = select(Service).where(within(Service.area_code, areas))
    return list((await db.execute(query.order_by(Service.area_code, Service.kind, Service.title))).scalars())


async def get_service(db: AsyncSession, *, service_id: str) -> Service:
    """Raises NotFound."""
    query = select(Service).where(Service.id == service_id).execution_options(populate_existing=True)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("service_not_found")
    return row


async def slots(db: AsyncSession, *, service_id: str, now: datetime, days: int = DAYS_AHEAD) -> list[Slot]:
    """The slots of the next `days` days that can still be ordered and have room, soonest first. Raises NotFound."""
    service = await get_service(db, service_id=service_id)
    if not service.active:
        return []
    first = clock.local(now).date()
    coming = [slot for slot in _coming(service, first, days) if slot.order_until > now]
    used = await db.execute(
        select(SlotUse.start_at, SlotUse.taken).where(
            SlotUse.service_id == service_id, SlotUse.start_at.in_([slot.start for slot in coming])
        )
    )
    taken = {row.start_at: row.taken for row in used}
    left = [
        Slot(slot.start, slot.end, slot.order_until, service.capacity - taken.get(slot.start, 0)) for slot in coming
    ]
    return [slot for slot in left if slot.free > 0]


def slot_at(service: Service, start: datetime) -> Slot | None:
    """The slot of a service that begins at this moment, whether or not it has room."""
    return next((slot for slot in _coming(service, clock.local(start).date(), 1) if slot.start == start), None)


def _coming(service: Service, first: date, days: int) -> Iterator[Slot]:
    windows = [Window.model_validate(window) for window in service.windows]
    for offset in range(days):
        day = first + timedelta(days=offset)
        today = sorted((w for w in windows if day.isoweekday() in w.weekdays), key=lambda w: w.start)
        for window in today:
            start = datetime.combine(day, window.start, tzinfo=clock.SHANGHAI)
            end = datetime.combine(day, window.end, tzinfo=clock.SHANGHAI)
            yield Slot(start, end, order_until(service, start), service.capacity)


def order_until(service: Service, start: datetime) -> datetime:
    """The last moment to order a slot that begins at `start`."""
    if service.order_by is None and service.order_days_before == 0:
        return start
    day = clock.local(start).date() - timedelta(days=service.order_days_before)
    until = time.fromisoformat(service.order_by) if service.order_by else clock.local(start).time()
    return min(datetime.combine(day, until, tzinfo=clock.SHANGHAI), start)
