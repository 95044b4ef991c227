"""Migrations and models say the same on both databases, and no migration leaves a trigger behind."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot import migrate
from core import triggers
from core.db import Database
from migrations import tables
from tests.servers import PostgresServer


@pytest.fixture
def bare_url(database_url: str, backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with nothing at all in it."""
    if backend == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'bare' / 'bare.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"bare_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def on(url: str, look: Any) -> Any:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(look)
    finally:
        await engine.dispose()


def _differences(connection: Connection) -> list[Any]:
    here = connection.dialect.name

    def is_of_here(item: Any, _name: str | None, _kind: str, _reflected: bool, _beside: Any) -> bool:
        """A reference that a trigger holds on this database is none of its constraints."""
        return bool(item.info.get("only", here) == here)

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_of_here})
    return list(compare_metadata(context, tables.METADATA))


async def test_migrations_make_exactly_the_tables_of_the_models(bare_url: str) -> None:
    await migrate.migrate(bare_url)
    assert await on(bare_url, _differences) == []
    assert await on(bare_url, triggers.missing) == []
    assert await on(bare_url, migrate.pending) is False


def _checks(connection: Connection) -> dict[str, set[str | None]]:
    """Which Alembic does not compare; a table that is rebuilt on SQLite loses those that are not named again."""
    here = inspect(connection)
    return {table: {check["name"] for check in here.get_check_constraints(table)} for table in tables.METADATA.tables}


async def test_migrations_make_the_checks_of_the_models(bare_url: str, database: Database) -> None:
    await migrate.migrate(bare_url)
    async with database.engine.connect() as connection:
        wanted = await connection.run_sync(_checks)
    assert await on(bare_url, _checks) == wanted


async def test_again_changes_nothing(bare_url: str) -> None:
    await migrate.migrate(bare_url)
    await migrate.migrate(bare_url)
    assert await on(bare_url, triggers.missing) == []


async def test_two_that_migrate_at_once_do_not_collide(bare_url: str) -> None:
    """As two servers over one PostgreSQL that are released together; an embedded database has one server."""
    if bare_url.startswith("sqlite"):
        await migrate.migrate(bare_url)
    else:
        await asyncio.gather(*(migrate.migrate(bare_url) for _ in range(3)))
    assert await on(bare_url, migrate.pending) is False


async def test_a_trigger_that_was_lost_is_put_back(bare_url: str) -> None:
    await migrate.migrate(bare_url)
    name = min(triggers.REGISTERED)
    on_table = "" if bare_url.startswith("sqlite") else f" ON {triggers.REGISTERED[name].table}"
    await on(bare_url, lambda connection: connection.execute(text(f"DROP TRIGGER {name}{on_table}")))
    assert await on(bare_url, triggers.missing) == [name]
    await migrate.migrate(bare_url)
    assert await on(bare_url, triggers.missing) == []


async def test_a_database_without_a_revision_is_behind(bare_url: str) -> None:
    Path(bare_url.removeprefix("sqlite+aiosqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    assert await on(bare_url, migrate.pending) is True
