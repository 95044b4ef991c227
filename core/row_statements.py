"""Statements over many rows at once: the rows go to the database as one value and stand there as a table.

On PostgreSQL each column travels as an array, on SQLite all rows as one JSON text; so a statement has the same few
parameters for one row and for a thousand, is compiled once, and can return what it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import JSON, FromClause, String, bindparam, cast, func, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from core.db import dump_json
from core.statements import Runnable, Statement

Columns: TypeAlias = Mapping[str, TypeEngine[Any]]
Build: TypeAlias = Callable[[FromClause, Any], Runnable]

_GIVEN: Final = "given"


class RowStatement:
    """One statement that reads its rows from a table of these columns.

    `build` makes it from that table and from the dialect's INSERT, the one that knows ON CONFLICT.
    """

    def __init__(self, columns: Columns, build: Build) -> None:
        self._columns = dict(columns)
        self._processes: dict[str, list[Any]] = {}
        self._statement = Statement(
            {
                "postgresql": build(_from_arrays(self._columns), postgres_insert),
                "sqlite": build(_from_json(self._columns), sqlite_insert),
            }
        )

    async def rows(self, db: AsyncSession, given: Sequence[Sequence[Any]], **values: Any) -> Sequence[Any]:
        """What it selects or returns for these rows, each with its values in the order of the columns.

        Nothing is asked when there are none. Raises DBAPIError.
        """
        if not given:
            return ()
        dialect = db.get_bind().dialect
        if dialect.name == "sqlite":
            return await self._statement.rows(db, given=self._as_json(given, dialect), **values)
        return await self._statement.rows(db, **self._as_arrays(given), **values)

    def _as_arrays(self, given: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
        arrays: dict[str, list[Any]] = {}
        for (name, of_type), each in zip(self._columns.items(), zip(*given, strict=True), strict=True):
            is_json = isinstance(of_type, JSON)
            arrays[f"{_GIVEN}_{name}"] = [v and dump_json(v) for v in each] if is_json else list(each)
        return arrays

    def _as_json(self, given: Sequence[Sequence[Any]], dialect: Dialect) -> str:
        processes = self._processes.get(dialect.name)
        if processes is None:
            processes = [t.dialect_impl(dialect).bind_processor(dialect) for t in self._columns.values()]
            self._processes[dialect.name] = processes
        return dump_json([[v if p is None else p(v) for v, p in zip(row, processes, strict=True)] for row in given])


def _from_arrays(columns: Columns) -> FromClause:
    """A value that is JSON travels as text; an empty one is none."""
    sent = {name: String() if isinstance(t, JSON) else t for name, t in columns.items()}
    arrays = [bindparam(f"{_GIVEN}_{name}", type_=ARRAY(t)) for name, t in sent.items()]
    table = func.unnest(*arrays).table_valued(*sent, name="sent").render_derived()
    parts = [
        (cast if isinstance(t, JSON) else type_coerce)(table.c[name], t).label(name) for name, t in columns.items()
    ]
    return select(*parts).subquery(_GIVEN)


def _from_json(columns: Columns) -> FromClause:
    table = func.json_each(bindparam(_GIVEN, type_=String)).table_valued("value", name="sent")
    parts = [
        type_coerce(func.json_extract(table.c.value, f"$[{number}]"), t).label(name)
        for number, (name, t) in enumerate(columns.items())
    ]
    return select(*parts).subquery(_GIVEN)
