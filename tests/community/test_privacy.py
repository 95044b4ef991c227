"""The resident sees, exports and erases what is theirs; erasure leaves nothing readable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

import pytest
from sqlalchemy import select

from community import binding, orders, privacy, residents, volunteers
from community.issues import ownership as issue_rows
from community.members import ownership as member_rows
from community.members.models import Registration
from community.orders import ownership as order_rows
from community.privacy import OpenCases
from community.residents import Who
from community.volunteers import ownership as volunteer_rows
from core import clock
from core.crypto import DataKey, Vault
from core.db import Base, Database
from core.errors import NotFound
from core.values import Platform
from points.models import Account
from tests.community.deeds import (
    erase,
    everything,
    file_report,
    finish,
    order_lunch,
    redeem,
    row_of,
    run_due,
    sign_up,
)
from tests.community.people import AREA, DAY, MONDAY, resident, with_phone
from tests.community.volunteers.place import SATURDAY
from tests.points.town import Town

PERSONAL: Final = ("王小明", "13800000000", "李桂花", "501室", "区自来水公司", "会修水管")
SECRETS: Final = (*PERSONAL, "路灯杆漏电")


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


@pytest.fixture
async def who(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


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
        assert await with_phone(db, afresh, "13800000000") == []
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


async def test_certifying_an_activity_pays_nobody_who_was_erased(database: Database, vault: Vault, who: Who) -> None:
    signup_id = await sign_up(database, vault, who)
    async with database.write() as db:
        await volunteers.enter_by_hand(db, signup_id=signup_id, minutes=60, worker_id="w1")
        activity_id = (await volunteers.get_signup(db, signup_id=signup_id)).activity_id
    with clock.frozen(SATURDAY + DAY):
        assert await erase(database, vault, who) is True
        async with database.write() as db:
            assert await volunteers.certify(db, vault, activity_id=activity_id, worker_id="w1") == 1


async def test_erasure_closes_the_wallets(database: Database, vault: Vault, who: Who) -> None:
    town = Town(database, vault, area=AREA)
    await town.adjust(who.resident_id, 50)
    assert await erase(database, vault, who) is True
    async with database.read() as db:
        rows = await db.execute(select(Account.kind, Account.posted, Account.status).where(Account.kind != "treasury"))
        found = {kind: (posted, status) for kind, posted, status in rows}
    assert found == {"resident": (0, "closed"), "expired": (50, "open")}
    assert await town.findings() == []
