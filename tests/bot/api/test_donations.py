"""What neighbours donated is given to one in need, by the staff, with a reason that stays with them."""

from __future__ import annotations

from core.values import Role
from points import sharing
from points.sharing import DonationFund
from tests.admin_cli.running import hc
from tests.bot.api.test_fairness import second, told
from tests.bot.api.test_second_person import is_a_resident, scheme
from tests.bot.api.town import COMMUNITY, Town

REASON = {"reason": "家里有人住院"}


async def donated(town: Town, points: int, fund: DonationFund = DonationFund.NEIGHBOURS) -> None:
    """By another resident."""
    giver_id, ref = await town.new_resident(COMMUNITY)
    assert (await town.post(f"/points/{ref}/adjust", {"amount": points, "reason": "补登"}))[0] == 200
    async with town.service.database.write() as db:
        await sharing.donate(
            db, area_code=COMMUNITY, resident_id=giver_id, fund=fund, amount_points=points, key=f"gift:{giver_id}"
        )


async def test_a_neighbour_gets_it_and_is_told_without_the_reason(town: Town) -> None:
    await donated(town, 100)
    status, done = await town.post(f"/points/{town.ref}/give", {"amount": 60, **REASON}, role=Role.DESK)
    assert (status, done["created"], done["request_id"], done["state"]) == (200, True, None, "posted")
    assert (await town.get(f"/points/{town.ref}"))[1]["available"] == 60
    assert await told(town) == ["points_gift"]
    _, listed = await town.get("/points/donations", role=Role.AUDITOR)
    (pot,) = listed["items"]
    assert (pot["fund"], pot["donated"], pot["given"], pot["balance"]) == ("neighbours", 100, 60, 40)
    assert (await town.get("/points/donations", token=town.elsewhere[Role.DESK]))[1]["items"] == []
    assert (await town.get("/points/audit"))[1]["ok"]


async def test_never_more_than_there_is_nor_what_was_meant_for_something_else(town: Town) -> None:
    await donated(town, 50)
    await donated(town, 100, DonationFund.COMMUNITY)
    status, answer = await town.post(f"/points/{town.ref}/give", {"amount": 51, **REASON}, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (422, "insufficient_points")
    for amount in (0, -5, 1.5):
        assert (await town.post(f"/points/{town.ref}/give", {"amount": amount, **REASON}))[0] == 400
    assert await told(town) == []


async def test_above_the_limit_somebody_else_agrees(town: Town) -> None:
    await donated(town, 100)
    await scheme(town, 50)
    giving = f"/points/{town.ref}/give"
    status, asked = await town.post(giving, {"amount": 51, **REASON}, role=Role.DESK)
    assert (status, asked["state"], asked["transfer_id"]) == (200, "asked", None)
    approving = f"/points/adjustments/{asked['request_id']}/approve"
    assert (await town.post(approving, role=Role.DESK))[1]["error"]["code"] == "same_person"
    status, done = await town.post(approving, token=await second(town))
    assert (status, done["kind"], done["facts"]) == (200, "gift", {"fund": "neighbours"})
    assert await told(town) == ["points_gift"]


async def test_nobody_gives_to_themself(town: Town) -> None:
    await donated(town, 100)
    await is_a_resident(town, Role.DESK)
    status, answer = await town.post(f"/points/{town.ref}/give", {"amount": 5, **REASON}, role=Role.DESK)
    assert (status, answer["error"]["code"]) == (403, "own_points")
    status, answer = await town.post(f"/points/{town.ref}/give", {"amount": 5, **REASON}, role=Role.AUDITOR)
    assert status == 403


async def test_the_command_asks_first_and_lists_what_is_left(town: Town) -> None:
    await donated(town, 100)
    give = ("points", "donations", "give", town.ref, "30", "--reason", "家里有人住院")
    assert (await hc(town, *give, typed="n\n", role=Role.DESK)).code == 1
    ended = await hc(town, *give, typed="y\n", role=Role.DESK)
    assert (ended.code, "已给 30 分" in ended.out) == (0, True)
    assert (await hc(town, "points", "donations", "--json")).json["items"][0]["balance"] == 70
