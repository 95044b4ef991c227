"""All that a resident can do here, once each, and how it is finished or erased."""

from __future__ import annotations

from typing import Final

from community import consents, contacts, issues, members, orders, privacy, residents, volunteers
from community.consents import Purpose
from community.history import Actor, Party
from community.issues import NewIssue
from community.members import Details
from community.orders import Action
from community.residents import Resident, Who
from community.volunteers import Profile
from core import clock
from core.crypto import Vault
from core.db import Database
from core.settings import Config
from tests.community.orders.desk import MOTHER, offered, placed, wish
from tests.community.people import AREA, DAY, MONDAY, WORDING
from tests.community.volunteers.place import plan, published
from tests.points.town import Town

WANG: Final = Details(name="王小明", phone="13800000000", employer="区自来水公司")


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
        await contacts.keep(
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
