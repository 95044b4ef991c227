"""Ways around every guard of the database, for planting what must never happen."""

from __future__ import annotations

import re
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
    connection = sqlite3.connect(str(url.database), isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA ignore_check_constraints=ON")
    connection.execute("BEGIN IMMEDIATE")
    triggers = connection.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, table in triggers:
        if table in _words(statements):
            connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.close()


def _words(statements: Sequence[str]) -> set[str]:
    """Names of tables among others: only what guards these is in the way."""
    return set(re.findall(r"\w+", " ".join(statements)))


async def _plant_postgres(url: URL, statements: Sequence[str]) -> None:
    """The checks are put back for what is written afterwards, so that the database can be used again."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    await connection.execute("SET session_replication_role = replica")
    checks = await connection.fetch(
        "SELECT conrelid::regclass::text AS owner, conname AS name, pg_get_constraintdef(oid) AS said "
        "FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    concerned = [check for check in checks if check["owner"] in _words(statements)]
    for check in concerned:
        await connection.execute(f"ALTER TABLE {check['owner']} DROP CONSTRAINT {check['name']}")
    for statement in statements:
        await connection.execute(statement)
    for check in concerned:
        said = check["said"].removesuffix(" NOT VALID")
        await connection.execute(f"ALTER TABLE {check['owner']} ADD CONSTRAINT {check['name']} {said} NOT VALID")
    await connection.close()
