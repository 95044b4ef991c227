"""`kill -9` at random while a platform delivers and retries: what was acknowledged has exactly one effect.

The servers are processes of their own, as they are deployed: one on SQLite; two for the web and one worker on
PostgreSQL. So are the writers, which play WeChat. All are forks, which start at once. A run can be repeated, as far as
time allows, with TORTURE_SEED.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from bot.simulate.people import Act
from bot.simulate.platform_api import PlatformSimulator
from core import clock
from core.crypto import Ring, Vault
from core.db import Database
from tests.house import TEST_RING, sample_config
from tests.servers import free_port
from tests.torture import forks, traces, writer
from tests.torture.forks import Talking
from tests.torture.processes import ServerProcess
from tests.torture.traces import Traces
from tests.torture.writer import Heard, Order, Told, openid_of

ACCOUNT: Final = "heping"
KILLS: Final = 4
ANSWERED_IN_A_LIFE: Final = 6
WORKED_WITHIN: Final = timedelta(seconds=20)
QUIET_SECONDS: Final = 1.0
WRITERS: Final = 2
AT_ONCE: Final = 3
DRAINED_WITHIN: Final = timedelta(seconds=60)
FEWEST_ACKNOWLEDGED: Final = 20
MOST_RESIDENTS: Final = 2000
"""More than a writer gets through; their windows must be open beforehand."""

pytestmark = pytest.mark.torture


class Town:
    """The servers of one backend, the platforms' side, and the writers."""

    def __init__(self, url: str, redis_url: str | None, folder: Path, sim_port: int, seed: int) -> None:
        self.url = url
        self.sim_port = sim_port
        self._random = random.Random(seed)
        self.seed = seed
        environ = {
            "DATABASE_URL": url,
            "SECRET_KEY": TEST_RING,
            "COMMUNITY_VAR": str(folder / "var"),
            "SIM_PORT": str(sim_port),
            "REDIS_URL": redis_url or "",
        }
        commands = ["serve"] if url.startswith("sqlite") else ["web", "web", "worker"]
        self.servers = [self._server(command, environ, folder / f"{n}.log") for n, command in enumerate(commands)]

    def _server(self, command: str, environ: dict[str, str], log: Path) -> ServerProcess:
        port = free_port()
        return ServerProcess(command, {**environ, "PORT": str(port)}, port=port, log=log, start=forks.server)

    async def start(self) -> None:
        for server in self.servers:
            server.start()
        for server in self.servers:
            await _until(server, "/readyz")

    async def stop(self) -> None:
        for server in self.servers:
            await asyncio.to_thread(server.stop)

    async def kill_one_after_the_other(self) -> None:
        """Kill a server at any moment of its work, let it lie for a little, start it again."""
        database = Database(self.url)
        try:
            for _ in range(KILLS):
                victim = self._random.choice(self.servers)
                await self._worked(database)
                await asyncio.sleep(self._random.uniform(0.0, 2.0))
                victim.kill()
                await asyncio.sleep(self._random.uniform(0.0, 0.5))
                victim.start()
                await _until(victim, "/healthz")
            await self._worked(database)
        finally:
            await database.close()
        await asyncio.sleep(QUIET_SECONDS)

    async def _worked(self, database: Database) -> None:
        """Let the town answer some messages in each of its lives, however slow the machine is."""
        enough = await traces.answered(database) + ANSWERED_IN_A_LIFE
        end = clock.now() + WORKED_WITHIN
        while await traces.answered(database) < enough and clock.now() < end:  # noqa: ASYNC110  other processes answer
            await asyncio.sleep(0.2)

    async def write_through_kills(self) -> list[Told]:
        """What the writers say and hear while servers die."""
        urls = [server.url for server in self.servers if server.command != "worker"]
        writers = [
            await _writer(Order(self.seed + number, urls, ACCOUNT, self.sim_port, AT_ONCE)) for number in range(WRITERS)
        ]
        await self.kill_one_after_the_other()
        told = await asyncio.gather(*(_told(talking) for talking in writers))
        return [_read(json.loads(line)) for lines in told for line in lines.splitlines()]


async def _until(server: ServerProcess, path: str) -> None:
    """A worker opens no port: what it does not do shows in the end."""
    if server.command != "worker":
        await asyncio.to_thread(server.wait_until, path)


async def _writer(order: Order) -> Talking:
    return await Talking.started(writer.main, f"{json.dumps(asdict(order))}\n".encode())


async def _told(talking: Talking) -> bytes:
    """What the residents of this writer heard, once they have finished."""
    talking.end()
    lines = await talking.heard.read()
    assert await talking.exit_code() == 0
    return lines


def _read(line: dict[str, Any]) -> Told:
    return Told(line["openid"], [Heard(**heard) for heard in line["messages"]])


@asynccontextmanager
async def town_of(backend: str, database_url: str, redis_url: str | None, folder: Path) -> AsyncIterator[Town]:
    seed = int(os.environ.get("TORTURE_SEED") or random.randrange(10**6))
    sys.stdout.write(f"TORTURE_SEED={seed}\n")
    # The embedded server makes its tables itself, so it needs a file that is not there yet.
    url = database_url if backend == "postgres" else f"sqlite+aiosqlite:///{folder / 'torture.db'}"
    town = Town(url, redis_url, folder, free_port(), seed)
    await town.start()
    try:
        yield town
    finally:
        await town.stop()


async def test_what_is_acknowledged_happens_exactly_once(
    backend: str, database_url: str, redis_url: str | None, tmp_path: Path
) -> None:
    async with (
        town_of(backend, database_url, redis_url, tmp_path) as town,
        PlatformSimulator(sample_config(town.sim_port)).started(town.sim_port) as platform,
    ):
        _open_windows(town, platform)
        told = await town.write_through_kills()
        await town.stop()
        seen = await _drained(town)
    counted = Counter(message.acknowledged for one in told for message in one.messages)
    sys.stdout.write(f"{len(told)} residents, messages acknowledged or not: {dict(counted)}\n")
    assert counted[True] >= FEWEST_ACKNOWLEDGED
    _check_effects(told, seen)
    _check_replies(told, seen, platform)
    assert seen.stuck == Counter()
    assert seen.out_of_order == []
    _check_word_to_staff(told, seen, platform)


def _open_windows(town: Town, platform: PlatformSimulator) -> None:
    """The writers are other processes: let the platform's side know that these residents have written."""
    account = platform.state.config.account(ACCOUNT)
    assert account is not None
    for writer_number, number in itertools.product(range(WRITERS), range(MOST_RESIDENTS)):
        platform.state.person(account, openid_of(account, town.seed + writer_number, number)).act(Act.MESSAGE)


async def _drained(town: Town) -> Traces:
    """Start once more, as if the leases of the dead had run out, and let everything that waits be done."""
    database = Database(town.url)
    vault = Vault(Ring.parse(TEST_RING))
    try:
        await traces.let_leases_run_out(database)
        await town.start()
        end = clock.now() + DRAINED_WITHIN
        while not await traces.is_drained(database) and clock.now() < end:  # noqa: ASYNC110  other processes drain it
            await asyncio.sleep(0.5)
        return await traces.of(database, vault, account=ACCOUNT)
    finally:
        await database.close()


def _check_effects(told: list[Told], seen: Traces) -> None:
    """One report a confirmed resident; of an unacknowledged confirmation at most one; of none, none."""
    for one in told:
        reports = len(seen.numbers.get(seen.sender(one.openid), []))
        confirmed = len(one.messages) == 2
        if confirmed and one.messages[1].acknowledged:
            assert reports == 1, one
        else:
            assert reports <= int(confirmed), one
        accepted = seen.accepted[seen.sender(one.openid)]
        assert sum(message.acknowledged for message in one.messages) <= accepted <= len(one.messages), one


def _check_replies(told: list[Told], seen: Traces, platform: PlatformSimulator) -> None:
    """Each acknowledged message has one reply: in the answer, or as a message of its own, never both, never none."""
    for one in told:
        assert not any(message.different for message in one.messages), one
        pushed = {sent.shown.whole for sent in platform.custom_messages(one.openid)}
        in_answers = sum(message.reply is not None for message in one.messages)
        acknowledged = sum(message.acknowledged for message in one.messages)
        assert acknowledged <= in_answers + len(pushed) <= len(one.messages), (one, pushed)
        for message in one.messages[1:]:
            if message.reply is not None:
                assert seen.numbers[seen.sender(one.openid)][0] in message.reply


def _check_word_to_staff(told: list[Told], seen: Traces, platform: PlatformSimulator) -> None:
    """The staff hear of every report, repeated at most under the same key."""
    heard = {(message.key, message.payload["facts"]["number"]) for message in platform.staff_messages}
    filed = Counter(number for one in told for number in seen.numbers[seen.sender(one.openid)])
    assert Counter(number for _, number in heard) == filed
