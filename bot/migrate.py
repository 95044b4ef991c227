"""Brings the database to the newest migration and puts every trigger in its place.

`python -m bot.migrate "what changed"` writes the next migration after a change of the models.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

import migrations
from core import clock, triggers
from core.db import make_parent
from core.errors import ConfigError

FOLDER: Final = Path(migrations.__file__).parent
LOCK: Final = 7_201_126
"""An arbitrary number that all our processes agree on: only one migrates at a time."""


def _config(connection: Connection | None = None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


async def migrate(url: str) -> None:
    """Run what is missing. Raises ConfigError when a trigger is missing afterwards."""
    make_parent(make_url(url))
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
        connection.commit()
    try:
        command.upgrade(_config(connection), "head")
        triggers.ensure(connection)
        connection.commit()
        if missing := triggers.missing(connection):
            raise ConfigError(f"database: the triggers {', '.join(missing)} are missing after the migration")
    finally:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK})")
            connection.commit()


def head() -> str:
    """The newest revision that the code knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def pending(connection: Connection) -> bool:
    """Whether the database is behind the code."""
    return MigrationContext.configure(connection).get_current_heads() != (head(),)


def write_revision(message: str) -> None:
    """Write the next migration: what the models have and a database of today's migrations has not."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/today.db")
        with engine.connect() as connection:
            command.upgrade(_config(connection), "head")  # without triggers: some are of tables still to be made
            rev_id = f"{clock.local(clock.now()):%Y%m%d%H%M}"
            command.revision(_config(connection), message, autogenerate=True, rev_id=rev_id)
        engine.dispose()


if __name__ == "__main__":
    write_revision(sys.argv[1])
