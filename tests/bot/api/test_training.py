"""Training by lease in a process of its own: once among several servers, refused when worse, given back at the end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import update

from bot import trainer
from bot.service import Service
from bot.trainer import Trainer
from community import teaching
from community.teaching import Found, Label, Source, VersionState, runs, versions
from community.teaching.models import TrainingRun
from nlp import corpus, packing
from nlp import teaching as lessons
from nlp.models import shipped
from tests.bot.api.town import COMMUNITY, Town

SENTENCES: Final = Path(__file__).parents[2] / "nlp" / "lesson.csv"
BROKEN: Final = "text,intent,category,danger,source,tags\n灯坏了,nonsense,,,x,\n"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "WATCH_SECONDS", 0.05)


async def ask(service: Service, wanted: VersionState = VersionState.TRAINED) -> str:
    async with service.database.write() as db:
        return await runs.ask(db, worker_id="w-admin", wanted=wanted)


async def run(service: Service) -> dict[str, Any]:
    async with service.database.read() as db:
        return await runs.get(db)


async def until_running(service: Service) -> None:
    for _ in range(500):
        if (await run(service))["state"] == "running":
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody trains")


async def version(service: Service, number: int) -> dict[str, Any]:
    async with service.database.read() as db:
        return await versions.get(db, number=number)


async def add(service: Service, text: str, label: Label) -> None:
    async with service.database.write() as db:
        await teaching.add(db, service.vault, text=text, label=label, area_code=COMMUNITY, worker_id="w-admin")


async def queue(town: Town, text: str) -> None:
    async with town.service.database.write() as db:
        await teaching.queue(db, town.service.vault, Found(Source.UNCERTAIN, town.resident_id, COMMUNITY, text))


async def test_of_two_servers_one_trains_and_the_version_waits_for_a_word(town: Town) -> None:
    await town.report()
    await queue(town, "帮我找个工作人员")
    await add(town.service, "电杆上那个亮的没亮", Label("issue_report", "路灯照明"))
    await ask(town.service)
    both = [Trainer(town.service, sentences=SENTENCES) for _ in range(2)]
    assert sorted(await asyncio.gather(*(one.once() for one in both))) == [False, True]
    done = await run(town.service)
    assert (done["state"], done["version"], done["error"]) == ("done", 1, "")
    made = await version(town.service, 1)
    assert (made["state"], made["created_by"], made["kept"]) == ("trained", "w-admin", True)
    assert made["figures"]["sentences"] == 40
    assert {one["ref"].partition(":")[0] for one in made["figures"]["changes"]} <= {"issue", "example"}
    async with town.service.database.read() as db:
        assert (await versions.in_use(db)).serving == 0
        models = packing.unpacked(await versions.files(db, number=1))
    assert "points_query" in models.intent.labels


async def test_a_good_version_may_read_in_the_shadow_at_once(town: Town) -> None:
    await ask(town.service, VersionState.SHADOW)
    await Trainer(town.service, sentences=SENTENCES).once()
    assert (await version(town.service, 1))["state"] == "shadow"


async def test_a_worse_version_is_refused_and_the_one_before_serves_on(town: Town) -> None:
    """Its scores are compared with those that the serving version had on the same sentences."""
    digest = lessons._digest(corpus.read(SENTENCES))
    excellent = {"sentences_digest": digest, "after": {"intent": 0.99, "category": 0.99}}
    async with town.service.database.write() as db:
        packed = packing.packed(shipped())
        better = await versions.record(db, packed=packed, figures=excellent, reason="", created_by="w-admin")
        await versions.serve(db, number=better)
    await ask(town.service, VersionState.SHADOW)
    await Trainer(town.service, sentences=SENTENCES).once()
    refused = await version(town.service, better + 1)
    assert (refused["state"], refused["kept"]) == ("refused", False)
    assert refused["reason"] == "intent_worse category_worse"
    assert refused["figures"]["against"] == better
    async with town.service.database.read() as db:
        assert await versions.in_use(db) == versions.InUse(better, None)


async def test_sentences_that_are_broken_fail_the_run_with_file_line_and_reason(town: Town, tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text(BROKEN, encoding="utf-8")
    await ask(town.service)
    await Trainer(town.service, sentences=broken).once()
    done = await run(town.service)
    assert (done["state"], done["version"]) == ("failed", None)
    assert done["error"].startswith("broken.csv:2: ")


async def test_a_server_that_stops_kills_its_process_and_gives_the_run_back(town: Town) -> None:
    await ask(town.service)
    training = asyncio.create_task(Trainer(town.service, sentences=SENTENCES).once())
    await until_running(town.service)
    town.service.wakeups.stop()
    assert await asyncio.wait_for(training, 10)
    assert (await run(town.service))["state"] == "queued"


async def test_without_an_order_nothing_is_trained(town: Town) -> None:
    assert await Trainer(town.service).once() is False


async def test_a_lease_that_was_lost_leaves_no_version(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "RENEW_SECONDS", 0.0)
    await ask(town.service)
    training = asyncio.create_task(Trainer(town.service, sentences=SENTENCES).once())
    await until_running(town.service)
    async with town.service.database.write() as db:
        taken = await runs.claim(db)
        assert taken is None, "its lease holds"
    async with town.service.database.write() as db:
        await db.execute(update(TrainingRun).values(lease_token="another"))
    assert await asyncio.wait_for(training, 10)
    async with town.service.database.read() as db:
        assert await versions.listing(db) == []
