from __future__ import annotations

from typing import Any

import pytest

from core.errors import Invalid
from points import rewards, sites
from points.errors import CodeElsewhere, SiteUnknown
from tests.points.town import AREA, WORKER, Town, code_of

HOURS = {"1": ["09:00-11:30", "14:00-24:00"], "6": []}


async def a_site(town: Town, area: str = AREA, keepers: tuple[str, ...] = (), **more: Any) -> str:
    async with town.database.write() as db:
        return await sites.create_site(db, area_code=area, name="积分超市", keepers=keepers, **more)


async def test_a_site_has_hours_and_keepers(town: Town) -> None:
    site_id = await a_site(town, keepers=("b", "a", "b"), hours=HOURS, address="和平里3号")
    async with town.database.write() as db:
        site = await sites.find_site(db, site_id=site_id)
        assert (site.keepers, site.hours, site.address) == (("a", "b"), HOURS, "和平里3号")
        await sites.edit_site(db, site_id=site_id, keepers=["c"])
        assert (await sites.find_site(db, site_id=site_id)).keepers == ("c",)
        assert await sites.kept_by(db, worker_id="c", area_codes=["110101"]) == (site_id,)
        assert await sites.kept_by(db, worker_id="c", area_codes=["110102"]) == ()
        assert await sites.kept_by(db, worker_id="a", area_codes=[""]) == ()
        with pytest.raises(SiteUnknown):
            await sites.edit_site(db, site_id="0" * 32, name="x")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"address": "长" * 121},
        {"hours": {"8": []}},
        {"hours": {"": []}},
        {"hours": {"1": ["9-17"]}},
        {"hours": {"1": ["17:00-09:00"]}},
        {"keepers": [str(n) for n in range(51)]},
    ],
)
async def test_a_wrong_field_is_named(town: Town, wrong: dict[str, Any]) -> None:
    async with town.database.write() as db:
        with pytest.raises(Invalid) as refused:
            await sites.create_site(db, area_code=AREA, **({"name": "x"} | wrong))
    assert list(refused.value.fields) == list(wrong)


async def test_a_keeper_verifies_what_is_collected_at_their_site_and_nothing_else(town: Town) -> None:
    site_id, other = await a_site(town, keepers=(WORKER,)), await a_site(town)
    resident = await town.resident(points=50)
    here = await town.redeem(resident, await town.reward(site_id=site_id))
    there = await town.redeem(resident, await town.reward(site_id=other))
    nowhere = await town.redeem(resident, await town.reward())
    for redemption in (there, nowhere):
        with pytest.raises(CodeElsewhere):
            await town.verify(code_of(redemption), area_codes=(), site_ids=(site_id,))
    done = await town.verify(code_of(here), area_codes=(), site_ids=(site_id,))
    assert (done.site_id, done.verified_by) == (site_id, WORKER)


async def test_a_redemption_keeps_the_site_at_which_it_was_made(town: Town) -> None:
    former, later = await a_site(town), await a_site(town)
    reward = await town.reward(site_id=former)
    held = await town.redeem(await town.resident(points=50), reward)
    async with town.database.write() as db:
        await rewards.edit_reward(db, reward_id=reward, version=1, site_id=later)
    await town.verify(code_of(held), area_codes=(), site_ids=(former,))


async def test_a_reward_is_collected_near_by_at_an_open_site(town: Town) -> None:
    far, closed = await a_site(town, area="110102009009"), await a_site(town)
    async with town.database.write() as db:
        await sites.close_site(db, site_id=closed)
    for site_id in (far, closed):
        with pytest.raises(Invalid) as refused:
            await town.reward(site_id=site_id)
        assert refused.value.fields == {"site_id": "not_here"}
    await town.reward(site_id=await a_site(town, area="110101"))
