"""Sessions by intent: what reads cannot write, what writes is whole or nothing; times keep their moment."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.crypto import DataKey
from core.db import Database, dump_json, new_id, violated
from core.outbox import OutboxRow


def key_row(owner: str) -> DataKey:
    return DataKey(owner_id=owner, ring_id="t1", wrapped=b"w")


def job_row(key: str, next_at: datetime) -> OutboxRow:
    return OutboxRow(
        key=key, kind="k", order_key="o", payload=b"{}", state="pending", next_at=next_at, created_at=next_at
    )


async def owners(db: AsyncSession) -> int:
    return (await db.execute(select(func.count()).select_from(DataKey))).scalar_one()


async def test_reading_cannot_write(database: Database) -> None:
    async with database.read() as db:
        db.add(key_row("a"))
        with pytest.raises(DBAPIError):
            await db.flush()
    async with database.read() as db:
        assert await owners(db) == 0


async def _fail_after_writing(database: Database) -> None:
    async with database.write() as db:
        db.add(key_row("a"))
        await db.flush()
        raise RuntimeError


async def test_writing_is_whole_or_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await _fail_after_writing(database)
    async with database.read() as db:
        assert await owners(db) == 0
    async with database.write() as db:
        db.add(key_row("a"))
    async with database.read() as db:
        assert await owners(db) == 1


async def test_a_file_that_somebody_has_begun_to_write_is_opened_once_they_have_done(tmp_path: Path) -> None:
    """It may not have a write-ahead log yet: a copy, or made by another program."""
    file = tmp_path / "copied.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE seen (at)")
        other.execute("BEGIN IMMEDIATE")
        database = Database(f"sqlite+aiosqlite:///{file}")
        ping = asyncio.create_task(database.ping())
        done, _ = await asyncio.wait([ping], timeout=0.1)
        assert not done
        other.execute("COMMIT")
        await ping
    async with database.read() as db:
        assert (await db.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
    await database.close()


async def test_a_reader_keeps_its_snapshot_or_sees_only_what_was_committed(database: Database) -> None:
    async with database.write() as writing:
        writing.add(key_row("a"))
        await writing.flush()
        async with database.read() as db:
            assert await owners(db) == 0
    async with database.read() as db:
        assert await owners(db) == 1


async def test_writers_wait_for_each_other_and_none_fails(database: Database) -> None:
    async def add(name: str) -> None:
        async with database.write() as db:
            await owners(db)
            await asyncio.sleep(0)
            db.add(key_row(name))

    await asyncio.gather(*(add(f"n{number}") for number in range(20)))
    async with database.read() as db:
        assert await owners(db) == 20


async def test_an_aware_time_comes_back_as_the_same_moment(database: Database) -> None:
    given = datetime(2026, 5, 1, 8, 30, 15, 123456, tzinfo=timezone(timedelta(hours=8)))
    async with database.write() as db:
        db.add(job_row("a", given))
    async with database.read() as db:
        kept = (await db.execute(select(OutboxRow.next_at))).scalar_one()
    assert kept == given
    assert kept.utcoffset() == timedelta(0)


async def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        async with database.write() as db:
            db.add(job_row("a", datetime(2026, 5, 1)))


async def test_a_broken_constraint_is_named(database: Database) -> None:
    async with database.write() as db:
        db.add(job_row("a", clock.now()))
    with pytest.raises(IntegrityError) as caught:
        async with database.write() as db:
            db.add(job_row("a", clock.now()))
    assert violated(caught.value, "uq_outbox_key", "outbox.key")
    assert not violated(caught.value, "uq_outbox_order_key", "outbox.order_key")


def test_json_is_canonical_and_keeps_chinese() -> None:
    assert dump_json({"b": 1, "a": "楼"}) == '{"a":"楼","b":1}'


def test_ids_are_thirty_two_hex_digits() -> None:
    made = {new_id() for _ in range(100)}
    assert len(made) == 100
    assert all(len(one) == 32 and set(one) <= set("0123456789abcdef") for one in made)


async def test_a_transaction_that_fell_victim_is_run_again(database: Database) -> None:
    tries = 0

    async def work(db: AsyncSession) -> int:
        nonlocal tries
        tries += 1
        db.add(key_row("a"))
        await db.flush()
        if tries < 3:
            raise OperationalError("UPDATE", None, ConnectionError("database is locked"))
        return tries

    assert await database.run(work) == 3
    async with database.read() as db:
        assert await owners(db) == 1


async def test_a_transaction_that_is_wrong_is_not_run_again(database: Database) -> None:
    tries = 0

    async def work(db: AsyncSession) -> None:
        nonlocal tries
        tries += 1
        db.add_all([key_row("a"), key_row("a")])
        await db.flush()

    with pytest.raises(IntegrityError):
        await database.run(work)
    assert tries == 1


async def test_all_queries_of_a_snapshot_see_the_same_moment(database: Database) -> None:
    async with database.snapshot() as db:
        assert await owners(db) == 0
        async with database.write() as other:
            other.add(key_row("a"))
        assert await owners(db) == 0
        with pytest.raises(DBAPIError):
            await db.execute(delete(DataKey))
    async with database.snapshot() as db:
        assert await owners(db) == 1
