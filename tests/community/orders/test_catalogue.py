"""What can be ordered and when: slots of the coming days, until their last moment, while there is room."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import orders
from community.orders.catalogue import order_until, slot_at
from community.orders.models import Service
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import Invalid, NotFound
from tests.community.orders.desk import LUNCH, LUNCH_ON_TUESDAY, offered, placed, wish
from tests.community.people import AREA, DAY, HOUR, MONDAY, OTHER_AREA, crowd


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


async def test_slots_follow_the_week_until_the_day_before(database: Database) -> None:
    service_id = await offered(database)
    async with database.read() as db:
        before = await orders.slots(db, service_id=service_id, now=MONDAY)
        after = await orders.slots(db, service_id=service_id, now=MONDAY.replace(hour=16))
    assert [clock.iso(slot.start)[5:16] for slot in before] == [
        "06-02T11:00",
        "06-02T17:00",
        "06-03T11:00",
        "06-04T11:00",
        "06-05T11:00",
    ]
    assert clock.iso(before[0].order_until) == "2026-06-01T16:00:00+08:00"
    assert [slot.start for slot in after] == [slot.start for slot in before[2:]]


async def test_a_service_without_lead_can_be_ordered_until_it_begins(database: Database) -> None:
    service_id = await offered(database, order_days_before=0, order_by=None)
    async with database.read() as db:
        now = LUNCH_ON_TUESDAY - timedelta(seconds=1)
        found = await orders.slots(db, service_id=service_id, now=now)
        assert found[0].start == LUNCH_ON_TUESDAY
        found = await orders.slots(db, service_id=service_id, now=LUNCH_ON_TUESDAY)
        assert found[0].start != LUNCH_ON_TUESDAY


async def test_a_slot_shows_the_room_left_and_goes_when_full(database: Database, vault: Vault) -> None:
    service_id = await offered(database)
    one, two = await crowd(database, vault, 2)
    await placed(database, vault, resident_id=one, request=wish(service_id, quantity=2))
    async with database.read() as db:
        assert (await orders.slots(db, service_id=service_id, now=MONDAY))[0].free == 1
    await placed(database, vault, resident_id=two, request=wish(service_id))
    async with database.read() as db:
        assert (await orders.slots(db, service_id=service_id, now=MONDAY))[0].start > LUNCH_ON_TUESDAY


async def test_residents_see_active_services_of_their_area_and_above(database: Database) -> None:
    mine = await offered(database)
    of_street = await offered(database, area_code="110101", kind="repair", title="水电维修")
    elsewhere = await offered(database, area_code=OTHER_AREA)
    gone = await offered(database)
    async with database.write() as db:
        await orders.set_active(db, service_id=gone, active=False)
        with pytest.raises(NotFound):
            await orders.set_active(db, service_id="0" * 32, active=False)
        assert [s.id for s in await orders.available(db, area_code=AREA)] == [mine, of_street]
        assert len(await orders.available(db, area_code=None)) == 3
        assert {s.id for s in await orders.list_services(db, areas=[AREA])} == {mine, gone}
        assert elsewhere in {s.id for s in await orders.list_services(db, areas=[""])}
        assert await orders.list_services(db, areas=[]) == []
        assert await orders.slots(db, service_id=gone, now=MONDAY) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "gambling"}, "kind"),
        ({"title": " "}, "title"),
        ({"capacity": 0}, "capacity"),
        ({"windows": []}, "windows"),
        ({"windows": [{"weekdays": [8], "start": "11:00", "end": "12:00"}]}, "windows.0.weekdays.0"),
        ({"windows": [{"weekdays": [1], "start": "12:00", "end": "11:00"}]}, "windows.0"),
        ({"order_by": "nachmittags"}, "order_by"),
        ({"discount": 3}, "discount"),
    ],
)
def test_a_wrong_offer_names_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        orders.read_offer(LUNCH | changed)
    assert next(iter(refused.value.fields)) == field


def test_an_offer_that_is_no_object_is_refused() -> None:
    with pytest.raises(Invalid):
        orders.read_offer("助餐")


@given(
    days=st.integers(0, 30),
    by=st.sampled_from([None, "00:00", "16:00", "23:59"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(clock.SHANGHAI)),
)
def test_the_last_moment_to_order_is_never_after_the_start(days: int, by: str | None, start: datetime) -> None:
    service = Service(order_days_before=days, order_by=by)
    until = order_until(service, start)
    assert until <= start
    assert start - until <= (days + 1) * DAY


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(clock.SHANGHAI)))
def test_a_moment_between_slots_is_no_slot(start: datetime) -> None:
    service = Service(windows=LUNCH["windows"], order_days_before=0, order_by=None, capacity=1)
    found = slot_at(service, start)
    if found is not None:
        assert found.start == start
        assert found.end - found.start in (HOUR, 1.5 * HOUR)
