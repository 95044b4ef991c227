"""One process of a race: `python -m tests.points.racer`, then for each race a line of JSON and a line to start it.

The deeds of a race start together, on connections of their own. The answer is a line of JSON: how often each outcome
came, a refusal by its code.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from core.crypto import Ring, Vault
from core.db import Database
from core.errors import AppError
from tests.points.town import RING, Town


async def outcome(deed: Coroutine[Any, Any, Any]) -> str:
    try:
        await deed
    except AppError as error:
        return error.code
    return "done"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def race(url: str, deeds: list[tuple[str, list[Any]]]) -> Counter[str]:
    database = Database(url, synchronous="OFF", pool_size=20)
    town = Town(database, Vault(Ring.parse(RING)))
    await database.ping()
    say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    outcomes = await asyncio.gather(*(outcome(getattr(town, name)(*facts)) for name, facts in deeds))
    await database.close()
    return Counter(outcomes)


def main() -> None:
    while line := sys.stdin.readline():
        url, deeds = json.loads(line)
        say(json.dumps(asyncio.run(race(url, deeds))))


if __name__ == "__main__":
    main()
