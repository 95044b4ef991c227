"""Emergencies call one person after another until somebody answers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from community import duty
from core import clock
from core.outbox import OutboxRow
from core.settings import Duty
from tests.community.issues.conftest import DESK_AREA, World


async def _page(world: World, number: str) -> duty.Paged:
    async with world.database.write() as db:
        return await duty.page(
            db, world.vault, world.config, issue_number=number, emergency="fire", area_code=DESK_AREA
        )


def _with_chain(world: World, *chain: Duty) -> World:
    return World(world.database, world.vault, world.config.model_copy(update={"duty": chain}), world.resident_id)


async def test_the_chain_is_called_in_order_each_after_the_time_of_the_one_before(world: World) -> None:
    chain = (Duty(url="https://one.example", ack_seconds=60), Duty(url="https://two.example", ack_seconds=120))
    world = _with_chain(world, *chain)
    start = clock.now()
    with clock.frozen(start):
        paged = await _page(world, await world.report(emergency="fire"))
    assert paged.channels == 2
    async with world.database.read() as db:
        rows = (await db.execute(select(OutboxRow).where(OutboxRow.kind == duty.PAGE).order_by(OutboxRow.id))).scalars()
        calls = [(row.next_at - start, row.urgent, row.order_key == row.key) for row in rows]
    seconds = [0, 60, 180, 240, 360, 420]
    assert calls == [(timedelta(seconds=s), True, True) for s in seconds]
    assert [call["level"] for call in await world.queued(duty.PAGE)] == [0, 1] * duty.ROUNDS


async def test_one_report_is_paged_once(world: World) -> None:
    number = await world.report(emergency="fire")
    assert await _page(world, number) == await _page(world, number)
    assert len(await world.queued(duty.PAGE)) == duty.ROUNDS


async def test_without_anybody_on_duty_nobody_is_said_to_be_called_and_the_staff_hear_it(world: World) -> None:
    world = _with_chain(world)
    paged = await _page(world, await world.report(emergency="fire"))
    assert paged.channels == 0
    assert "duty.nobody" in [told["event"] for told in await world.queued("staff.notice")]


async def test_the_first_who_answers_ends_the_calls_and_the_resident_hears_of_it_once(world: World) -> None:
    paged = await _page(world, await world.report(emergency="fire"))
    async with world.database.write() as db:
        assert await duty.to_call(db, page_id=paged.page_id) is not None
        assert await duty.acknowledge(db, world.vault, page_id=paged.page_id, by="w1")
        assert not await duty.acknowledge(db, world.vault, page_id=paged.page_id, by="w2")
        assert await duty.to_call(db, page_id=paged.page_id) is None
        assert (await duty.get(db, page_id=paged.page_id)).acked_by == "w1"
    assert [told["notice"] for told in await world.queued("resident.notice")] == ["duty_acknowledged"]


async def test_of_two_who_answer_at_once_one_is_the_first(world: World) -> None:
    paged = await _page(world, await world.report(emergency="fire"))

    async def answer(by: str) -> bool:
        async with world.database.write() as db:
            return await duty.acknowledge(db, world.vault, page_id=paged.page_id, by=by)

    assert sorted(await asyncio.gather(answer("w1"), answer("w2"))) == [False, True]


async def test_an_unknown_page_is_not_found(world: World) -> None:
    with pytest.raises(duty.PageNotFound):
        async with world.database.write() as db:
            await duty.acknowledge(db, world.vault, page_id="nothing", by="w1")


async def test_pages_are_listed_by_area_and_by_whether_they_wait(world: World) -> None:
    one, two = [await _page(world, await world.report(emergency="fire")) for _ in range(2)]
    async with world.database.write() as db:
        await duty.acknowledge(db, world.vault, page_id=one.page_id, by="w1")
        assert len(await duty.listing(db)) == 2
        assert [row["id"] for row in await duty.listing(db, areas=[DESK_AREA], waiting=True)] == [two.page_id]
        assert await duty.listing(db, areas=["2201"]) == []
