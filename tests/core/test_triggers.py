"""What SQL itself must hold: created once, found missing when gone, and refusing what they are for."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from core import triggers
from core.db import Database


def _drop(connection: Connection, name: str) -> None:
    on = "" if connection.dialect.name == "sqlite" else f" ON {triggers.REGISTERED[name].table}"
    connection.execute(text(f"DROP TRIGGER {name}{on}"))


async def test_one_that_is_gone_is_missed_and_put_back(database: Database) -> None:
    name = min(triggers.REGISTERED)
    async with database.engine.begin() as connection:
        assert await connection.run_sync(triggers.missing) == []
        await connection.run_sync(_drop, name)
        assert await connection.run_sync(triggers.missing) == [name]
        await connection.run_sync(triggers.ensure)
        await connection.run_sync(triggers.ensure)
        assert await connection.run_sync(triggers.missing) == []


async def test_one_that_is_switched_off_is_missed(database: Database) -> None:
    """PostgreSQL can disable a trigger where it stands."""
    if database.is_sqlite:
        pytest.skip("SQLite has no such switch")
    trigger = triggers.REGISTERED[min(triggers.REGISTERED)]
    async with database.engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE {trigger.table} DISABLE TRIGGER {trigger.name}"))
        assert await connection.run_sync(triggers.missing) == [trigger.name]


async def test_an_append_only_table_refuses_changes(database: Database) -> None:
    """Shown on a table of its own, with the triggers that every such table gets."""
    insert = "INSERT INTO proof_of_append (id, said) VALUES (1, 'a')"
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE proof_of_append (id INTEGER PRIMARY KEY, said TEXT)"))
        for trigger in triggers.append_only("proof_of_append"):
            for statement in trigger.sqlite if database.is_sqlite else trigger.postgresql:
                await connection.execute(text(statement))
        await connection.execute(text(insert))
    for statement in ("UPDATE proof_of_append SET said = 'b'", "DELETE FROM proof_of_append"):
        with pytest.raises(IntegrityError, match="append-only"):
            async with database.engine.begin() as connection:
                await connection.execute(text(statement))
    async with database.engine.connect() as connection:
        assert (await connection.execute(text("SELECT said FROM proof_of_append"))).scalar_one() == "a"


def test_a_table_may_let_old_rows_go() -> None:
    names = [trigger.name for trigger in triggers.append_only("kept", deletable=True)]
    assert names == ["kept_no_update", "kept_no_truncate"]


async def _made(database: Database) -> None:
    """Two tables, of which one refers to the other as the ledger's do."""
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE proof_target (id INTEGER PRIMARY KEY)"))
        column = "INTEGER REFERENCES proof_target (id)" if database.is_sqlite else "INTEGER"
        await connection.execute(text(f"CREATE TABLE proof_of_reference (target_id {column}, other_id {column})"))
        await connection.execute(text("INSERT INTO proof_target VALUES (1), (2)"))
        trigger = triggers.references("proof_of_reference", target_id="proof_target", other_id="proof_target")
        for statement in trigger.sqlite if database.is_sqlite else trigger.postgresql:
            await connection.execute(text(statement))


@pytest.mark.parametrize("missing", ["(3, 1)", "(1, 3)", "(1, 2), (2, NULL), (3, 2)"])
async def test_one_row_of_many_that_refers_to_nothing_is_refused_with_all(database: Database, missing: str) -> None:
    await _made(database)
    with pytest.raises(IntegrityError):
        async with database.engine.begin() as connection:
            await connection.execute(text(f"INSERT INTO proof_of_reference VALUES {missing}"))
    async with database.engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM proof_of_reference"))).scalar_one() == 0


async def test_rows_that_refer_to_what_is_there_or_to_nothing_at_all_are_taken(database: Database) -> None:
    await _made(database)
    async with database.engine.begin() as connection:
        await connection.execute(text("INSERT INTO proof_of_reference VALUES (1, 2), (2, NULL), (NULL, NULL)"))
    async with database.engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM proof_of_reference"))).scalar_one() == 3
