"""Freezes, appeals, flags, claw-backs and second signatures through the admin API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from community import sanctions, workers
from community.audit.models import AuditRow
from community.permissions import Grant
from community.workers import WorkerRow
from core import clock
from core.values import Role
from points import corrections, flags, grants
from points.flags import FlagKind, Found
from tests.bot.api.town import COMMUNITY, OTHER_STREET, STREET, Town
from tests.community.people import notices_of

BECAUSE = {"reason": "核对过了"}


async def second(town: Town, role: Role = Role.DESK) -> str:
    """The token of another worker of the street."""
    async with town.service.database.write() as db:
        _, token = await workers.create(db, town.service.vault, name="另一位", grants=[Grant(role, STREET)])
    return token


async def points(town: Town, amount: int = 50) -> None:
    status, _ = await town.post(f"/points/{town.ref}/adjust", {"amount": amount, "reason": "补登"}, role=Role.DESK)
    assert status == 200


async def freeze(town: Town, **body: Any) -> tuple[int, Any]:
    return await town.post(f"/points/{town.ref}/freeze", {"reason": "核对上报", **body}, role=Role.DESK)


async def appeal(town: Town) -> str:
    async with town.service.database.write() as db:
        made = await sanctions.appeal(
            db, town.service.vault, area_code=COMMUNITY, resident_id=town.resident_id, words="那天是我报的"
        )
    return made.id


async def told(town: Town) -> list[str]:
    return await notices_of(town.service.database, town.service.vault, resident_id=town.resident_id)


async def rewarded(town: Town, number: str = "R2606010001") -> str:
    """Ten points for a report; the transfer."""
    async with town.service.database.write() as db:
        await corrections.fund_community(
            db, area_code=COMMUNITY, amount_points=100, actor_id="w1", reason="test", key=f"fund:{number}"
        )
        await grants.request_grant(
            db,
            rule="report_verified",
            area_code=COMMUNITY,
            recipient_id=town.resident_id,
            source_kind="issue",
            source_id=number,
            occurred_at=clock.now(),
        )
    async with town.service.database.write() as db:
        await grants.post_due(db)
    _, page = await town.get(f"/points/{town.ref}/statement?limit=1")
    return str(page["items"][0]["transfer_id"])


async def flag(town: Town, **changed: Any) -> str:
    values: dict[str, Any] = {
        "kind": FlagKind.DUPLICATE,
        "area_code": COMMUNITY,
        "subject_kind": "issue",
        "subject_id": "R2606010001",
        "resident_id": town.resident_id,
        "facts": {"earlier": "R2605310001"},
        **changed,
    }
    async with town.service.database.write() as db:
        await flags.raise_flags(db, [Found(**values)])
        (found,) = await flags.listing(db, area_codes=[values["area_code"]], kind=values["kind"])
    return found.id


async def test_a_wallet_is_frozen_with_a_notice_and_an_end(town: Town) -> None:
    await points(town)
    status, made = await freeze(town, days=10)
    assert (status, made["ref"], made["lifted_at"]) == (200, town.ref, None)
    assert (clock.parse(made["ends_at"]) - clock.parse(made["frozen_at"])).days == 10
    assert await told(town) == ["points_frozen"]
    _, listed = await town.get("/points/freezes", role=Role.AUDITOR)
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    status, lifted = await town.post(f"/points/{town.ref}/unfreeze", BECAUSE, role=Role.DESK)
    assert (status, lifted["lifted_because"]) == (200, "核对过了")
    assert await told(town) == ["points_frozen", "points_unfrozen"]
    assert (await town.get("/points/freezes"))[1]["items"] == []
    assert len((await town.get("/points/freezes?all=true"))[1]["items"]) == 1
    status, answer = await town.post(f"/points/{town.ref}/unfreeze", BECAUSE)
    assert (status, answer["error"]["code"]) == (422, "not_frozen")


@pytest.mark.parametrize("days", [0, 91, 1.5])
async def test_a_freeze_has_an_end_within_reason(town: Town, days: float) -> None:
    assert (await freeze(town, days=days))[0] == 400


async def test_an_appeal_is_decided_by_somebody_else(town: Town) -> None:
    await points(town)
    await freeze(town)
    appeal_id = await appeal(town)
    _, shown = await town.get(f"/points/appeals/{appeal_id}", role=Role.DESK)
    assert (shown["words"], shown["freeze"]["reason"]) == ("那天是我报的", "核对上报")
    _, listed = await town.get("/points/appeals?state=open", role=Role.AUDITOR)
    assert [one["id"] for one in listed["items"]] == [appeal_id]
    assert "words" not in listed["items"][0]
    status, answer = await town.post(f"/points/appeals/{appeal_id}/uphold", BECAUSE, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "same_person")
    status, done = await town.post(f"/points/appeals/{appeal_id}/uphold", BECAUSE, token=await second(town))
    assert (status, done["state"]) == (200, "upheld")
    assert await told(town) == ["points_frozen", "appeal_upheld"]
    assert (await town.get("/points/freezes"))[1]["items"] == []


async def test_declined_twice_it_is_the_last_word(town: Town) -> None:
    await points(town)
    await freeze(town)
    for token in (await second(town), await second(town)):
        status, _ = await town.post(f"/points/appeals/{await appeal(town)}/decline", BECAUSE, token=token)
        assert status == 200
    assert await told(town) == ["points_frozen", "appeal_declined", "appeal_declined_again"]


async def test_a_large_correction_needs_a_second_person(town: Town) -> None:
    adjusting = f"/points/{town.ref}/adjust"
    status, asked = await town.post(
        adjusting, {"amount": 501, "reason": "补登", "document_no": "和社〔1〕"}, role=Role.DESK
    )
    assert (status, asked["transfer_id"], asked["state"]) == (200, None, "asked")
    approving = f"/points/adjustments/{asked['request_id']}/approve"
    status, answer = await town.post(approving, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "same_person")
    assert (await town.post(approving, token=town.elsewhere[Role.DESK]))[0] == 403
    _, listed = await town.get("/points/adjustments?state=asked", role=Role.AUDITOR)
    assert [(one["ref"], one["amount"], one["document_no"]) for one in listed["items"]] == [
        (town.ref, 501, "和社〔1〕")
    ]
    status, done = await town.post(approving, token=await second(town))
    assert (status, done["state"]) == (200, "approved")
    assert (await town.get(f"/points/{town.ref}"))[1]["available"] == 501
    assert await told(town) == ["points_adjusted"]


async def test_it_may_be_refused(town: Town) -> None:
    _, asked = await town.post(f"/points/{town.ref}/adjust", {"amount": -501, "reason": "补登"}, role=Role.DESK)
    refusing = f"/points/adjustments/{asked['request_id']}/refuse"
    status, done = await town.post(refusing, BECAUSE, token=await second(town))
    assert (status, done["state"], done["decision"]) == (200, "declined", "核对过了")
    assert await told(town) == []


async def test_a_flag_is_looked_at_and_dismissed(town: Town) -> None:
    await points(town)
    flag_id = await flag(town)
    _, listed = await town.get("/points/flags?state=open&kind=duplicate", role=Role.AUDITOR)
    assert [one["ref"] for one in listed["items"]] == [town.ref]
    _, shown = await town.get(f"/points/flags/{flag_id}", role=Role.DESK)
    assert shown["facts"] == {"earlier": "R2605310001"}
    status, done = await town.post(f"/points/flags/{flag_id}/dismiss", BECAUSE, role=Role.DESK)
    assert (status, done["state"]) == (200, "dismissed")
    status, answer = await town.post(f"/points/flags/{flag_id}/confirm", BECAUSE)
    assert (status, answer["error"]["code"]) == (422, "flag_decided")
    assert await told(town) == []


async def test_a_confirmed_flag_takes_back_and_freezes_only_when_asked(town: Town) -> None:
    await rewarded(town)
    status, done = await town.post(f"/points/flags/{await flag(town)}/confirm", BECAUSE, role=Role.DESK)
    assert (status, done["taken_back"], done["freeze"]) == (200, None, None)
    assert (await town.get(f"/points/{town.ref}"))[1]["available"] == 10
    other = await flag(town, kind=FlagKind.TRIVIAL)
    body = {**BECAUSE, "claw_back": True, "freeze_days": 5}
    status, done = await town.post(f"/points/flags/{other}/confirm", body, role=Role.DESK)
    assert (status, done["taken_back"]["taken_points"], done["freeze"]["ref"]) == (200, 10, town.ref)
    assert (await town.get(f"/points/{town.ref}"))[1]["available"] == 0
    assert set(await told(town)) == {"points_taken_back", "points_frozen"}


async def test_nothing_is_half_done(town: Town) -> None:
    """There is nothing to take back: then the flag waits as it did."""
    flag_id = await flag(town)
    status, answer = await town.post(f"/points/flags/{flag_id}/confirm", {**BECAUSE, "claw_back": True})
    assert (status, answer["error"]["code"]) == (422, "nothing_to_claw_back")
    assert (await town.get(f"/points/flags/{flag_id}"))[1]["state"] == "open"


async def test_a_grant_is_taken_back_by_its_transfer(town: Town) -> None:
    transfer_id = await rewarded(town)
    clawing = f"/transfers/{transfer_id}/clawback"
    assert (await town.post(clawing, BECAUSE, token=town.elsewhere[Role.DESK]))[0] == 403
    status, done = await town.post(clawing, BECAUSE, role=Role.DESK)
    assert (status, done["taken_points"], len(done["transfers"])) == (200, 10, 1)
    status, answer = await town.post(clawing, BECAUSE, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "nothing_to_claw_back")
    assert (await town.get("/points/audit"))[1]["ok"]


async def test_a_claw_back_is_appealed_against_and_decided_by_somebody_else(town: Town) -> None:
    transfer_id = await rewarded(town)
    await town.post(f"/transfers/{transfer_id}/clawback", {"reason": "重复"}, role=Role.DESK)
    async with town.service.database.write() as db:
        (taken,) = await sanctions.recent_claw_backs(db, resident_id=town.resident_id)
        await sanctions.appeal_claw_back(
            db, town.service.vault, clawback_id=taken.id, resident_id=town.resident_id, words="是两件事"
        )
    _, listed = await town.get("/points/appeals?state=open", role=Role.AUDITOR)
    [(appeal_id, against, freeze_id)] = [(one["id"], one["against"], one["freeze_id"]) for one in listed["items"]]
    assert (against, freeze_id) == ("clawback", None)
    _, shown = await town.get(f"/points/appeals/{appeal_id}", role=Role.DESK)
    assert (shown["words"], shown["freeze"]) == ("是两件事", None)
    assert (shown["clawback"]["reason"], shown["clawback"]["taken_points"]) == ("重复", 10)
    upholding = f"/points/appeals/{appeal_id}/uphold"
    status, answer = await town.post(upholding, BECAUSE, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "same_person")
    assert (await town.post(upholding, BECAUSE, token=town.elsewhere[Role.DESK]))[0] == 403
    assert (await town.post(upholding, BECAUSE, token=await second(town)))[0] == 200
    assert (await town.get(f"/points/{town.ref}"))[1]["available"] == 10
    assert await told(town) == ["points_taken_back", "points_restored"]
    assert (await town.get("/points/audit"))[1]["ok"]


async def test_nobody_decides_about_their_own_points(town: Town) -> None:
    await points(town)
    flag_id = await flag(town)
    async with town.service.database.write() as db:
        await db.execute(
            update(WorkerRow).where(WorkerRow.id == town.ids[Role.DESK]).values(resident_id=town.resident_id)
        )
    for path, body in (
        (f"/points/{town.ref}/adjust", {"amount": 5, **BECAUSE}),
        (f"/points/{town.ref}/freeze", BECAUSE),
        (f"/points/{town.ref}/unfreeze", BECAUSE),
        (f"/points/flags/{flag_id}/dismiss", BECAUSE),
        (f"/transfers/{await rewarded(town)}/clawback", BECAUSE),
    ):
        status, answer = await town.post(path, body, role=Role.DESK)
        assert (status, answer["error"]["code"]) == (403, "own_points"), path


async def test_a_worker_whom_a_flag_names_does_not_decide_it(town: Town) -> None:
    flag_id = await flag(town, kind=FlagKind.COLLUSION, facts={"worker_id": town.ids[Role.DESK]})
    status, answer = await town.post(f"/points/flags/{flag_id}/dismiss", BECAUSE, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "same_person")
    assert (await town.post(f"/points/flags/{flag_id}/dismiss", BECAUSE))[0] == 200


async def test_another_street_sees_and_decides_nothing(town: Town) -> None:
    await points(town)
    await freeze(town)
    appeal_id, flag_id = await appeal(town), await flag(town)
    there = town.elsewhere[Role.DESK]
    for path in ("/points/flags", "/points/appeals", "/points/freezes", "/points/adjustments"):
        assert (await town.get(path, token=there))[1]["items"] == []
        assert (await town.get(f"{path}?area={OTHER_STREET}", token=there))[0] == 200
    for path in (f"/points/flags/{flag_id}", f"/points/appeals/{appeal_id}"):
        assert (await town.get(path, token=there))[0] == 403
    for path in (
        f"/points/{town.ref}/freeze",
        f"/points/{town.ref}/unfreeze",
        f"/points/flags/{flag_id}/confirm",
        f"/points/flags/{flag_id}/dismiss",
        f"/points/appeals/{appeal_id}/uphold",
        f"/points/appeals/{appeal_id}/decline",
    ):
        assert (await town.post(path, BECAUSE, token=there))[0] == 403, path


async def test_every_deed_is_in_the_audit_log(town: Town) -> None:
    await points(town)
    await freeze(town)
    await town.get(f"/points/appeals/{await appeal(town)}", role=Role.DESK)
    await town.post(f"/points/{town.ref}/unfreeze", BECAUSE, role=Role.DESK)
    await town.post(f"/points/flags/{await flag(town)}/dismiss", BECAUSE, role=Role.DESK)
    async with town.service.database.read() as db:
        noted = set((await db.execute(select(AuditRow.action))).scalars())
    assert noted >= {"points.adjust", "points.freeze", "points.appeals.show", "points.unfreeze", "points.flags.dismiss"}
