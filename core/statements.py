"""Statements that are built once and run often: compiled once for each database, run by its driver.

The unit of work and the result machinery of SQLAlchemy cost four times what the driver does; the few statements that
every message runs go past them, on the same connection and in the same transaction. Everything else stays with the
session. What the driver raises becomes the error that SQLAlchemy would have raised.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import asyncpg
from sqlalchemy import Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

Runnable: TypeAlias = Select[Any] | Insert | Update | Delete
Process: TypeAlias = Callable[[Any], Any] | None

_USED: Final = "statements.used"
_FAULTS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class _Driver:
    """The driver's connection on which a transaction has begun."""

    transaction: object
    dialect: Dialect
    is_postgres: bool
    connection: Any

    @property
    def is_begun(self) -> bool:
        return bool(self.connection.is_in_transaction() if self.is_postgres else self.connection.in_transaction)


class Statement:
    """One statement with named parameters; its rows have their columns as attributes.

    All values are given by name each time, also those for which a column has a default of its own: a KeyError
    names the one that is missing. Lists (`IN`) are not for here: their length would change the text.
    """

    def __init__(self, statement: Runnable | Mapping[str, Runnable], *, columns: Sequence[str] = ()) -> None:
        """One statement, or one for each dialect; `columns` are those that an INSERT without values sets."""
        self._statement = statement
        self._columns = list(columns) or None
        self._compiled: dict[str, _Compiled] = {}

    async def rows(self, db: AsyncSession, **values: Any) -> Sequence[Any]:
        """All rows that it selects or returns. Raises DBAPIError."""
        driver = await _driver(db)
        if driver is None:
            result: Any = await db.execute(self._on(db.get_bind().dialect), values)
            return result.all() if result.returns_rows else ()
        compiled = self._compiled.get(driver.dialect.name)
        if compiled is None:
            compiled = _Compiled(self._on(driver.dialect), driver.dialect, self._columns)
            self._compiled[driver.dialect.name] = compiled
        return await compiled.run(driver, values)

    def _on(self, dialect: Dialect) -> Runnable:
        return self._statement[dialect.name] if isinstance(self._statement, Mapping) else self._statement

    async def first(self, db: AsyncSession, **values: Any) -> Any:
        """The first row, or None."""
        rows = await self.rows(db, **values)
        return rows[0] if rows else None


async def _driver(db: AsyncSession) -> _Driver | None:
    """The driver's connection, once a transaction has begun on it; None until then."""
    session = db.sync_session
    transaction = session.get_nested_transaction() or session.get_transaction()
    if transaction is None:
        return None
    if session.new or (session.identity_map and (session.dirty or session.deleted)):
        await db.flush()
    used: _Driver | None = db.info.get(_USED)
    if used is None or used.transaction is not transaction:
        # Asking for the connection also sets the savepoint of a nested transaction that was not used until now.
        connection = await db.connection()
        raw = (await connection.get_raw_connection()).driver_connection
        used = _Driver(transaction, connection.dialect, connection.dialect.name == "postgresql", raw)
        if not used.is_begun:
            return None
        db.info[_USED] = used
    return used


class _Compiled:
    """The text for one database, and how values go in and out."""

    def __init__(self, statement: Runnable, dialect: Dialect, columns: list[str] | None) -> None:
        if isinstance(statement, Insert):
            statement = statement.inline()  # or SQLAlchemy would ask for the new row's key
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        self._constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._ins: list[tuple[str, Process]] = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]
        returned = tuple(statement.exported_columns)
        self._row: Any = namedtuple("Row", [str(column.key) for column in returned])  # type: ignore[misc]  # noqa: PYI024
        self._outs: list[Process] = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in returned
        ]

    async def run(self, driver: _Driver, values: dict[str, Any]) -> list[Any]:
        named = {**self._constants, **values}
        given = [named[name] if process is None else process(named[name]) for name, process in self._ins]
        try:
            if driver.is_postgres:
                found: Any = await driver.connection.fetch(self.sql, *given)
            else:
                found = await driver.connection.execute_fetchall(self.sql, given)
        except _FAULTS as error:
            raise _translated(self.sql, error) from error
        if not any(self._outs):
            return list(map(self._row._make, found))
        return [
            self._row._make(v if p is None else p(v) for v, p in zip(row, self._outs, strict=True)) for row in found
        ]


def _translated(sql: str, error: Exception) -> DBAPIError:
    """As SQLAlchemy would say it, without the values."""
    broken = asyncpg.IntegrityConstraintViolationError | sqlite3.IntegrityError
    if isinstance(error, broken):
        return IntegrityError(sql, None, error, hide_parameters=True)
    # A closed connection is an InterfaceError of asyncpg, a ValueError of aiosqlite; asyncpg's DataError is both.
    lost = isinstance(error, asyncpg.PostgresConnectionError | asyncpg.InterfaceError | OSError | ValueError)
    lost = lost and not isinstance(error, asyncpg.DataError)
    return OperationalError(sql, None, error, hide_parameters=True, connection_invalidated=lost)
