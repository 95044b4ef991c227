"""A flag is raised once, decided once, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from points import flags
from points.fairness_errors import FlagDecided, FlagUnknown
from points.fairness_models import FlagState
from points.flags import Flag, FlagKind, Found
from tests.points.fair import FIRST, SECOND
from tests.points.town import Town


def found(town: Town, **changed: Any) -> Found:
    values: dict[str, Any] = {
        "kind": FlagKind.DUPLICATE,
        "area_code": town.area,
        "subject_kind": "issue",
        "subject_id": "R2611220001",
        "resident_id": "one",
        "facts": {"earlier": "R2611210001"},
        **changed,
    }
    return Found(**values)


async def raised(town: Town, *what: Found) -> list[Found]:
    async with town.database.write() as db:
        return await flags.raise_flags(db, what)


async def listed(town: Town, **rules: Any) -> list[Flag]:
    async with town.database.read() as db:
        return await flags.listing(db, **{"area_codes": [town.area], **rules})


async def decide(town: Town, flag_id: str, state: FlagState = FlagState.DISMISSED, by: str = FIRST) -> Flag:
    async with town.database.write() as db:
        return await flags.decide(db, flag_id=flag_id, state=state, worker_id=by, decision="看过了")


async def test_the_same_is_raised_once_and_another_kind_or_subject_again(town: Town) -> None:
    first = found(town)
    others = [found(town, kind=FlagKind.TRIVIAL), found(town, subject_id="R2611220011")]
    assert await raised(town, first) == [first]
    assert await raised(town, first, *others, first) == others
    assert len(await listed(town)) == 3


async def test_it_changes_no_balance(town: Town) -> None:
    resident_id = await town.resident(points=20)
    await raised(town, found(town, resident_id=resident_id))
    (flag,) = await listed(town)
    await decide(town, flag.id, FlagState.CONFIRMED)
    assert (await town.balance(resident_id)).available == 20
    assert len((await town.statement(resident_id)).items) == 1
    await town.redeem(resident_id, await town.reward(price=20))


async def test_it_is_decided_once_and_then_stays_decided(town: Town) -> None:
    await raised(town, found(town))
    (flag,) = await listed(town, state=FlagState.OPEN)
    done = await decide(town, flag.id)
    assert (done.state, done.decided_by, done.decision) == (FlagState.DISMISSED, FIRST, "看过了")
    assert await decide(town, flag.id) == done
    for state, by in ((FlagState.CONFIRMED, FIRST), (FlagState.DISMISSED, SECOND)):
        with pytest.raises(FlagDecided):
            await decide(town, flag.id, state, by)
    assert await raised(town, found(town)) == []
    assert await listed(town, state=FlagState.OPEN) == []
    with pytest.raises(FlagUnknown):
        await decide(town, "none")


async def test_the_staff_see_those_of_their_areas_and_of_a_kind(town: Town) -> None:
    await raised(town, found(town), found(town, area_code="220101001001", subject_id="R2"))
    assert len(await listed(town)) == 1
    assert len(await listed(town, area_codes=[""])) == 2
    assert await listed(town, area_codes=[""], kind=FlagKind.BURST) == []
