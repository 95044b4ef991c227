"""What follows a reply: first messages are counted, unsure ones queued; versions are swapped, broken ones told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.service import Service
from bot.timers import Timers
from community.areas.models import Area
from community.teaching import Candidate, readings, versions
from core import clock
from core.db import Database
from core.outbox import OutboxRow
from nlp import packing
from nlp.models import Models, shipped
from tests.house import House

UNSURE = "那个那个就是上回那个嘛"


def asking_always() -> Models:
    """Models that are never sure of anything."""
    return replace(shipped(), gate=replace(shipped().gate, probability=1.1, margin=1.1, wish=1.1))


def answering_always() -> Models:
    """Models that take the likeliest for certain."""
    return replace(shipped(), gate=replace(shipped().gate, probability=0.0, margin=0.0))


async def kept_version(database: Database, models: Models | bytes) -> int:
    packed = models if isinstance(models, bytes) else packing.packed(models)
    async with database.write() as db:
        return await versions.record(db, packed=packed, figures={}, reason="", created_by="w-admin")


async def serve(service: Service, number: int, *, shadow: bool = False) -> None:
    async with service.database.write() as db:
        await (versions.shadow if shadow else versions.serve)(db, number=number)
    await service.learning.look()


async def examples(service: Service) -> list[Candidate]:
    async with service.database.read() as db:
        return list((await db.execute(select(Candidate).order_by(Candidate.created_at))).scalars())


async def read_today(service: Service) -> dict[str, Any]:
    async with service.database.read() as db:
        return await readings.summary(db, areas=("",), since=clock.today())


async def test_an_unsure_first_message_is_counted_and_queued(quiet: House) -> None:
    await serve(quiet.service, await kept_version(quiet.service.database, asking_always()))
    async with quiet.chat() as chat:
        await chat.say(UNSURE)
        await chat.say(f"{UNSURE}！")
    assert await examples(quiet.service) == [], "the reply does not wait for it"
    await quiet.service.learning.look()
    (found,) = await examples(quiet.service)
    assert (found.source, found.state, found.area_code) == ("uncertain", "open", "110101001001")
    counted = await read_today(quiet.service)
    assert (counted["messages"], counted["abstained"]) == (2, 2)


async def test_answers_choices_commands_and_emergencies_are_no_first_messages(quiet: House) -> None:
    async with quiet.chat() as chat:
        await chat.say("路灯坏了")
        await chat.say("就在那个那个门口那边嘛")
        await chat.say("菜单")
        await chat.say("2")
    async with quiet.chat() as chat:
        await chat.say("楼下着火了快来人")
        await chat.say("就是那个那个地方嘛")
    await quiet.service.learning.look()
    assert (await read_today(quiet.service))["messages"] == 1
    assert await examples(quiet.service) == []


async def test_what_asks_not_to_be_named_is_counted_and_never_queued(quiet: House) -> None:
    await serve(quiet.service, await kept_version(quiet.service.database, asking_always()))
    async with quiet.chat() as chat:
        await chat.say("别说是我讲的，那家又在那个了")
    await quiet.service.learning.look()
    assert (await read_today(quiet.service))["abstained"] == 1
    assert await examples(quiet.service) == []


async def test_a_version_that_serves_reads_and_the_way_back_does_too(quiet: House) -> None:
    reader, database = quiet.service.reader, quiet.service.database
    assert reader.of_text("查积分").intent == "points_query"
    await serve(quiet.service, await kept_version(database, asking_always()))
    assert quiet.service.learning.serving == 1
    assert reader.of_text("那个积分的事").intent is None, "nothing is remembered of the version before"
    async with database.write() as db:
        await versions.roll_back(db)
    await quiet.service.learning.look()
    assert quiet.service.learning.serving == 0
    assert reader.of_text("查积分").intent == "points_query"


async def test_a_broken_version_is_told_of_once_and_the_one_before_serves_on(quiet: House) -> None:
    database, learning = quiet.service.database, quiet.service.learning
    good = await kept_version(database, asking_always())
    await serve(quiet.service, good)
    await serve(quiet.service, await kept_version(database, b"spoiled"))
    await learning.look()
    assert learning.serving == good
    assert quiet.service.reader.of_text("那个积分的事").intent is None
    async with database.read() as db:
        told = (await db.execute(select(OutboxRow.key).where(OutboxRow.key.startswith("staff:nlp.broken")))).scalars()
        assert len(list(told)) == 1
    async with quiet.chat() as chat:
        assert (await chat.say("你好")).text


async def test_another_process_follows_within_a_look(quiet: House) -> None:
    """Which version serves stands in the database, not in the process that was told."""
    other = await Service.open(quiet.service.settings)
    try:
        await serve(quiet.service, await kept_version(quiet.service.database, asking_always()))
        await other.learning.look()
        assert other.learning.serving == quiet.service.learning.serving == 1
    finally:
        await other.close()


async def test_an_area_that_came_later_is_known_within_a_look(quiet: House) -> None:
    async with quiet.service.database.write() as db:
        area = {
            "code": "110101001009",
            "name": "望星台社区",
            "level": "community",
            "parent_code": "110101001",
            "phone": "",
        }
        db.add(Area(**area, valid_from=clock.today(), valid_until=None, polygon=None))
    await quiet.service.learning.look()
    assert "望星台" in quiet.service.reader.places


async def test_a_shadow_reads_along_counts_and_queues_what_it_reads_otherwise(quiet: House) -> None:
    await serve(quiet.service, await kept_version(quiet.service.database, answering_always()))
    number = await kept_version(quiet.service.database, asking_always())
    await serve(quiet.service, number, shadow=True)
    async with quiet.chat() as chat:
        await chat.say(UNSURE)
    assert quiet.service.reader.of_text(UNSURE).intent is not None, "the shadow does not answer"
    await quiet.service.learning.look()
    async with quiet.service.database.read() as db:
        assert await readings.shadow_days(db, version=number) == {"same": 0, "different": 1}
    (found,) = await examples(quiet.service)
    assert (found.source, found.state) == ("shadow", "open")
    await serve(quiet.service, 0, shadow=True)
    assert quiet.service.learning.shadow is None


async def test_what_is_left_is_written_when_the_process_stops(quiet: House) -> None:
    await serve(quiet.service, await kept_version(quiet.service.database, asking_always()))
    async with quiet.chat() as chat:
        await chat.say(UNSURE)
    quiet.service.wakeups.stop()
    await quiet.service.learning.run()
    assert len(await examples(quiet.service)) == 1


async def test_what_a_database_that_is_away_could_not_take_is_written_later(
    quiet: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise OperationalError("insert", {}, OSError("connection refused"))

    async with quiet.chat() as chat:
        await chat.say(UNSURE)
    with monkeypatch.context() as broken:
        broken.setattr(readings, "count", away)
        await quiet.service.learning.look()
    assert (await read_today(quiet.service))["messages"] == 0
    await quiet.service.learning.look()
    assert (await read_today(quiet.service))["messages"] == 1


async def test_old_examples_are_forgotten_by_the_timers(quiet: House) -> None:
    await serve(quiet.service, await kept_version(quiet.service.database, asking_always()))
    async with quiet.chat() as chat:
        await chat.say(UNSURE)
    await quiet.service.learning.look()
    assert len(await examples(quiet.service)) == 1
    with clock.frozen(clock.now() + timedelta(days=91)):
        await Timers(quiet.service).slow_tick()
    assert await examples(quiet.service) == []


async def test_an_erased_residents_message_leaves_nothing(quiet: House) -> None:
    await serve(quiet.service, await kept_version(quiet.service.database, asking_always()))
    async with quiet.chat() as chat:
        await chat.say(UNSURE)
    (message,) = quiet.service.learning._messages._waiting
    async with quiet.service.database.write() as db:
        await quiet.service.vault.destroy(db, message.who.key_owner_id)
    await quiet.service.learning.look()
    assert await examples(quiet.service) == []
    assert (await read_today(quiet.service))["messages"] == 1
