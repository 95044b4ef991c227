"""Decisions about points: as the community's scheme wants them, never about one's own, and told in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from community import binding, corrections, privacy, sanctions
from community.residents import Who
from community.sanctions import OwnPoints
from core import clock
from core.crypto import Vault
from core.db import Database, new_id
from handlers import notices
from points import corrections as ledger_corrections
from points import grants, statements
from points.clawback import Deed, TakenBack
from points.fairness_errors import NothingToClawBack
from points.fairness_models import AppealState
from points.rules import store
from points.signed import Done
from points.signing import Adjustment
from tests.community.people import AREA, DAY, told, worker

FIRST, SECOND, THIRD = (replace(worker(), id=f"w{number}") for number in (1, 2, 3))


async def words(database: Database, vault: Vault, who: Who) -> dict[str, str]:
    """The text of each notice that was queued, by its name; all their gaps are filled."""
    queued = await told(database, vault, resident_id=who.resident_id)
    found = {one["notice"]: notices.render(one["notice"], one["facts"]).text for one in queued}
    assert not [text for text in found.values() if "{" in text or "None" in text or "T0" in text]
    return found


async def scheme(database: Database, **settings: Any) -> None:
    async with database.write() as db:
        drafted = await store.draft(
            db, area_code=AREA, rule_id="scheme", body=settings, effective_from=clock.now(), worker_id="w1"
        )
        await store.activate(db, rule_id="scheme", version=drafted.version, worker_id="w2")


async def give(database: Database, who: Who, points: int) -> None:
    async with database.write() as db:
        await ledger_corrections.adjust(
            db,
            area_code=AREA,
            resident_id=who.resident_id,
            amount_points=points,
            reason="test",
            actor_id="w9",
            key=new_id(),
        )


async def rewarded(database: Database, who: Who, number: str) -> None:
    """Ten points for a report."""
    async with database.write() as db:
        await ledger_corrections.fund_community(
            db, area_code=AREA, amount_points=100, actor_id="w9", reason="test", key=new_id()
        )
        await grants.request_grant(
            db,
            rule="report_verified",
            area_code=AREA,
            recipient_id=who.resident_id,
            source_kind="issue",
            source_id=number,
            occurred_at=clock.now(),
        )
    async with database.write() as db:
        await grants.post_due(db)


async def claw_back(database: Database, vault: Vault, who: Who, number: str) -> TakenBack:
    async with database.write() as db:
        return await sanctions.claw_back(
            db,
            vault,
            area_code=AREA,
            resident_id=who.resident_id,
            deeds=[Deed("issue", number)],
            reason="不属实",
            worker=FIRST,
            key=new_id(),
        )


async def adjust(database: Database, vault: Vault, who: Who, points: int) -> Done | Adjustment:
    async with database.write() as db:
        return await corrections.adjust(
            db,
            vault,
            area_code=AREA,
            resident_id=who.resident_id,
            amount_points=points,
            reason="登错了",
            document_no=None,
            worker=FIRST,
            key=new_id(),
        )


async def freeze(database: Database, vault: Vault, who: Who) -> None:
    async with database.write() as db:
        await sanctions.freeze(
            db,
            vault,
            area_code=AREA,
            resident_id=who.resident_id,
            reason="核对上报",
            worker=FIRST,
            ends_at=clock.now() + 10 * DAY,
        )


async def appeal(database: Database, vault: Vault, who: Who) -> str:
    async with database.write() as db:
        made = await sanctions.appeal(db, vault, area_code=AREA, resident_id=who.resident_id, words="那天是我报的")
    return made.id


async def test_each_decision_has_words(database: Database, vault: Vault, wechat: Who) -> None:
    await give(database, wechat, 100)
    for decider, state in ((SECOND, AppealState.DECLINED), (THIRD, AppealState.DECLINED)):
        await freeze(database, vault, wechat)
        made = await appeal(database, vault, wechat)
        async with database.write() as db:
            await sanctions.decide_appeal(db, vault, appeal_id=made, state=state, decision="照片一样", worker=decider)
    async with database.write() as db:
        await sanctions.lift(
            db, vault, area_code=AREA, resident_id=wechat.resident_id, because="核对完了", worker=SECOND
        )
    await freeze(database, vault, wechat)
    made = await appeal(database, vault, wechat)
    async with database.write() as db:
        upheld = AppealState.UPHELD
        await sanctions.decide_appeal(db, vault, appeal_id=made, state=upheld, decision="是两件事", worker=SECOND)
    await adjust(database, vault, wechat, -5)
    said = await words(database, vault, wechat)
    assert set(said) == {
        "points_frozen", "appeal_declined", "appeal_declined_again", "points_unfrozen", "appeal_upheld",
        "points_adjusted",
    }  # fmt: skip
    assert "核对上报" in said["points_frozen"]
    assert "照片一样" in said["appeal_declined"]
    assert "-5" in said["points_adjusted"]


async def test_what_is_given_is_not_told_as_a_correction(database: Database, vault: Vault, wechat: Who) -> None:
    assert isinstance(await adjust(database, vault, wechat, 5), Done)
    assert await words(database, vault, wechat) == {}


async def test_the_communitys_limit_counts(database: Database, vault: Vault, wechat: Who) -> None:
    await scheme(database, adjust_limit=10)
    assert isinstance(await adjust(database, vault, wechat, 11), Adjustment)
    assert isinstance(await adjust(database, vault, wechat, 10), Done)


@pytest.mark.parametrize(("policy", "owed"), [("clamp", 0), ("debt", 6)])
async def test_the_communitys_policy_for_what_is_spent(
    database: Database, vault: Vault, wechat: Who, policy: str, owed: int
) -> None:
    await scheme(database, claw_back=policy)
    await rewarded(database, wechat, "R1")
    await give(database, wechat, -6)
    done = await claw_back(database, vault, wechat, "R1")
    assert (done.taken_points, done.owed_points, done.forgiven_points) == (4, owed, 6 - owed)
    async with database.read() as db:
        assert await statements.debt(db, area_code=AREA, resident_id=wechat.resident_id) == owed
    said = await words(database, vault, wechat)
    (text,) = said.values()
    assert "4分" in text if owed else "4积分" in text


async def test_what_another_of_their_accounts_earned_is_taken_too(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    await rewarded(database, wechat, "R1")
    async with database.write() as db:
        shown = await binding.issue_code(db, vault, resident_id=alipay.resident_id, identity_id=alipay.identity_id)
        await binding.bind(db, vault, identity_id=wechat.identity_id, code=shown.digits)
    assert (await claw_back(database, vault, alipay, "R1")).taken_points == 10


async def test_never_about_ones_own(database: Database, vault: Vault, wechat: Who) -> None:
    own = replace(worker(), resident_id=wechat.resident_id)
    async with database.write() as db:
        with pytest.raises(OwnPoints):
            await sanctions.keep_out_of_own(db, worker=own, resident_id=wechat.resident_id)
        await sanctions.keep_out_of_own(db, worker=own, resident_id="another")


async def test_an_erased_residents_freeze_ends_in_silence(database: Database, vault: Vault, wechat: Who) -> None:
    await give(database, wechat, 5)
    await freeze(database, vault, wechat)
    now = clock.now()
    async with database.write() as db:
        await privacy.erase(db, vault, resident_id=wechat.resident_id, now=now)
    with clock.frozen(now + timedelta(days=11)):
        async with database.write() as db:
            assert await sanctions.lift_due(db, vault) == 1


async def test_their_export_holds_what_they_said(database: Database, vault: Vault, wechat: Who) -> None:
    await give(database, wechat, 5)
    await freeze(database, vault, wechat)
    await appeal(database, vault, wechat)
    async with database.read() as db:
        found = await privacy.export(db, vault, resident_id=wechat.resident_id)
    assert [(one["words"], one["state"]) for one in found["appeals"]] == [("那天是我报的", "open")]


async def test_a_claw_back_is_appealed_against_for_a_while_and_each_answer_has_words(
    database: Database, vault: Vault, wechat: Who, alipay: Who
) -> None:
    await rewarded(database, wechat, "R1")
    await claw_back(database, vault, wechat, "R1")
    async with database.read() as db:
        (taken,) = await sanctions.recent_claw_backs(db, resident_id=wechat.resident_id)
    for who, days in ((alipay, 0), (wechat, 31)):
        with clock.frozen(clock.now() + days * DAY):
            async with database.write() as db:
                with pytest.raises(NothingToClawBack):
                    await sanctions.appeal_claw_back(
                        db, vault, clawback_id=taken.id, resident_id=who.resident_id, words="是我报的"
                    )
    for decider in (SECOND, THIRD):
        async with database.write() as db:
            made = await sanctions.appeal_claw_back(
                db, vault, clawback_id=taken.id, resident_id=wechat.resident_id, words="是我报的"
            )
            await sanctions.decide_appeal(
                db, vault, appeal_id=made.id, state=AppealState.DECLINED, decision="照片一样", worker=decider
            )
    said = await words(database, vault, wechat)
    assert set(said) == {"points_taken_back", "points_not_restored", "points_not_restored_again"}
    assert "10积分不变" in said["points_not_restored"]
