"""Processes of a race: `python -m tests.points.racer SOCKET...`, one for each socket that it inherits.

They are forks of the first, so that only one is started. Through its socket each hears, for each race, a line of JSON
and a line to start it. The deeds of a race start together, on connections of their own. The answer is a line of JSON:
how often each outcome came, a refusal by its code.
"""

from __future__ import annotations

import asyncio
import json
import os
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


def answer() -> None:
    """Race until nobody asks for more."""
    while line := sys.stdin.readline():
        url, deeds = json.loads(line)
        say(json.dumps(asyncio.run(race(url, deeds))))


def main(sockets: list[int]) -> None:
    for socket in sockets:
        if os.fork() == 0:
            os.dup2(socket, sys.stdin.fileno())
            os.dup2(socket, sys.stdout.fileno())
            os.closerange(sys.stderr.fileno() + 1, max(sockets) + 1)
            answer()
            os._exit(0)
    for _ in sockets:
        assert os.wait()[1] == 0


if __name__ == "__main__":
    main([int(socket) for socket in sys.argv[1:]])
