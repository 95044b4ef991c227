"""Statements over many rows at once: the rows go to the database together and stand there as a table.

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
_MANY: Final = 50
"""From so many rows on, a column that is the same in all of them travels as one value on PostgreSQL."""


class RowStatement:
    """One statement that reads its rows from a table of these columns.

    `build` makes it from that table and from the dialect's INSERT, the one that knows ON CONFLICT.
    """

    def __init__(self, columns: Columns, build: Build) -> None:
        self._columns = dict(columns)
        self._build = build
        self._processes: dict[str, list[Any]] = {}
        self._on_sqlite = Statement(build(_from_json(self._columns), sqlite_insert))
        self._on_postgres: dict[frozenset[str], Statement] = {}

    async def rows(self, db: AsyncSession, given: Sequence[Sequence[Any]], **values: Any) -> Sequence[Any]:
        """What it selects or returns for these rows, each with its values in the order of the columns.

        Nothing is asked when there are none. Raises DBAPIError.
        """
        if not given:
            return ()
        dialect = db.get_bind().dialect
        if dialect.name == "sqlite":
            return await self._on_sqlite.rows(db, given=self._as_json(given, dialect), **values)
        columns = dict(zip(self._columns, zip(*given, strict=True), strict=True))
        same = frozenset([name for name, each in columns.items() if _is_same(each)][: len(columns) - 1])
        sent = {f"{_GIVEN}_{name}": self._sent(name, each, is_same=name in same) for name, each in columns.items()}
        return await self._shaped(same).rows(db, **sent, **values)

    def _shaped(self, same: frozenset[str]) -> Statement:
        """The statement for rows of which these columns are the same throughout."""
        if same not in self._on_postgres:
            self._on_postgres[same] = Statement(self._build(_from_arrays(self._columns, same), postgres_insert))
        return self._on_postgres[same]

    def _sent(self, name: str, each: Sequence[Any], *, is_same: bool) -> Any:
        wanted = each[:1] if is_same else each
        if isinstance(self._columns[name], JSON):
            wanted = [value and dump_json(value) for value in wanted]
        return wanted[0] if is_same else list(wanted)

    def _as_json(self, given: Sequence[Sequence[Any]], dialect: Dialect) -> str:
        processes = self._processes.get(dialect.name)
        if processes is None:
            processes = [t.dialect_impl(dialect).bind_processor(dialect) for t in self._columns.values()]
            self._processes[dialect.name] = processes
        return dump_json([[v if p is None else p(v) for v, p in zip(row, processes, strict=True)] for row in given])


def _is_same(each: Sequence[Any]) -> bool:
    """Whether a long column is worth a statement of its own, in which it travels as one value."""
    return len(each) >= _MANY and each[0] == each[-1] and each.count(each[0]) == len(each)


def _from_arrays(columns: Columns, same: frozenset[str]) -> FromClause:
    """A value that is JSON travels as text; an empty one is none."""
    sent = {name: String() if isinstance(t, JSON) else t for name, t in columns.items()}
    apart = [name for name in columns if name not in same]
    arrays = [bindparam(f"{_GIVEN}_{name}", type_=ARRAY(sent[name])) for name in apart]
    table = func.unnest(*arrays).table_valued(*apart, name="sent").render_derived()
    values = {
        name: bindparam(f"{_GIVEN}_{name}", type_=sent[name]) if name in same else table.c[name] for name in columns
    }
    parts = [
        (cast if isinstance(t, JSON) or name in same else type_coerce)(values[name], t).label(name)
        for name, t in columns.items()
    ]
    return select(*parts).select_from(table).subquery(_GIVEN)


def _from_json(columns: Columns) -> FromClause:
    table = func.json_each(bindparam(_GIVEN, type_=String)).table_valued("value", name="sent")
    parts = [
        type_coerce(func.json_extract(table.c.value, f"$[{number}]"), t).label(name)
        for number, (name, t) in enumerate(columns.items())
    ]
    return select(*parts).subquery(_GIVEN)
