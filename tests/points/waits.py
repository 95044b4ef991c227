"""Deeds that begin one after the other, each as far as it gets, while a transaction before them is kept open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from core.db import Database
from points.models import Account
from tests.points.town import Town

PATIENT_SECONDS = 5.0
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")

Deed = Callable[[AsyncSession], Awaitable[Any]]


async def meanwhile(town: Town, first: Deed, *others: Coroutine[Any, Any, Any]) -> Any:
    """Begin the others before the first is committed, as far as they get; what comes of the last of them."""
    async with town.database.write() as db:
        await first(db)
        tasks = [asyncio.create_task(other) for other in others]
        await until(town.database, lambda waiting: sum(not task.done() for task in tasks) <= waiting)
    await asyncio.wait(tasks)
    return [task.result() for task in tasks][-1]


@asynccontextmanager
async def kept_open(database: Database, deed: Deed) -> AsyncIterator[None]:
    """A transaction with what it has locked; on SQLite it would keep everybody out."""
    if database.is_sqlite:
        yield
        return
    async with database.write() as db:
        await deed(db)
        yield


def locking(table: Any, *rules: Any) -> Deed:
    """What locks the rows of a table for which these rules hold."""

    async def lock(db: AsyncSession) -> None:
        await db.execute(select(table).where(*rules).with_for_update())

    return lock


async def begun(database: Database, deed: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """It goes on by itself, until it is done or waits for another."""
    before = await _waiting(database)
    task = asyncio.create_task(deed)
    await until(database, lambda waiting: task.done() or waiting > before)
    return task


async def until(database: Database, is_so: Callable[[int], bool]) -> None:
    """Who is slow here proves less, and fails nothing."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0 if database.is_sqlite else PATIENT_SECONDS):
            while not is_so(await _waiting(database)):  # noqa: ASYNC110  the server waits, it tells nobody
                await asyncio.sleep(0.01)


async def _waiting(database: Database) -> int:
    """How many wait for a lock; in one transaction the answer would be the same for ever."""
    if database.is_sqlite:
        return 0
    async with database.read() as db:
        return int((await db.execute(WAITING)).scalar_one())


def for_a_while(count: int) -> Callable[[int], bool]:
    """So many have waited each time that somebody looked, and that was often."""
    seen: list[int] = []

    def is_so(waiting: int) -> bool:
        seen.append(waiting)
        return len(seen) > 20 and seen[-20:] == [count] * 20

    return is_so


async def is_free(database: Database, account_id: int) -> bool:
    """Whether nobody has locked this account."""
    async with database.write() as db:
        free = select(Account.id).where(Account.id == account_id).with_for_update(skip_locked=True)
        return (await db.execute(free)).scalar_one_or_none() is not None
