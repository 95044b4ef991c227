"""An order takes room once, needs the served person's consent, and a refusal changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from community import consents, orders
from community.consents import ConsentMissing, Purpose
from community.orders import ServiceNotOffered, SlotFull, TooLate
from community.orders.models import Order, SlotUse
from community.orders.placing import number_of
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import Invalid, NotFound
from tests.community.orders.desk import LUNCH_ON_TUESDAY, MOTHER, offered, placed, wish
from tests.community.people import AREA, DAY, HOUR, MONDAY, OTHER_AREA, WORDING, crowd, staff_events


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


async def taken(database: Database) -> int:
    async with database.read() as db:
        return (await db.execute(select(func.coalesce(func.sum(SlotUse.taken), 0)))).scalar_one()


async def test_orders_are_numbered_by_day_and_staff_hear_of_them(database: Database, vault: Vault) -> None:
    service_id = await offered(database)
    (one,) = await crowd(database, vault, 1)
    numbers = [await placed(database, vault, resident_id=one, request=wish(service_id)) for _ in range(2)]
    with clock.frozen(MONDAY + DAY):
        later = wish(service_id, start=LUNCH_ON_TUESDAY + DAY)
        numbers.append(await placed(database, vault, resident_id=one, request=later))
    assert numbers == ["D2606010001", "D2606010002", "D2606020001"]
    events = await staff_events(database)
    assert [e["event"] for e in events] == ["order.placed"] * 3
    assert set(events[0]["facts"]) == {"number", "service", "kind", "start"}


def test_the_ten_thousandth_order_of_a_day_has_a_number_of_its_own() -> None:
    assert number_of(clock.local(MONDAY).date(), 10_000) == "D26060110000"


async def test_a_relatives_order_keeps_a_consent_of_its_own(database: Database, vault: Vault) -> None:
    service_id = await offered(database)
    (one,) = await crowd(database, vault, 1)
    with pytest.raises(ConsentMissing):
        await placed(database, vault, resident_id=one, request=wish(service_id, served=MOTHER))
    request = wish(service_id, served=MOTHER, consent=WORDING)
    number = await placed(database, vault, resident_id=one, request=request)
    async with database.read() as db:
        assert await consents.has(db, resident_id=one, purpose=Purpose.RELATIVE, subject=number)
        shown = await orders.own_view(db, vault, number=number, resident_id=one)
    assert shown["served"] == {"name": "李桂花", "phone": "13800000001", "relation": "母亲"}
    assert shown["for_relative"] is True


async def test_what_is_not_offered_cannot_be_ordered(database: Database, vault: Vault) -> None:
    service_id = await offered(database)
    elsewhere = await offered(database, area_code=OTHER_AREA)
    gone = await offered(database)
    async with database.write() as db:
        await orders.set_active(db, service_id=gone, active=False)
    (one,) = await crowd(database, vault, 1)
    for request in (wish(elsewhere), wish(gone), wish(service_id, start=LUNCH_ON_TUESDAY + HOUR)):
        with pytest.raises(ServiceNotOffered):
            await placed(database, vault, resident_id=one, request=request)
    with pytest.raises(NotFound):
        await placed(database, vault, resident_id=one, request=wish("0" * 32))
    assert await taken(database) == 0


async def test_an_order_after_the_last_moment_is_too_late(database: Database, vault: Vault) -> None:
    service_id = await offered(database)
    (one,) = await crowd(database, vault, 1)
    with clock.frozen(MONDAY.replace(hour=16)), pytest.raises(TooLate) as refused:
        await placed(database, vault, resident_id=one, request=wish(service_id))
    assert refused.value.facts == {"until": "2026-06-01T16:00:00+08:00"}


@pytest.mark.parametrize(("changed", "field"), [({"quantity": 0}, "quantity"), ({"address": "  "}, "address")])
async def test_missing_or_absurd_details_are_named(
    database: Database, vault: Vault, changed: dict[str, object], field: str
) -> None:
    service_id = await offered(database)
    (one,) = await crowd(database, vault, 1)
    with pytest.raises(Invalid) as refused:
        await placed(database, vault, resident_id=one, request=wish(service_id, **changed))
    assert list(refused.value.fields) == [field]


async def test_a_service_at_the_centre_needs_no_address(database: Database, vault: Vault) -> None:
    service_id = await offered(database, kind="venue", title="活动室预约", needs_address=False)
    (one,) = await crowd(database, vault, 1)
    assert await placed(database, vault, resident_id=one, request=wish(service_id, address=""))


async def test_a_full_slot_refuses_even_if_the_refusal_is_committed(database: Database, vault: Vault) -> None:
    service_id = await offered(database)
    (one,) = await crowd(database, vault, 1)
    await placed(database, vault, resident_id=one, request=wish(service_id, quantity=2))
    async with database.write() as db:
        for quantity in (2, 4):
            with pytest.raises(SlotFull):
                await orders.place(
                    db, vault, resident_id=one, area_code=AREA, request=wish(service_id, quantity=quantity)
                )
    assert await taken(database) == 2


async def test_the_last_portion_is_given_once(database: Database, vault: Vault) -> None:
    service_id = await offered(database)
    people = await crowd(database, vault, 8)
    barrier = asyncio.Barrier(len(people))

    async def attempt(resident_id: str) -> str | None:
        await barrier.wait()
        try:
            return await placed(database, vault, resident_id=resident_id, request=wish(service_id))
        except SlotFull:
            return None

    numbers = [n for n in await asyncio.gather(*(attempt(one) for one in people)) if n]
    assert len(numbers) == len(set(numbers)) == 3
    assert await taken(database) == 3


async def test_what_was_told_is_sealed_at_rest(database: Database, vault: Vault) -> None:
    service_id = await offered(database)
    (one,) = await crowd(database, vault, 1)
    request = wish(service_id, served=MOTHER, consent=WORDING, note="糖尿病，少糖")
    await placed(database, vault, resident_id=one, request=request)
    async with database.read() as db:
        row = (await db.execute(select(Order))).scalar_one()
    kept = b"".join(x for x in (row.contact, row.served, row.address, row.note) if x)
    for word in ("13800000000", "李桂花", "和平里", "糖尿病"):
        assert word.encode() not in kept
