"""The measurements: each makes its own databases, and raises when the ledger contradicts itself afterwards."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import uvloop
from sqlalchemy import func, select

from bench.ledger import scene
from bench.ledger.caller import Order
from bench.ledger.crowd import Crowd
from bench.servers import BINARIES, Postgres
from bot.poster import Poster
from bot.wakeups import Wakeups
from core import garbage
from core.db import Database
from points import grants, statements
from points.grant_models import GrantRequest, GrantState
from tests.points.town import AREA

SCALE: Final = 50
CALLERS: Final = 8
TURN_SECONDS: Final = 2.0
GRANTS: Final = 3000
BUSIEST_HOUR: Final = 0.12
"""Of a day's deeds, about twice and a half the mean."""

DEEDS_A_DAY: Final = 50_000
TIMES: Final = 30
DISTRICT_SECONDS: Final = 20.0
LOOKS: Final = 20


@dataclass(frozen=True, slots=True)
class Paired:
    """What was done in a second, beside TPC-B in the same round; CPU milliseconds of all processes for one of each."""

    grants_per_second: float
    tpcb_per_second: float
    grant_cpu_ms: float
    tpcb_cpu_ms: float

    @property
    def ratio(self) -> float:
        return self.grants_per_second / self.tpcb_per_second

    @property
    def cpu_ratio(self) -> float:
        """Grants in parts of the transactions that as much CPU would have done."""
        return self.tpcb_cpu_ms / self.grant_cpu_ms


class Tpcb:
    """PostgreSQL's own benchmark, as it comes, with prepared statements and eight clients."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        postgres.create("tpcb")
        self._pgbench("-i", "-q", "-s", str(SCALE))

    def per_second(self) -> tuple[float, float]:
        """Transactions a second, and the CPU milliseconds of the server and of pgbench for each."""
        before = self._cpu_seconds()
        said = self._pgbench("-n", "-M", "prepared", "-c", str(CALLERS), "-j", "2", "-T", str(int(TURN_SECONDS)))
        rate = float(next(line for line in said.splitlines() if line.startswith("tps = ")).split()[2])
        return rate, (self._cpu_seconds() - before) / (rate * TURN_SECONDS) * 1000

    def _cpu_seconds(self) -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return self._postgres.cpu_seconds() + ended.ru_utime + ended.ru_stime

    def _pgbench(self, *options: str) -> str:
        command = [str(BINARIES / "pgbench"), "-h", self._postgres.socket, "-U", "postgres", *options, "tpcb"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def grant_rounds(postgres: Postgres, rounds: int) -> Iterator[Paired]:
    """Grants posted from requests out of one fund, each round beside TPC-B."""
    garbage.leave_what_is_loaded()  # as the service does
    tpcb, url = Tpcb(postgres), postgres.create("grants")
    uvloop.run(_prepared(url))
    for _ in range(rounds):
        uvloop.run(_requested(url, GRANTS))
        postgres.execute("grants", "VACUUM ANALYZE")
        rate, cpu = tpcb.per_second()
        before = postgres.cpu_seconds() + time.process_time()
        seconds = uvloop.run(_paid(url))
        used = postgres.cpu_seconds() + time.process_time() - before
        uvloop.run(audited(url))
        yield Paired(GRANTS / seconds, rate, used / GRANTS * 1000, cpu)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def audited(url: str) -> None:
    """Raises RuntimeError when anything contradicts anything."""
    async with opened(url) as database:
        if findings := await scene.town(database).findings():
            raise RuntimeError(f"the ledger contradicts itself: {findings[:3]}")


async def _prepared(url: str) -> None:
    await scene.create(url)
    async with opened(url) as database:
        await scene.town(database).fund(scene.FUND_POINTS)


async def _requested(url: str, number: int) -> None:
    async with opened(url) as database:
        await scene.write_requests(database, number)


async def _paid(url: str) -> float:
    """Seconds until all requests are paid, as the poster pays them."""
    async with opened(url) as database:
        await database.ping()  # pgbench leaves out the time of connecting too
        began, paid = time.perf_counter(), 0
        while settled := await _batch(database):
            paid += sum(one.state is GrantState.PAID for one in settled)
        seconds = time.perf_counter() - began
    if paid != GRANTS:
        raise RuntimeError(f"{paid} of {GRANTS} were paid")
    return seconds


async def _batch(database: Database) -> list[Any]:
    async with database.write() as db:
        return await grants.post_due(db, limit=grants.MAX_BATCH)


def redemption_rounds(postgres: Postgres, rounds: int) -> Iterator[float]:
    """Redemptions of eight processes for one reward, in parts of those for a reward each."""
    url = postgres.create("redemptions")
    uvloop.run(scene.create(url))
    residents, rewards = uvloop.run(_shop(url))
    with Crowd.of(CALLERS) as crowd:
        for _ in range(rounds):
            of_own = _redeemed(crowd, url, residents, rewards)
            of_one = _redeemed(crowd, url, residents, rewards[:1] * CALLERS)
            uvloop.run(audited(url))
            yield of_one / of_own


def _redeemed(crowd: Crowd, url: str, residents: list[str], rewards: list[str]) -> int:
    pairs = zip(residents, rewards, strict=True)
    return sum(turn.calls for turn in crowd.turn([Order(url, "redeem", *pair, TURN_SECONDS) for pair in pairs]))


async def _shop(url: str) -> tuple[list[str], list[str]]:
    """Residents who can pay for whatever they want, and rewards that do not run out."""
    async with opened(url) as database:
        town = scene.town(database)
        await town.fund(scene.FUND_POINTS)
        residents = [await town.resident(points=10_000_000) for _ in range(CALLERS)]
        return residents, [await town.reward(price=1, stock=1_000_000) for _ in range(CALLERS)]


def together_on_sqlite(folder: Path, seconds: float) -> dict[str, Any]:
    """Eight processes adjust, redeem, ask and pay in one file as fast as they can."""
    url = f"sqlite+aiosqlite:///{folder / 'crowd.db'}"
    uvloop.run(scene.create(url))
    residents, rewards = uvloop.run(_shop(url))
    with Crowd.of(CALLERS) as crowd:
        orders = [Order(url, "everything", who, rewards[0], seconds) for who in residents]
        turns = crowd.turn(orders)
    uvloop.run(audited(url))
    return {
        "calls_per_second": round(sum(turn.calls for turn in turns) / seconds, 1),
        "fewest_calls_of_a_process": min(turn.calls for turn in turns),
        "most_calls_of_a_process": max(turn.calls for turn in turns),
        "longest_call_seconds": round(max(turn.longest_seconds for turn in turns), 2),
        "errors": sum(sum(turn.errors.values()) for turn in turns),
    }


def district(postgres: Postgres) -> dict[str, Any]:
    """Deeds of a million residents at many times the pace of the busiest hour, paid and told of by the poster."""
    url = postgres.create("district")
    uvloop.run(_prepared(url))
    pace = DEEDS_A_DAY * BUSIEST_HOUR / 3600 * TIMES
    with Crowd.of(2) as crowd:
        order = Order(url, "deed", "", "", DISTRICT_SECONDS, per_second=pace / 2)
        crowd.start([order, order])
        uvloop.run(_post_for(url, DISTRICT_SECONDS + 1))
        asked = sum(turn.calls for turn in crowd.results())
    uvloop.run(audited(url))
    oldest, waited = uvloop.run(_ages(url))
    return {
        "deeds_per_second": round(asked / DISTRICT_SECONDS, 1),
        "times_the_busiest_hour": round(asked / DISTRICT_SECONDS / (pace / TIMES), 1),
        "oldest_seconds": round(oldest, 3),
        "left": waited,
    }


async def _post_for(url: str, seconds: float) -> None:
    """The poster as the service runs it; without a nudge, so that it must look by itself."""
    async with opened(url) as database:
        wakeups = Wakeups(None)
        posting = asyncio.create_task(Poster(database, scene.town(database).vault, wakeups).run())
        await asyncio.sleep(seconds)
        wakeups.stop()
        await posting


async def _ages(url: str) -> tuple[float, int]:
    """The longest time from a deed to its points, in seconds, and how many still wait."""
    async with opened(url) as database, database.read() as db:
        age: Any = func.max(GrantRequest.settled_at - GrantRequest.requested_at)
        left = func.count().filter(GrantRequest.settled_at.is_(None))
        oldest, waiting = (await db.execute(select(age, left))).one()
        return oldest.total_seconds(), waiting


async def first_page(url: str) -> dict[str, float]:
    """Milliseconds for the newest page of a wallet with a million entries, a page in its middle, and its balance."""
    await scene.create(url)
    async with opened(url) as database:
        await scene.write_history(database)

        async def page(before: int | None = None) -> None:
            async with database.read() as db:
                await statements.statement(db, area_code=AREA, resident_id=scene.OLD, before_seq=before)

        async def balance() -> None:
            async with database.read() as db:
                await statements.balance(db, area_code=AREA, resident_id=scene.OLD)

        looks = {"first_page_ms": page, "middle_page_ms": lambda: page(scene.ENTRIES // 2), "balance_ms": balance}
        return {name: round(await _milliseconds(look), 2) for name, look in looks.items()}


async def _milliseconds(look: Any) -> float:
    took: list[float] = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        await look()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)
