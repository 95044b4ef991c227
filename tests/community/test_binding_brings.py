"""What was the former resident's comes along once: contact, orders, seats, registration, consents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from community import consents, contacts, members, orders, volunteers
from community.consents import Purpose
from community.members import Details
from community.residents import Who
from community.volunteers import Profile
from core import clock
from core.crypto import Vault
from core.db import Database
from core.values import Platform, RegistrationState
from tests.community.codes import bound
from tests.community.orders.desk import offered, placed, wish
from tests.community.people import AREA, HOUR, MONDAY, OTHER_AREA, WORDING, crowd, resident, with_phone
from tests.community.volunteers.place import SATURDAY, plan, published, seats

WANG = Details(name="王小明", phone="13800000000", employer="区自来水公司")


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


async def test_contact_and_area_fill_what_is_missing(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    async with database.write() as db:
        await contacts.keep(db, vault, resident_id=wechat.resident_id, name="王小明")
        await contacts.keep(db, vault, resident_id=alipay.resident_id, name="小王", phone="13800000000")
    await bound(database, vault, wechat, alipay)
    async with database.read() as db:
        kept = await contacts.read(db, vault, resident_id=wechat.resident_id)
        assert (kept.name, kept.phone) == ("王小明", "13800000000")
        assert await with_phone(db, vault, "13800000000") == [wechat.resident_id]


async def test_orders_come_along_and_stay_readable(database: Database, vault: Vault, wechat: Who, alipay: Who) -> None:
    request = wish(await offered(database))
    number = await placed(database, vault, resident_id=alipay.resident_id, request=request)
    await bound(database, vault, wechat, alipay)
    async with database.read() as db:
        shown = await orders.own_view(db, vault, number=number, resident_id=wechat.resident_id)
    assert shown["contact"]["phone"] == "13800000000"


async def test_a_second_seat_at_one_activity_is_given_to_who_waits(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    activity_id = await published(database, vault, plan(capacity=2))
    (third,) = await crowd(database, vault, 1)
    async with database.write() as db:
        for one in (wechat.resident_id, alipay.resident_id, third):
            await volunteers.sign_up(db, vault, resident_id=one, activity_id=activity_id)
    await bound(database, vault, wechat, alipay)
    after = await seats(database, activity_id)
    assert (after.taken, after.waiting) == (2, 0)
    async with database.read() as db:
        mine = await volunteers.my_signups(db, resident_id=wechat.resident_id)
    assert sorted(signup.state for signup, _ in mine) == ["cancelled", "seated"]


async def test_where_they_checked_in_is_the_seat_they_keep(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    activity_id = await published(database, vault, plan(capacity=2))
    async with database.write() as db:
        for who in (wechat, alipay):
            await volunteers.sign_up(db, vault, resident_id=who.resident_id, activity_id=activity_id)
    with clock.frozen(SATURDAY):
        async with database.write() as db:
            await volunteers.check_in(db, vault, resident_id=alipay.resident_id, activity_id=activity_id)
        await bound(database, vault, wechat, alipay)
    with clock.frozen(SATURDAY + 3 * HOUR):
        async with database.write() as db:
            assert await volunteers.certify(db, vault, activity_id=activity_id, worker_id="w1") == 1
            hours = await volunteers.hours(db, resident_id=wechat.resident_id)
    assert hours == volunteers.Hours(minutes=120, activities=1)


async def test_the_profile_of_who_has_none_is_the_other_ones(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    web = await resident(database, vault, platform=Platform.WEB)
    async with database.write() as db:
        for who, skills in ((alipay, "理发"), (web, "水电")):
            await volunteers.enrol(
                db, vault, resident_id=who.resident_id, area_code=AREA, profile=Profile(skills=skills)
            )
    for joining in (alipay, web):
        await bound(database, vault, wechat, joining)
        async with database.read() as db:
            profile = await volunteers.own_profile(db, vault, resident_id=wechat.resident_id)
        assert profile == Profile(skills="理发")


@pytest.mark.parametrize("approved", [True, False])
async def test_of_two_registrations_the_approved_one_stays(
    database: Database, vault: Vault, wechat: Who, alipay: Who, *, approved: bool
) -> None:
    made: dict[str, str] = {}
    async with database.write() as db:
        for who in (wechat, alipay):
            one = who.resident_id
            await consents.give(db, resident_id=one, purpose=Purpose.PARTY_MEMBER, wording=WORDING)
            made[one] = await members.register(db, vault, resident_id=one, area_code=AREA, details=WANG)
        elsewhere = await members.register(
            db, vault, resident_id=alipay.resident_id, area_code=OTHER_AREA, details=WANG
        )
        if approved:
            await members.approve(db, vault, registration_id=made[alipay.resident_id], worker_id="w1")
    await bound(database, vault, wechat, alipay)
    kept, gone = (alipay, wechat) if approved else (wechat, alipay)
    async with database.read() as db:
        lost = await members.get(db, registration_id=made[gone.resident_id])
        stays = await members.get(db, registration_id=made[kept.resident_id])
        third = await members.get(db, registration_id=elsewhere)
    assert lost.state == RegistrationState.WITHDRAWN.value
    assert stays.state != RegistrationState.WITHDRAWN.value
    assert {lost.resident_id, stays.resident_id, third.resident_id} == {wechat.resident_id}


async def test_consents_given_before_count(database: Database, vault: Vault, wechat: Who, alipay: Who) -> None:
    async with database.write() as db:
        await consents.give(db, resident_id=alipay.resident_id, purpose=Purpose.CONTACT, wording=WORDING)
    await bound(database, vault, wechat, alipay)
    async with database.read() as db:
        assert await consents.has(db, resident_id=wechat.resident_id, purpose=Purpose.CONTACT)
