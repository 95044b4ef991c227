"""One process that calls the ledger: `python -m bench.ledger.caller`; for each turn a line of JSON and one to start.

The answer is a line of JSON: how many calls succeeded, which errors came how often, and how long calls took.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Final

import uvloop
from sqlalchemy.exc import DBAPIError

from bench.ledger import scene
from core.crypto import DataKey
from core.db import Database, new_id
from tests.points.town import Town

MILLION: Final = 1_000_000

Call = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Order:
    """What one process does for so many seconds; with `per_second` it waits between calls as people do."""

    url: str
    deed: str
    resident: str
    reward: str
    seconds: float
    per_second: float = 0.0


@dataclass(slots=True)
class Turn:
    calls: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    longest_seconds: float = 0.0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def turn(order: Order) -> Turn:
    database = Database(order.url, pool_size=1)
    town = scene.town(database)
    calls = _calls(town, order)
    await database.ping()
    say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    done, end = Turn(), time.monotonic() + order.seconds
    while (began := time.monotonic()) < end:
        try:
            await calls[done.calls % len(calls)]()
        except DBAPIError as error:
            done.errors[str(error.orig)] += 1
        done.calls += 1
        done.longest_seconds = max(done.longest_seconds, time.monotonic() - began)
        if order.per_second:
            await asyncio.sleep(random.expovariate(order.per_second))
    await database.close()
    return done


def _calls(town: Town, order: Order) -> list[Call]:
    async def redeem() -> None:
        await town.redeem(order.resident, order.reward)

    async def adjust() -> None:
        await town.adjust(order.resident, 1)

    async def ask() -> None:
        await town.ask(order.resident, new_id())

    async def deed_of_anybody() -> None:
        """A deed of one of a million residents, known from now on."""
        resident = f"{random.randrange(MILLION):032x}"
        async with town.database.write() as db:
            if await db.get(DataKey, resident) is None:
                await town.vault.new_key(db, resident)
        await town.ask(resident, new_id())

    async def pay() -> None:
        await town.pay(limit=100)

    deeds: dict[str, list[Call]] = {
        "redeem": [redeem],
        "deed": [deed_of_anybody],
        "everything": [adjust, redeem, ask, pay],
    }
    return deeds[order.deed]


def main() -> None:
    while line := sys.stdin.readline():
        say(json.dumps(asdict(uvloop.run(turn(Order(**json.loads(line)))))))


if __name__ == "__main__":
    main()
