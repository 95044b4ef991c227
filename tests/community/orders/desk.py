"""A service on offer and an order of it."""

from __future__ import annotations

from typing import Any, Final

from community import orders
from community.orders import Person, Request
from core.crypto import Vault
from core.db import Database
from tests.community.people import AREA, DAY, MONDAY

LUNCH_ON_TUESDAY: Final = MONDAY.replace(hour=11) + DAY
SELF: Final = Person(name="王小明", phone="13800000000")
MOTHER: Final = Person(name="李桂花", phone="13800000001", relation="母亲")

LUNCH: Final[dict[str, Any]] = {
    "area_code": AREA,
    "kind": "meal",
    "title": "助餐送餐",
    "price": "12元/份",
    "windows": [
        {"weekdays": [1, 2, 3, 4, 5], "start": "11:00", "end": "12:30"},
        {"weekdays": [2], "start": "17:00", "end": "18:00"},
    ],
    "order_days_before": 1,
    "order_by": "16:00",
    "capacity": 3,
}


async def offered(database: Database, **changed: Any) -> str:
    async with database.write() as db:
        return await orders.create(db, offer=orders.read_offer(LUNCH | changed))


def wish(service_id: str, **changed: Any) -> Request:
    values: dict[str, Any] = {"start": LUNCH_ON_TUESDAY, "contact": SELF, "address": "和平里3号楼2单元501室"} | changed
    return Request(service_id=service_id, **values)


async def placed(database: Database, vault: Vault, *, resident_id: str, request: Request) -> str:
    async with database.write() as db:
        return await orders.place(db, vault, resident_id=resident_id, area_code=AREA, request=request)
