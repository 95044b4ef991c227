"""Processes that end by `kill -9` at a named point of a deed: `python -m tests.points.killed`, then lines of JSON.

Each line is `[url, point, deed, facts]`. It is done in a fork of this process, so that starting costs nothing; the
answer is how the fork ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from core.crypto import Ring, Vault
from core.db import Database
from core.row_statements import RowStatement
from points import posting_batch
from tests.points.town import RING, Town

STATEMENTS: Final = {"after the transfer": "INSERT_TRANSFERS", "after the entries": "INSERT_ENTRIES"}
POINTS: Final = (*STATEMENTS, "before the commit", "after the commit")


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Last:
    """A statement after which the process ends."""

    def __init__(self, statement: RowStatement) -> None:
        self._statement = statement

    async def rows(self, db: AsyncSession, given: Sequence[Sequence[Any]], **values: Any) -> Sequence[Any]:
        await self._statement.rows(db, given, **values)
        die()
        return ()


async def _do(url: str, point: str, deed: str, facts: list[Any]) -> None:
    database = Database(url, synchronous="OFF", pool_size=1)
    if point in STATEMENTS:
        setattr(posting_batch, STATEMENTS[point], Last(getattr(posting_batch, STATEMENTS[point])))
    elif point == "before the commit":
        event.listen(database.engine.sync_engine, "commit", die)
    await getattr(Town(database, Vault(Ring.parse(RING))), deed)(*facts)
    die()


def main() -> None:
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            asyncio.run(_do(*json.loads(line)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
