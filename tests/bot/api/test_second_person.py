"""Reversals, awards and gifts above the limit wait for a second person, in one list with corrections."""

from __future__ import annotations

from sqlalchemy import update

from community import families
from community.consents import Wording
from community.workers import WorkerRow
from core.values import Role
from points import sharing
from tests.bot.api.test_fairness import BECAUSE, points, rewarded, second, told
from tests.bot.api.town import COMMUNITY, Town

AWARD = {"rule": "award", "occasion": "修好了路灯"}


async def scheme(town: Town, limit: int) -> None:
    """The community lets one person do so much alone."""
    body = {
        "area_code": COMMUNITY, "rule_id": "scheme", "from": "2026-01-01",
        "body": {"title": "约定", "adjust_limit": limit, "caps": {"day": 200}},
    }  # fmt: skip
    status, drafted = await town.post("/points/rules", body, role=Role.DESK)
    assert status == 200, drafted
    assert (await town.post(f"/points/rules/{drafted['id']}/activate"))[0] == 200


async def is_a_resident(town: Town, role: Role) -> None:
    """The worker with this role is the resident of the town."""
    async with town.service.database.write() as db:
        await db.execute(update(WorkerRow).where(WorkerRow.id == town.ids[role]).values(resident_id=town.resident_id))


async def test_a_small_reversal_is_answered_as_ever(town: Town) -> None:
    transfer_id = await rewarded(town)
    status, done = await town.post(f"/transfers/{transfer_id}/reverse", BECAUSE, role=Role.DESK)
    assert (status, done["created"], done["request_id"], done["state"]) == (200, True, None, "posted")
    assert done["transfer_id"]
    assert await told(town) == ["points_adjusted"]


async def test_a_large_reversal_waits_for_somebody_else(town: Town) -> None:
    transfer_id = await rewarded(town)
    await scheme(town, 5)
    reversing = f"/transfers/{transfer_id}/reverse"
    headers = {"Idempotency-Key": "once"}
    status, asked = await town.post(reversing, BECAUSE, role=Role.DESK, headers=headers)
    assert (status, asked["transfer_id"], asked["state"], asked["created"]) == (200, None, "asked", True)
    assert (await town.post(reversing, BECAUSE, role=Role.DESK, headers=headers))[1] == asked
    _, listed = await town.get("/points/adjustments?state=asked", role=Role.AUDITOR)
    assert [(one["kind"], one["ref"], one["amount"], one["facts"]) for one in listed["items"]] == [
        ("reversal", town.ref, -10, {"transfer": transfer_id})
    ]
    approving = f"/points/adjustments/{asked['request_id']}/approve"
    status, answer = await town.post(approving, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "same_person")
    status, done = await town.post(approving, token=await second(town))
    assert (status, done["state"]) == (200, "approved")
    assert (await town.get(f"/points/{town.ref}"))[1]["available"] == 0
    assert await told(town) == ["points_adjusted"]
    assert (await town.get("/points/audit"))[1]["ok"]


async def test_nobody_undoes_what_they_spent_themselves(town: Town) -> None:
    transfer_id = await rewarded(town)
    await is_a_resident(town, Role.DESK)
    status, answer = await town.post(f"/transfers/{transfer_id}/reverse", BECAUSE, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (403, "own_points")


async def test_nor_what_their_family_did(town: Town) -> None:
    await points(town, 50)
    async with town.service.database.write() as db:
        wording = Wording("1", "同意", "heping")
        family_id = await families.found(db, resident_id=town.resident_id, area_code=COMMUNITY, wording=wording)
        pooled = await sharing.pool(
            db,
            area_code=COMMUNITY,
            resident_id=town.resident_id,
            family_id=family_id,
            amount_points=20,
            key="pooled",
        )
    _, ref = await town.new_resident(COMMUNITY)
    _, other = await town.post(f"/points/{ref}/adjust", {"amount": 5, "reason": "补登"})
    await is_a_resident(town, Role.DESK)
    reversing = f"/transfers/{pooled.transfer_id}/reverse"
    assert (await town.post(reversing, BECAUSE, role=Role.DESK))[1]["error"]["code"] == "own_points"
    assert (await town.post(f"/transfers/{other['transfer_id']}/reverse", BECAUSE, role=Role.DESK))[0] == 200
    assert (await town.post(reversing, BECAUSE))[0] == 200


async def test_a_large_award_waits_for_somebody_else(town: Town) -> None:
    await scheme(town, 5)
    awarding = f"/points/{town.ref}/award"
    status, asked = await town.post(awarding, AWARD, role=Role.DESK)
    assert (status, asked["created"], asked["title"]) == (200, True, "社区表扬")
    status, done = await town.post(
        f"/points/adjustments/{asked['request_id']}/approve", BECAUSE, token=await second(town)
    )
    assert (status, done["kind"], done["reason"], done["transfer_id"]) == (200, "award", "修好了路灯", None)
    status, again = await town.post(awarding, AWARD, role=Role.DESK)
    assert (status, again["created"], again["request_id"]) == (200, False, None)


async def test_a_small_award_is_answered_as_ever(town: Town) -> None:
    status, given = await town.post(f"/points/{town.ref}/award", AWARD, role=Role.DESK)
    assert (status, given) == (
        200, {"ref": town.ref, "rule": "award", "title": "社区表扬", "created": True, "request_id": None},
    )  # fmt: skip


async def test_one_who_is_concerned_neither_agrees_nor_refuses(town: Town) -> None:
    await points(town, 100)
    _, asked = await town.post(f"/points/{town.ref}/adjust", {"amount": 501, **BECAUSE})
    await is_a_resident(town, Role.DESK)
    for verb in ("approve", "refuse"):
        status, answer = await town.post(f"/points/adjustments/{asked['request_id']}/{verb}", BECAUSE, role=Role.DESK)
        assert (status, answer["error"]["code"]) == (403, "own_points")
