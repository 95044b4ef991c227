"""A code shown in one chat binds the identity that types it in another; all that was theirs comes along once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from community import binding, consents, members, orders, residents, volunteers
from community.binding import CODE_LIFE, BindingCode, Bound, CodeRejected
from community.consents import Purpose
from community.members import Details
from community.residents import Who
from community.tries import MAX_TRIES, TooManyTries
from community.volunteers import Profile
from core import clock
from core.crypto import Vault
from core.db import Database
from core.errors import NotFound
from core.values import Platform, RegistrationState
from tests.community.orders.desk import offered, placed, wish
from tests.community.people import AREA, HOUR, MONDAY, OTHER_AREA, WORDING, crowd, resident
from tests.community.volunteers.place import SATURDAY, plan, published, seats

WANG = Details(name="王小明", phone="13800000000", employer="区自来水公司")


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
async def wechat(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


@pytest.fixture
async def alipay(database: Database, vault: Vault) -> Who:
    return await resident(database, vault, platform=Platform.ALIPAY)


async def shown_to(database: Database, vault: Vault, who: Who) -> str:
    async with database.write() as db:
        code = await binding.issue_code(db, vault, resident_id=who.resident_id, identity_id=who.identity_id)
    assert code.expires_at == clock.now() + CODE_LIFE
    return code.digits


async def typed_by(database: Database, vault: Vault, who: Who, digits: str) -> Bound:
    """The handler's way: the refusal is an answer, and the transaction commits with it."""
    refused: CodeRejected | TooManyTries
    async with database.write() as db:
        try:
            return await binding.bind(db, vault, code=digits, identity_id=who.identity_id)
        except (CodeRejected, TooManyTries) as error:
            refused = error
    raise refused


async def bound(database: Database, vault: Vault, to: Who, joining: Who) -> None:
    done = await typed_by(database, vault, joining, await shown_to(database, vault, to))
    assert done == Bound(to.resident_id, joining.resident_id)


async def test_the_identity_joins_and_the_former_resident_names_its_successor(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    await bound(database, vault, wechat, alipay)
    async with database.read() as db:
        everybody = await residents.identities(db, vault, resident_id=wechat.resident_id)
        assert {who.sender for who in everybody} == {wechat.sender, alipay.sender}
        assert (await residents.current(db, alipay)).resident_id == wechat.resident_id
        assert await binding.surviving(db, resident_id=alipay.resident_id) == wechat.resident_id
        assert await binding.family(db, resident_id=wechat.resident_id) == sorted(
            [wechat.resident_id, alipay.resident_id]
        )


async def test_a_code_works_once(database: Database, vault: Vault, wechat: Who, alipay: Who) -> None:
    digits = await shown_to(database, vault, wechat)
    await typed_by(database, vault, alipay, digits)
    other = await resident(database, vault, platform=Platform.WEB)
    with pytest.raises(CodeRejected):
        await typed_by(database, vault, other, digits)


async def test_two_who_type_one_code_at_once_are_not_both_bound(database: Database, vault: Vault, wechat: Who) -> None:
    digits = await shown_to(database, vault, wechat)
    others = [await resident(database, vault, platform=Platform.ALIPAY) for _ in range(4)]
    barrier = asyncio.Barrier(len(others))

    async def attempt(who: Who) -> bool:
        await barrier.wait()
        try:
            await typed_by(database, vault, who, digits)
        except CodeRejected:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt(who) for who in others))) == 1


async def test_a_code_lives_ten_minutes_and_a_new_one_replaces_it(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    first = await shown_to(database, vault, wechat)
    with clock.frozen(MONDAY + CODE_LIFE), pytest.raises(CodeRejected):
        await typed_by(database, vault, alipay, first)
    second = await shown_to(database, vault, wechat)
    with pytest.raises(CodeRejected):
        await typed_by(database, vault, alipay, first)
    assert (await typed_by(database, vault, alipay, second)).resident_id == wechat.resident_id


async def test_five_wrong_tries_are_all_there_are_for_ten_minutes(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    digits = await shown_to(database, vault, wechat)
    wrong = f"{(int(digits) + 1) % 10**8:08d}"
    for left in reversed(range(MAX_TRIES)):
        with pytest.raises(CodeRejected) as refused:
            await typed_by(database, vault, alipay, wrong)
        assert refused.value.facts == {"tries_left": left}
    with pytest.raises(TooManyTries):
        await typed_by(database, vault, alipay, digits)
    with clock.frozen(MONDAY + CODE_LIFE + timedelta(seconds=1)):
        fresh = await shown_to(database, vault, wechat)
        await typed_by(database, vault, alipay, fresh)


async def test_only_an_index_of_the_code_is_kept(database: Database, vault: Vault, wechat: Who) -> None:
    digits = await shown_to(database, vault, wechat)
    async with database.read() as db:
        row = (await db.execute(select(BindingCode))).scalar_one()
    assert (len(digits), digits.isdigit()) == (8, True)
    assert digits not in row.code_index


async def test_typing_ones_own_code_changes_nothing(database: Database, vault: Vault, wechat: Who) -> None:
    done = await typed_by(database, vault, wechat, await shown_to(database, vault, wechat))
    assert done == Bound(wechat.resident_id, None)


async def test_an_unknown_identity_is_not_bound(database: Database, vault: Vault, wechat: Who) -> None:
    digits = await shown_to(database, vault, wechat)
    async with database.write() as db:
        with pytest.raises(NotFound):
            await binding.bind(db, vault, code=digits, identity_id="0" * 32)


@pytest.mark.parametrize("visitor_joins", [True, False])
async def test_a_visitor_bound_to_a_verified_resident_counts_as_verified(
    database: Database, vault: Vault, wechat: Who, *, visitor_joins: bool
) -> None:
    visitor = await resident(database, vault, platform=Platform.WEB)
    assert not visitor.verified
    to, joining = (wechat, visitor) if visitor_joins else (visitor, wechat)
    await bound(database, vault, to, joining)
    async with database.read() as db:
        assert (await residents.current(db, visitor)).verified


async def test_contact_and_area_fill_what_is_missing(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    async with database.write() as db:
        await residents.set_contact(db, vault, resident_id=wechat.resident_id, name="王小明")
        await residents.set_contact(db, vault, resident_id=alipay.resident_id, name="小王", phone="13800000000")
    await bound(database, vault, wechat, alipay)
    async with database.read() as db:
        kept = await residents.contact(db, vault, resident_id=wechat.resident_id)
        assert (kept.name, kept.phone) == ("王小明", "13800000000")
        assert await residents.by_phone(db, vault, phone="13800000000") == [wechat.resident_id]


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


async def test_a_chain_of_bindings_leads_to_the_last(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    web = await resident(database, vault, platform=Platform.WEB)
    shown_before = await shown_to(database, vault, alipay)
    await bound(database, vault, wechat, alipay)
    with pytest.raises(CodeRejected):
        await typed_by(database, vault, web, shown_before)
    await bound(database, vault, web, wechat)
    async with database.read() as db:
        for who in (wechat, alipay):
            assert await binding.surviving(db, resident_id=who.resident_id) == web.resident_id
        assert len(await binding.family(db, resident_id=web.resident_id)) == 3


async def test_two_who_bind_each_other_at_once_become_one_and_not_a_circle(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    codes = {who.identity_id: await shown_to(database, vault, who) for who in (wechat, alipay)}
    barrier = asyncio.Barrier(2)

    async def attempt(who: Who, digits: str) -> str | None:
        await barrier.wait()
        try:
            return (await typed_by(database, vault, who, digits)).merged_from
        except CodeRejected:  # the other one was quicker, and the code of who was merged is void
            return None

    merged = await asyncio.gather(
        attempt(wechat, codes[alipay.identity_id]), attempt(alipay, codes[wechat.identity_id])
    )
    assert len([one for one in merged if one]) == 1
    async with database.read() as db:
        owners = {(await residents.current(db, who)).resident_id for who in (wechat, alipay)}
        (owner,) = owners
        for who in (wechat, alipay):
            assert await binding.surviving(db, resident_id=who.resident_id) == owner
