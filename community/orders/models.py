"""Tables of service orders: the catalogue, the room in each slot, orders, their daily numbers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

PURPOSE_CONTACT: Final = "order.contact"
PURPOSE_SERVED: Final = "order.served"
PURPOSE_ADDRESS: Final = "order.address"
PURPOSE_NOTE: Final = "order.note"
PURPOSE_PROVIDER: Final = "order.provider"
PURPOSE_RATING: Final = "order.rating"


class Service(Base):
    """`windows` are `{weekdays: [1..7], start: "HH:MM", end: "HH:MM"}`, Monday is 1, times of Shanghai.

    An order is taken until `order_by` (`HH:MM`) `order_days_before` days before the slot's day; with no `order_by`,
    until the slot begins. `capacity` is the room in one slot.
    """

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("capacity >= 1", name="capacity"),
        CheckConstraint("order_days_before >= 0", name="lead"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    price: Mapped[str]
    windows: Mapped[list[Any]]
    order_days_before: Mapped[int] = mapped_column(default=0)
    order_by: Mapped[str | None]
    capacity: Mapped[int]
    needs_address: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SlotUse(Base):
    """How much of one slot's room is taken; the row decides who gets the last of it."""

    __tablename__ = "service_slot"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken"),)

    service_id: Mapped[str] = mapped_column(primary_key=True)
    start_at: Mapped[datetime] = mapped_column(primary_key=True)
    taken: Mapped[int]


class Order(Base):
    """`served` is sealed `{relation, name, phone}` of the person served when that is not the requester."""

    __tablename__ = "service_order"
    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("rating IS NULL OR (rating >= 1 AND rating <= 5)", name="rating"),
        Index("ix_service_order_state", "state", "slot_start"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    resident_id: Mapped[str] = mapped_column(index=True)
    key_owner_id: Mapped[str]
    area_code: Mapped[str] = mapped_column(index=True)
    service_id: Mapped[str] = mapped_column(index=True)
    slot_start: Mapped[datetime]
    slot_end: Mapped[datetime]
    quantity: Mapped[int]
    state: Mapped[str]
    contact: Mapped[bytes]
    served: Mapped[bytes | None]
    address: Mapped[bytes | None]
    note: Mapped[bytes | None]
    provider: Mapped[bytes | None]
    rating: Mapped[int | None]
    rating_text: Mapped[bytes | None]
    created_at: Mapped[datetime]


class OrderDay(Base):
    """The last order number of a day."""

    __tablename__ = "service_order_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
