"""The resident sees, exports and erases what is theirs; an unfollow sets a date, open cases put it off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import select

from community import binding, consents, issues, members, orders, privacy, residents, volunteers
from community.consents import Purpose
from community.history import Actor, Party
from community.issues import NewIssue
from community.issues import ownership as issue_rows
from community.members import Details
from community.members import ownership as member_rows
from community.members.models import Registration
from community.orders import Action
from community.orders import ownership as order_rows
from community.privacy import AFTER_UNFOLLOW, OpenCases
from community.residents import Identity, Resident, Who
from community.volunteers import Profile
from community.volunteers import ownership as volunteer_rows
from core import clock
from core.crypto import DataKey, Vault
from core.db import Base, Database
from core.errors import NotFound
from core.settings import Config
from core.values import Platform
from tests.community.orders.desk import MOTHER, offered, placed, wish
from tests.community.people import AREA, DAY, MONDAY, WORDING, resident
from tests.community.volunteers.place import SATURDAY, plan, published
from tests.points.town import Town

WANG: Final = Details(name="王小明", phone="13800000000", employer="区自来水公司")
PERSONAL: Final = ("王小明", "13800000000", "李桂花", "501室", "区自来水公司", "会修水管")
SECRETS: Final = (*PERSONAL, "路灯杆漏电")


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
async def who(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


async def file_report(database: Database, vault: Vault, who: Who) -> str:
    draft = NewIssue(
        description="3号楼前路灯杆漏电，我电话13800000000",
        area_code=AREA,
        category_code="M09",
        address="和平里3号楼501室",
    )
    async with database.write() as db:
        filed = await issues.report(db, vault, Config(), resident_id=who.resident_id, draft=draft, source="wechat")
    return filed.number


async def order_lunch(database: Database, vault: Vault, who: Who) -> str:
    request = wish(await offered(database), served=MOTHER, consent=WORDING)
    return await placed(database, vault, resident_id=who.resident_id, request=request)


async def sign_up(database: Database, vault: Vault, who: Who) -> str:
    activity_id = await published(database, vault, plan())
    async with database.write() as db:
        done = await volunteers.sign_up(
            db, vault, resident_id=who.resident_id, activity_id=activity_id, name="王小明", phone="13800000000"
        )
    return done.signup_id


async def register(database: Database, vault: Vault, who: Who) -> str:
    async with database.write() as db:
        await consents.give(db, resident_id=who.resident_id, purpose=Purpose.PARTY_MEMBER, wording=WORDING)
        return await members.register(db, vault, resident_id=who.resident_id, area_code=AREA, details=WANG)


async def enrol(database: Database, vault: Vault, who: Who) -> None:
    profile = Profile(name="王小明", phone="13800000000", skills="会修水管")
    async with database.write() as db:
        await volunteers.enrol(db, vault, resident_id=who.resident_id, area_code=AREA, profile=profile)


async def redeem(database: Database, vault: Vault, who: Who) -> str:
    town = Town(database, vault, area=AREA)
    await town.adjust(who.resident_id, 50)
    return (await town.redeem(who.resident_id, await town.reward(price=20))).id


async def everything(database: Database, vault: Vault, who: Who) -> None:
    async with database.write() as db:
        await residents.set_contact(
            db, vault, resident_id=who.resident_id, name="王小明", phone="13800000000", address="和平里3号楼501室"
        )
    for step in (file_report, order_lunch, sign_up, enrol, register, redeem):
        await step(database, vault, who)


async def finish(database: Database, vault: Vault, who: Who) -> None:
    """Close whatever is open for them."""
    async with database.write() as db:
        cases = await privacy.open_cases(db, vault, resident_id=who.resident_id)
        for number in cases.get("issues", []):
            await issues.withdraw(db, vault, Config(), number=number, resident_id=who.resident_id)
        for number in cases.get("orders", []):
            actor = Actor(Party.RESIDENT, who.resident_id)
            await orders.move(db, vault, number=number, action=Action.CANCEL, actor=actor)
        for signup, _ in await volunteers.my_signups(db, resident_id=who.resident_id, coming_only=True):
            await volunteers.cancel_signup(db, vault, signup_id=signup.id)
    if "redemptions" in cases:
        with clock.frozen(MONDAY + 400 * DAY):
            await Town(database, vault, area=AREA).expire()


async def erase(database: Database, vault: Vault, who: Who, *, when_closed: bool = False) -> bool:
    async with database.write() as db:
        return await privacy.erase(db, vault, resident_id=who.resident_id, now=clock.now(), when_closed=when_closed)


async def run_due(database: Database, vault: Vault) -> list[str]:
    async with database.write() as db:
        return await privacy.erase_due(db, vault, clock.now())


async def row_of(database: Database, who: Who) -> Resident:
    async with database.read() as db:
        return await residents.get(db, resident_id=who.resident_id)


async def test_the_export_holds_all_that_was_told(database: Database, vault: Vault, who: Who) -> None:
    await everything(database, vault, who)
    async with database.read() as db:
        found = await privacy.export(db, vault, resident_id=who.resident_id)
    text = json.dumps(found, ensure_ascii=False)
    for secret in (*SECRETS, who.sender, "party_member"):
        assert secret in text
    assert found["points"][0]["balance"] == 50
    assert [len(found[kind]) for kind in ("issues", "orders", "volunteering", "registrations")] == [1, 1, 2, 1]


async def test_an_export_holds_nothing_of_others(database: Database, vault: Vault, who: Who) -> None:
    await everything(database, vault, await resident(database, vault))
    async with database.read() as db:
        text = json.dumps(await privacy.export(db, vault, resident_id=who.resident_id), ensure_ascii=False)
    assert not found_in(text, *SECRETS)


async def test_the_overview_names_contact_platforms_and_open_cases(database: Database, vault: Vault, who: Who) -> None:
    await everything(database, vault, who)
    async with database.read() as db:
        shown = await privacy.show(db, vault, resident_id=who.resident_id)
    assert (shown["name"], shown["phone"], shown["platforms"]) == ("王小明", "13800000000", ["wechat"])
    assert set(shown["open_cases"]) == {"issues", "orders", "activities", "redemptions"}


@pytest.mark.parametrize(
    ("step", "kind"),
    [(file_report, "issues"), (order_lunch, "orders"), (sign_up, "activities"), (redeem, "redemptions")],
)
async def test_an_open_case_refuses_erasure_by_name(
    database: Database, vault: Vault, who: Who, step: object, kind: str
) -> None:
    await step(database, vault, who)  # type: ignore[operator]
    with pytest.raises(OpenCases) as refused:
        await erase(database, vault, who)
    cases = refused.value.facts["cases"]
    assert isinstance(cases, dict)
    assert list(cases) == [kind]
    assert (await row_of(database, who)).erase_at is None


async def test_erasure_when_closed_waits_for_the_last_case(database: Database, vault: Vault, who: Who) -> None:
    await everything(database, vault, who)
    assert await erase(database, vault, who, when_closed=True) is False
    assert await run_due(database, vault) == []
    await finish(database, vault, who)
    assert await run_due(database, vault) == [who.resident_id]
    assert await run_due(database, vault) == []


def found_in(text: str, *words: str) -> list[str]:
    return [word for word in words if word in text]


async def test_no_personal_word_lies_readable_in_any_table(database: Database, vault: Vault, who: Who) -> None:
    await everything(database, vault, who)
    async with database.read() as db:
        for table in Base.metadata.sorted_tables:
            for row in await db.execute(select(table)):
                readable = " ".join(v.decode(errors="replace") if isinstance(v, bytes) else str(v) for v in row)
                assert not found_in(readable, *PERSONAL, who.sender), table.name


async def test_after_erasure_nothing_told_can_be_read_and_the_rows_remain(
    database: Database, vault: Vault, who: Who
) -> None:
    await everything(database, vault, who)
    await finish(database, vault, who)
    assert await erase(database, vault, who) is True
    afresh = Vault(vault.ring)
    async with database.read() as db:
        assert (await db.execute(select(DataKey.owner_id).where(DataKey.owner_id == who.resident_id))).all() == []
        told = [
            await package.export(db, afresh, resident_id=who.resident_id)
            for package in (issue_rows, order_rows, member_rows, volunteer_rows)
        ]
        member = (await db.execute(select(Registration))).scalar_one()
        order = await orders.my_orders(db, resident_id=who.resident_id)
        assert await residents.by_phone(db, afresh, phone="13800000000") == []
    assert [len(rows) for rows in told] == [1, 1, 1, 2]
    assert not found_in(json.dumps(told, ensure_ascii=False), *PERSONAL, "路灯杆")
    assert (member.state, member.name_index, member.phone_index) == ("withdrawn", None, None)
    assert [o.state for o in order] == ["cancelled"]
    row = await row_of(database, who)
    assert (row.name_index, row.phone_index, row.erased_at) == (None, None, MONDAY)
    with pytest.raises(NotFound):
        await erase(database, vault, who)
    async with database.read() as db:
        with pytest.raises(NotFound):
            await privacy.export(db, afresh, resident_id=who.resident_id)


async def test_erasure_takes_the_merged_ones_along(database: Database, vault: Vault, who: Who) -> None:
    other = await resident(database, vault, platform=Platform.ALIPAY)
    await everything(database, vault, other)
    async with database.write() as db:
        code = await binding.issue_code(db, vault, resident_id=who.resident_id, identity_id=who.identity_id)
        await binding.bind(db, vault, code=code.digits, identity_id=other.identity_id)
        with pytest.raises(NotFound):
            await privacy.erase(db, vault, resident_id=other.resident_id, now=MONDAY)
        balance = (await privacy.export(db, vault, resident_id=who.resident_id))["points"][0]["balance"]
    assert balance == 50
    await finish(database, vault, who)
    await erase(database, vault, who)
    async with database.read() as db:
        assert (await db.execute(select(DataKey.owner_id))).all() == []


async def test_who_writes_again_after_erasure_is_somebody_new(database: Database, vault: Vault, who: Who) -> None:
    await erase(database, vault, who)
    async with database.write() as db:
        again = await residents.identify(
            db, vault, account=who.account, platform=Platform.WECHAT, sender=who.sender, area_code=AREA
        )
        assert again.resident_id != who.resident_id
        with pytest.raises(NotFound):
            await residents.identity(db, vault, identity_id=who.identity_id)


async def unfollow(database: Database, who: Who) -> None:
    async with database.write() as db:
        await privacy.unfollowed(db, identity_id=who.identity_id, now=clock.now())


async def test_an_unfollow_stops_sending_and_erases_after_thirty_days(
    database: Database, vault: Vault, who: Who
) -> None:
    await unfollow(database, who)
    async with database.read() as db:
        following = await db.execute(select(Identity.following).where(Identity.id == who.identity_id))
        assert following.scalar_one() is False
    with clock.frozen(MONDAY + AFTER_UNFOLLOW - timedelta(seconds=1)):
        assert await run_due(database, vault) == []
    with clock.frozen(MONDAY + AFTER_UNFOLLOW):
        assert await run_due(database, vault) == [who.resident_id]


async def test_an_open_case_puts_the_timed_erasure_off(database: Database, vault: Vault, who: Who) -> None:
    await file_report(database, vault, who)
    await unfollow(database, who)
    with clock.frozen(SATURDAY + AFTER_UNFOLLOW):
        assert await run_due(database, vault) == []
        await finish(database, vault, who)
        assert await run_due(database, vault) == [who.resident_id]


async def test_another_bound_identity_keeps_data_and_points(database: Database, vault: Vault, who: Who) -> None:
    other = await resident(database, vault, platform=Platform.ALIPAY)
    await Town(database, vault, area=AREA).adjust(who.resident_id, 50)
    async with database.write() as db:
        code = await binding.issue_code(db, vault, resident_id=who.resident_id, identity_id=who.identity_id)
        await binding.bind(db, vault, code=code.digits, identity_id=other.identity_id)
    await unfollow(database, who)
    assert (await row_of(database, who)).erase_at is None
    await unfollow(database, other)
    assert (await row_of(database, who)).erase_at == MONDAY + AFTER_UNFOLLOW


async def test_following_again_calls_it_off_but_not_an_erasure_that_was_asked_for(
    database: Database, vault: Vault, who: Who
) -> None:
    await unfollow(database, who)
    async with database.write() as db:
        assert await privacy.followed(db, identity_id=who.identity_id, now=MONDAY + DAY)
        assert not await privacy.followed(db, identity_id=who.identity_id, now=MONDAY + DAY)
    assert (await row_of(database, who)).erase_at is None
    await file_report(database, vault, who)
    await erase(database, vault, who, when_closed=True)
    await unfollow(database, who)
    async with database.write() as db:
        assert not await privacy.followed(db, identity_id=who.identity_id, now=MONDAY + DAY)
    assert (await row_of(database, who)).erase_at == MONDAY


async def test_unknown_identities_are_said_to_be_unknown(database: Database) -> None:
    for act in (privacy.unfollowed, privacy.followed):
        async with database.write() as db:
            with pytest.raises(NotFound):
                await act(db, identity_id="0" * 32, now=MONDAY)


async def test_certifying_an_activity_pays_nobody_who_was_erased(database: Database, vault: Vault, who: Who) -> None:
    signup_id = await sign_up(database, vault, who)
    async with database.write() as db:
        await volunteers.enter_by_hand(db, signup_id=signup_id, minutes=60, worker_id="w1")
        activity_id = (await volunteers.get_signup(db, signup_id=signup_id)).activity_id
    with clock.frozen(SATURDAY + DAY):
        assert await erase(database, vault, who) is True
        async with database.write() as db:
            assert await volunteers.certify(db, vault, activity_id=activity_id, worker_id="w1") == 1
