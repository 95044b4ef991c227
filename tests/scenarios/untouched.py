"""What a test says of input that must change nothing: the same number of rows everywhere before and after."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import func, select

from migrations import tables
from tests.house import House

TALKING: Final = ("inbox", "conversation", "identity", "resident", "data_key", "outgoing")
"""What is written for anybody who says anything."""


async def rows(house: House) -> dict[str, int]:
    async with house.service.database.read() as db:
        return {
            table.name: (await db.execute(select(func.count()).select_from(table))).scalar_one()
            for table in tables.METADATA.sorted_tables
        }


@asynccontextmanager
async def untouched(house: House, *, but: Collection[str] = ()) -> AsyncIterator[None]:
    """Nothing is written in the block, except to the tables in `but`."""
    before = await rows(house)
    yield
    after = await rows(house)
    changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert {name: counts for name, counts in changed.items() if name not in but} == {}
