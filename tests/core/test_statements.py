"""Statements that go straight to the driver mean what SQLAlchemy means: values, rows, errors and the transaction."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from core import clock
from core.db import Database, is_transient, table_of
from core.outbox import OutboxRow, OutboxState
from core.statements import Statement

TABLE = table_of(OutboxRow)
COLUMNS = [column.name for column in TABLE.columns if column.name != "id"]
INSERT = Statement(insert(TABLE), columns=COLUMNS)
FIND = Statement(select(TABLE).where(TABLE.c.key == bindparam("key")))
RENAME = Statement(
    update(TABLE).where(TABLE.c.key == bindparam("of")).values(kind=bindparam("to")).returning(TABLE.c.id, TABLE.c.kind)
)


def row(**given: object) -> dict[str, object]:
    now = clock.now()
    usual = {"key": uuid.uuid4().hex, "kind": "k", "order_key": "o", "payload": b"\x00\xff", "urgent": True}
    return {
        **dict.fromkeys(COLUMNS),
        **usual,
        "state": "pending",
        "attempts": 3,
        "next_at": now,
        "created_at": now,
        **given,
    }


async def test_what_goes_in_comes_out_by_the_driver_as_by_the_session(database: Database) -> None:
    written = row()
    async with database.write() as db:
        first = await FIND.first(db, key="nobody")  # begins the transaction by way of the session
        await INSERT.rows(db, **written)
        by_driver = await FIND.first(db, key=written["key"])
    async with database.read() as db:
        by_session = await FIND.first(db, key=written["key"])
    assert first is None
    assert tuple(by_driver) == tuple(by_session)
    assert {name: getattr(by_driver, name) for name in written} == written


async def test_rows_that_were_changed_come_back(database: Database) -> None:
    written = row()
    async with database.write() as db:
        await INSERT.rows(db, **written)
        changed = await RENAME.rows(db, of=written["key"], to="renamed")
        assert [one.kind for one in changed] == ["renamed"]
        assert await RENAME.rows(db, of="nobody", to="renamed") == []


async def test_both_ways_are_one_transaction(database: Database) -> None:
    written = row()
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with database.write() as db:
            await FIND.first(db, key="nobody")
            await INSERT.rows(db, **written)
            raise RuntimeError
    async with database.read() as db:
        assert await FIND.first(db, key=written["key"]) is None


async def test_what_the_session_holds_is_written_first(database: Database) -> None:
    async with database.write() as db:
        await FIND.first(db, key="nobody")
        db.add(OutboxRow(**{name: value for name, value in row(key="held").items() if value is not None}))
        assert (await FIND.first(db, key="held")).state == OutboxState.PENDING


@pytest.mark.parametrize("earlier", [0, 1])
async def test_a_broken_rule_is_an_integrity_error_without_the_values(database: Database, earlier: int) -> None:
    written = row(payload=b"a secret")
    async with database.write() as db:
        await INSERT.rows(db, **written)
    with pytest.raises(IntegrityError) as caught:  # noqa: PT012
        async with database.write() as db:
            for _ in range(earlier):
                await FIND.first(db, key="nobody")
            await INSERT.rows(db, **written)
    assert "key" in str(caught.value.orig)
    if earlier:
        assert "a secret" not in str(caught.value)


async def test_a_lost_connection_is_an_error_of_the_database(database: Database) -> None:
    with pytest.raises(DBAPIError):  # noqa: PT012
        async with database.write() as db:
            for _ in range(2):
                await FIND.first(db, key="nobody")
            raw = (await (await db.connection()).get_raw_connection()).driver_connection
            assert raw is not None
            await raw.close()
            await FIND.first(db, key="nobody")
    async with database.read() as db:
        assert await FIND.first(db, key="nobody") is None, "the pool kept a dead connection"


async def test_a_missing_value_is_named(database: Database) -> None:
    written = row()
    del written["urgent"]
    async with database.write() as db:
        await FIND.first(db, key="nobody")
        with pytest.raises(KeyError, match="urgent"):
            await INSERT.rows(db, **written)


async def test_a_savepoint_holds_for_both_ways(database: Database) -> None:
    kept, undone = row(), row()
    async with database.write() as db:
        await FIND.first(db, key="nobody")
        await INSERT.rows(db, **kept)
        with pytest.raises(RuntimeError):  # noqa: PT012
            async with db.begin_nested():
                await INSERT.rows(db, **undone)
                raise RuntimeError
    async with database.read() as db:
        assert await FIND.first(db, key=kept["key"]) is not None
        assert await FIND.first(db, key=undone["key"]) is None


async def test_after_a_restart_of_the_database_the_second_attempt_succeeds(database: Database) -> None:
    """All idle connections are dead at once: the first that notices must not leave the others in the pool."""
    if database.is_sqlite:
        return
    async with database.write() as one, database.write() as two, database.write() as three:
        for db in (one, two, three):
            await FIND.first(db, key="nobody")
    async with database.engine.connect() as killer:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        await killer.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    failures: list[DBAPIError] = []
    for _ in range(6):
        try:
            async with database.write() as db:
                assert await FIND.first(db, key="nobody") is None
        except DBAPIError as error:
            failures.append(error)
    assert [is_transient(error) for error in failures] in ([], [True])
