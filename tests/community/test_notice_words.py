"""Whatever these services tell a resident has words, and the facts fill every gap in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from community import consents, members, orders, volunteers
from community.consents import Purpose
from community.history import Actor, Party
from community.orders import Action, Details
from core import clock
from core.crypto import Vault
from core.db import Database
from handlers import notices
from tests.community.orders.desk import offered, placed, wish
from tests.community.people import AREA, DAY, MONDAY, WORDING, crowd, told
from tests.community.volunteers.place import SATURDAY, plan, published

WORKER = Actor(Party.WORKER, "w1")


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.frozen(MONDAY):
        yield


async def words(database: Database, vault: Vault, resident_id: str) -> dict[str, str]:
    """The text of each notice that was queued, by its name."""
    found = await told(database, vault, resident_id=resident_id)
    return {n["notice"]: notices.render(n["notice"], n["facts"]).text for n in found}


def check(texts: dict[str, str], *names: str) -> None:
    assert set(texts) == set(names)
    assert not [text for text in texts.values() if "{" in text or "None" in text]


async def test_of_volunteering(database: Database, vault: Vault) -> None:
    cancelled, held = [await published(database, vault, plan(capacity=1)) for _ in range(2)]
    first, second = await crowd(database, vault, 2)
    async with database.write() as db:
        seat = await volunteers.sign_up(db, vault, resident_id=first, activity_id=held)
        waiting = await volunteers.sign_up(db, vault, resident_id=second, activity_id=held)
        await volunteers.sign_up(db, vault, resident_id=second, activity_id=cancelled)
        await volunteers.cancel_signup(db, vault, signup_id=seat.signup_id)
        await volunteers.cancel_activity(db, vault, activity_id=cancelled, worker_id="w1", reason="大雨")
        await volunteers.enter_by_hand(db, signup_id=waiting.signup_id, minutes=60, worker_id="w1")
    with clock.frozen(SATURDAY + DAY):
        async with database.write() as db:
            await volunteers.certify(db, vault, activity_id=held, worker_id="w1")
    texts = await words(database, vault, second)
    check(texts, "signup_seated", "signup_reminder", "activity_cancelled", "activity_certified")
    assert "大雨" in texts["activity_cancelled"]
    assert "60" in texts["activity_certified"]


async def test_of_orders(database: Database, vault: Vault) -> None:
    (one,) = await crowd(database, vault, 1)
    service_id = await offered(database)
    served, cancelled = [await placed(database, vault, resident_id=one, request=wish(service_id)) for _ in range(2)]
    async with database.write() as db:
        for action in (Action.ACCEPT, Action.ASSIGN, Action.COMPLETE):
            provider = Details(provider="和平里食堂")
            await orders.move(db, vault, number=served, action=action, actor=WORKER, details=provider)
        reason = Details(reason="食堂停电")
        await orders.move(db, vault, number=cancelled, action=Action.CANCEL, actor=WORKER, details=reason)
    texts = await words(database, vault, one)
    check(texts, "order_accepted", "order_assigned", "order_served", "order_cancelled")
    assert "和平里食堂" in texts["order_assigned"]
    assert "食堂停电" in texts["order_cancelled"]


async def test_of_registrations(database: Database, vault: Vault) -> None:
    (one,) = await crowd(database, vault, 1)
    wang = members.Details(name="王小明", phone="13800000000", employer="区自来水公司")
    async with database.write() as db:
        await consents.give(db, resident_id=one, purpose=Purpose.PARTY_MEMBER, wording=WORDING)
        made = await members.register(db, vault, resident_id=one, area_code=AREA, details=wang)
        await members.return_(db, vault, registration_id=made, worker_id="w1", reason="电话有误")
        await members.correct(db, vault, registration_id=made, resident_id=one, details=wang)
        await members.approve(db, vault, registration_id=made, worker_id="w1")
        await members.revoke(db, vault, registration_id=made, worker_id="w1", reason="已搬走")
    texts = await words(database, vault, one)
    check(texts, "registration_approved", "registration_returned", "registration_revoked")
    assert "电话有误" in texts["registration_returned"]
