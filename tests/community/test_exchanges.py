"""Decisions about redemptions: within one's area, never about one's own, and told in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from community import exchanges, privacy, workers
from community.permissions import Grant, NotYourTask
from community.residents import Who
from core import clock
from core.crypto import Vault
from core.db import Database, new_id
from core.values import Role
from handlers import notices
from points import corrections, redemptions, rewards
from points.errors import OwnRedemption
from points.redemption_views import Redemption
from tests.community.people import AREA, OTHER_AREA, resident, told, worker

DESK = worker()


async def redeemed(database: Database, vault: Vault, who: Who, *, needs_approval: bool = False) -> Redemption:
    async with database.write() as db:
        await corrections.adjust(
            db,
            area_code=AREA,
            resident_id=who.resident_id,
            amount_points=10,
            reason="test",
            actor_id="w1",
            key=new_id(),
        )
        reward_id = await rewards.create_reward(
            db, area_code=AREA, name="大米五公斤", price_points=10, stock=1, code_days=7, needs_approval=needs_approval
        )
        return await redemptions.redeem(
            db, vault, resident_id=who.resident_id, area_code=AREA, reward_id=reward_id, key=new_id()
        )


async def words(database: Database, vault: Vault, who: Who) -> dict[str, str]:
    """The text of each notice that was queued, by its name; all their gaps are filled."""
    queued = await told(database, vault, resident_id=who.resident_id)
    found = {one["notice"]: notices.render(one["notice"], one["facts"]).text for one in queued}
    assert not [text for text in found.values() if "{" in text or "None" in text or text.count("\n") > 2]
    return found


async def test_the_resident_hears_what_was_decided(database: Database, vault: Vault, wechat: Who) -> None:
    yes, no = [await redeemed(database, vault, wechat, needs_approval=True) for _ in range(2)]
    held = await redeemed(database, vault, wechat)
    async with database.write() as db:
        await exchanges.approve(db, vault, redemption_id=yes.id, worker=DESK)
        await exchanges.refuse(db, vault, redemption_id=no.id, worker=DESK, reason="资料不全")
        await exchanges.void(db, vault, redemption_id=held.id, worker=DESK, reason="缺货")
    texts = await words(database, vault, wechat)
    assert set(texts) == {"redemption_issued", "redemption_refused", "redemption_void"}
    assert "资料不全" in texts["redemption_refused"]
    assert "缺货" in texts["redemption_void"]
    assert all("大米五公斤" in text for text in texts.values())


async def test_who_did_not_come_in_time_hears_of_it_and_the_erased_do_not(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    await redeemed(database, vault, alipay)
    await redeemed(database, vault, wechat)
    with clock.frozen(clock.now() + timedelta(days=8)):
        async with database.write() as db:
            await vault.destroy(db, alipay.resident_id)
        async with database.write() as db:
            assert await exchanges.expire_due(db, vault) == 2
    assert set(await words(database, vault, wechat)) == {"redemption_expired"}


async def test_nobody_decides_elsewhere_or_for_themselves(database: Database, vault: Vault, wechat: Who) -> None:
    waits = await redeemed(database, vault, wechat, needs_approval=True)
    there, merchant = worker(area=OTHER_AREA), worker(Role.MERCHANT)
    async with database.write() as db:
        for other in (there, merchant):
            with pytest.raises(NotYourTask):
                await exchanges.approve(db, vault, redemption_id=waits.id, worker=other)
            with pytest.raises(NotYourTask):
                await exchanges.refuse(db, vault, redemption_id=waits.id, worker=other, reason="x")
            with pytest.raises(NotYourTask):
                await exchanges.void(db, vault, redemption_id=waits.id, worker=other, reason="x")
        own = replace(DESK, resident_id=wechat.resident_id)
        with pytest.raises(OwnRedemption):
            await exchanges.approve(db, vault, redemption_id=waits.id, worker=own)


async def test_a_colleague_who_left_still_has_a_name(database: Database, vault: Vault) -> None:
    async with database.write() as db:
        made, _ = await workers.create(db, vault, name="韩前台", grants=[Grant(Role.DESK, AREA)])
        await workers.disable(db, worker_id=made.id)
        assert await workers.name_of(db, vault, worker_id=made.id) == "韩前台"
        assert await workers.name_of(db, vault, worker_id="system") == ""


async def test_what_waits_keeps_a_resident_from_being_erased(database: Database, vault: Vault) -> None:
    who = await resident(database, vault)
    await redeemed(database, vault, who, needs_approval=True)
    async with database.read() as db:
        assert (await privacy.open_cases(db, vault, resident_id=who.resident_id))["redemptions"] == ["大米五公斤"]
