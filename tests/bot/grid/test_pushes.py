"""A report filed by a resident reaches the grid system once, also when its row died and staff put it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.sender import Sender
from core import outbox
from core.outbox import MAX_ATTEMPTS, OutboxRow, OutboxState
from tests.bot.grid.fake_grid import FakeGrid, Fault
from tests.house import House, running


@pytest.fixture
async def grid() -> AsyncIterator[FakeGrid]:
    async with FakeGrid().running() as made:
        yield made


@pytest.fixture
async def house(database_url: str, redis_url: str | None, tmp_path: Path, grid: FakeGrid) -> AsyncIterator[House]:
    async with running(
        database_url, tmp_path, redis_url=redis_url, grid=(grid.connector(),), with_worker=False
    ) as made:  # fmt: skip
        async with made.chat("web") as chat:
            await chat.say("3号楼2单元的楼道灯坏了三天了")
            await chat.choose("1")
        yield made


async def event_row(house: House) -> tuple[int, str]:
    async with house.service.database.read() as db:
        row = (await db.execute(select(OutboxRow).where(OutboxRow.kind == "grid.event"))).scalar_one()
        return row.id, row.state


async def test_a_filed_report_arrives_signed(house: House, grid: FakeGrid) -> None:
    await Sender(house.service).once()
    [event] = grid.events.values()
    assert event["category"]["name"] == "路灯照明"
    assert grid.unsigned == 0
    assert (await event_row(house))[1] == OutboxState.DONE.value


async def test_a_row_that_was_put_back_is_looked_for_before_it_is_created(house: House, grid: FakeGrid) -> None:
    row_id, _ = await event_row(house)
    async with house.service.database.write() as db:
        await db.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(attempts=MAX_ATTEMPTS - 1))
    grid.faults.append(Fault.CUT_AFTER_ACCEPT)
    await Sender(house.service).once()
    assert (await event_row(house))[1] == OutboxState.DEAD.value
    async with house.service.database.write() as db:
        assert await outbox.retry(db, row_id=row_id)
    await Sender(house.service).once()
    assert (await event_row(house))[1] == OutboxState.DONE.value
    assert len(grid.events) == 1
    assert grid.repeated == 0
