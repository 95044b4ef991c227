"""Ways around every guard of the database, for planting what must never happen."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import asyncpg
from sqlalchemy import URL

from core.db import Database


async def plant(database: Database, statements: Sequence[str]) -> None:
    """Run SQL without triggers, checks and foreign keys, as somebody with the administrator's password could."""
    if database.is_sqlite:
        _plant_sqlite(database.url, statements)
    else:
        await _plant_postgres(database.url, statements)


def _plant_sqlite(url: URL, statements: Sequence[str]) -> None:
    connection = sqlite3.connect(str(url.database))
    connection.execute("PRAGMA ignore_check_constraints=ON")
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


async def _plant_postgres(url: URL, statements: Sequence[str]) -> None:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    await connection.execute("SET session_replication_role = replica")
    checks = await connection.fetch(
        "SELECT conrelid::regclass AS owner, conname FROM pg_constraint "
        "WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    for check in checks:
        await connection.execute(f"ALTER TABLE {check['owner']} DROP CONSTRAINT {check['conname']}")
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
