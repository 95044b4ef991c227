"""What SQLAlchemy knows of a kind of database, kept for all the databases of a process.

A service has one database and compiles each statement once. A process of the suite has a database for each test, and
would compile every statement anew for each: a seventh of all the time that it computes.
"""

from __future__ import annotations

from typing import Any, Final, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

_COMPILED: Final[LRUCache[Any, Any]] = LRUCache(2000)


class _Kept:
    """A dialect of which there is one for the same arguments: what was compiled belongs to it."""

    _made: dict[tuple[type, str], Self] = {}  # noqa: RUF012  one for all of them
    _is_made = False
    _has_asked = False

    def __new__(cls, **options: Any) -> Self:
        key = (cls, repr(sorted(options.items())))
        return cls._made.setdefault(key, super().__new__(cls))

    def __init__(self, **options: Any) -> None:
        if not self._is_made:
            super().__init__(**options)
            self._is_made = True

    def initialize(self, connection: Connection) -> None:
        """Ask the first server only what it can do: they are all the same."""
        if not self._has_asked:
            super().initialize(connection)  # type: ignore[misc]
            self._has_asked = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)


class Sqlite(_Kept, SQLiteDialect_aiosqlite):
    supports_statement_cache = True


class Postgres(_Kept, PGDialect_asyncpg):
    supports_statement_cache = True


def keep() -> None:
    """From now on, in this process."""
    registry.register("sqlite.aiosqlite", __name__, "Sqlite")
    registry.register("postgresql.asyncpg", __name__, "Postgres")
