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
