"""One version serves; the way back leads over what served before to the shipped models; three keep their files."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.teaching import versions
from community.teaching.versions import InUse, NothingToRollBack, VersionChanged, VersionNotFound, VersionUnusable
from core.db import Database


async def trained(database: Database, *, refused: bool = False) -> int:
    async with database.write() as db:
        return await versions.record(
            db,
            packed=None if refused else b"models",
            figures={"after": {"intent": 0.9, "category": 0.8}},
            reason="intent_worse" if refused else "",
            created_by="w-admin",
        )


async def serve(database: Database, number: int) -> None:
    async with database.write() as db:
        await versions.serve(db, number=number)


async def shadow(database: Database, number: int) -> None:
    async with database.write() as db:
        await versions.shadow(db, number=number)


async def roll_back(database: Database) -> int:
    async with database.write() as db:
        return await versions.roll_back(db)


async def used(database: Database) -> InUse:
    async with database.read() as db:
        return await versions.in_use(db)


async def kept(database: Database) -> list[int]:
    async with database.read() as db:
        return [one["number"] for one in await versions.listing(db) if one["kept"]]


async def test_without_versions_the_shipped_models_serve(database: Database) -> None:
    assert await used(database) == InUse(0, None)
    with pytest.raises(NothingToRollBack):
        await roll_back(database)


async def test_a_rollback_goes_back_one_by_one_to_the_shipped_models(database: Database) -> None:
    first, second = await trained(database), await trained(database)
    await serve(database, first)
    await serve(database, second)
    assert await used(database) == InUse(second, None)
    assert await roll_back(database) == first
    assert await roll_back(database) == 0
    with pytest.raises(NothingToRollBack):
        await roll_back(database)


async def test_serving_an_earlier_version_again_makes_no_circle(database: Database) -> None:
    first, second = await trained(database), await trained(database)
    for number in (first, second, first):
        await serve(database, number)
    assert await roll_back(database) == 0


async def test_the_shipped_models_can_be_served_again(database: Database) -> None:
    first = await trained(database)
    await serve(database, first)
    await serve(database, 0)
    assert await used(database) == InUse(0, None)
    await serve(database, first)
    assert await roll_back(database) == 0


async def test_a_refused_or_unknown_version_cannot_serve(database: Database) -> None:
    refused = await trained(database, refused=True)
    for attempt in (serve, shadow):
        with pytest.raises(VersionUnusable):
            await attempt(database, refused)
        with pytest.raises(VersionNotFound):
            await attempt(database, 99)
    assert await used(database) == InUse(0, None)


async def test_one_reads_in_the_shadow_and_it_is_not_the_one_that_serves(database: Database) -> None:
    first, second = await trained(database), await trained(database)
    await serve(database, first)
    with pytest.raises(VersionUnusable):
        await shadow(database, first)
    await shadow(database, second)
    assert await used(database) == InUse(first, second)
    await serve(database, second)
    assert await used(database) == InUse(second, None)
    await shadow(database, first)
    await shadow(database, 0)
    assert await used(database) == InUse(second, None)


async def test_three_keep_their_files_and_what_is_in_use_is_among_them(database: Database) -> None:
    first, second = await trained(database), await trained(database)
    await serve(database, first)
    await serve(database, second)
    newer = [await trained(database) for _ in range(4)]
    assert await kept(database) == [newer[-1], second, first]
    with pytest.raises(VersionUnusable):
        await serve(database, newer[0])
    assert await roll_back(database) == first


async def test_a_rollback_passes_over_what_is_not_kept(database: Database) -> None:
    numbers = []
    for _ in range(5):
        numbers.append(await trained(database))
        await serve(database, numbers[-1])
    assert await roll_back(database) == numbers[-2]
    back = [await roll_back(database) for _ in range(2)]
    assert back[-1] == 0 or back[0] in numbers
    assert (await used(database)).serving == 0


@given(st.lists(st.integers(0, 3), max_size=8))
def test_the_way_back_always_ends(steps: list[int]) -> None:
    """The rule in small: what is served twice stands once on the way back."""
    replaced: dict[int, int] = {}
    way = [0]
    for number in steps:
        if number in way:
            way = way[way.index(number) :]
        else:
            replaced[number] = way[0]
            way = [number, *way]
        at, walked = way[0], 0
        while at != 0:
            at, walked = replaced[at], walked + 1
            assert walked <= 4


async def test_two_that_choose_at_once_are_told_and_one_version_serves(database: Database) -> None:
    numbers = [await trained(database) for _ in range(3)]
    chosen = await asyncio.gather(*(serve(database, number) for number in numbers), return_exceptions=True)
    assert all(one is None or isinstance(one, VersionChanged) for one in chosen)
    assert (await used(database)).serving in numbers
