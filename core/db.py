"""Sessions by intent over SQLite and PostgreSQL, column types, and the base of all tables.

`read()` sees a snapshot and cannot write. `write()` commits at its end or rolls everything back; on SQLite it takes
the process's one writer lock, a turn among the processes and `BEGIN IMMEDIATE`, so that no transaction fails half-way
for lack of the lock.

One kind of error commits: an AppError that `is_kept`. It says that a request was refused under its key, that the
refusal is written down, and that all else the request did is undone by a savepoint of its own. So that nothing half
done rides along, such a request is the first thing that its transaction writes, or its caller catches the refusal;
inside a savepoint of the caller no refusal is kept.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import JSON, DateTime, Dialect, LargeBinary, MetaData, String, Table, event, text
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator
from sqlalchemy.util import await_only

from core.errors import AppError
from core.queueing import Queue

SQLITE_BUSY_SECONDS = 30
SQLITE_READERS = 4
ATTEMPTS: Final = 5
PAUSE_SECONDS: Final = 0.01

Result = TypeVar("Result")
_ONE_SNAPSHOT: Final[dict[str, Any]] = {"isolation_level": "REPEATABLE READ"}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment; stored in UTC, refused when naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables; constraint names follow one convention, so that a violated one can be named in code."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own way of declaring it
        datetime: UtcDateTime,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: String,
    }


class Database:
    """One database; make it once per process and `close()` it at the end."""

    def __init__(self, url: str, *, pool_size: int = 20, synchronous: str = "FULL") -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            make_parent(self.url)
            self.engine = _sqlite_engine(self.url, begin="BEGIN IMMEDIATE", size=1, synchronous=synchronous)
            self._reader = _sqlite_engine(self.url, begin="BEGIN", size=SQLITE_READERS, synchronous=synchronous)
        else:
            self.engine = _postgres_engine(self.url, pool_size)
            self._reader = self.engine.execution_options(postgresql_readonly=True)
        self._snapshots = self._reader if self.is_sqlite else self._reader.execution_options(**_ONE_SNAPSHOT)
        self._lock = asyncio.Lock()
        self._queue = _queue(self.url) if self.is_sqlite else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for queries only; nothing it does is kept."""
        async with AsyncSession(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """As `read`, and all queries see the same moment, for sums that must agree with each other."""
        async with AsyncSession(self._snapshots, expire_on_commit=False, autoflush=False) as session:
            yield session

    async def run(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """One writing transaction, begun anew when it fell victim to a deadlock or a lost connection."""
        for attempt in range(1, ATTEMPTS):
            try:
                async with self.write() as session:
                    return await work(session)
            except DBAPIError as error:
                if not is_transient(error):
                    raise
            await asyncio.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))  # noqa: S311  only spreads the retries
        async with self.write() as session:
            return await work(session)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: everything in it becomes true together, or nothing does but a kept refusal."""
        if self._queue is not None:
            async with self._lock, self._queue.turn(), self._transaction() as session:
                yield session
        else:
            async with self._transaction() as session:
                yield session

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        session = AsyncSession(self.engine, expire_on_commit=False)
        try:
            try:
                yield session
            except AppError as refusal:
                if refusal.is_kept:
                    await session.commit()
                raise
            await session.commit()
        except BaseException:
            await asyncio.shield(session.close())
            raise
        session.sync_session.close()  # after the commit it holds no connection: nothing to wait for

    async def ping(self) -> None:
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()
        if self._queue is not None:
            await self._reader.dispose()
            self._queue.close()


def make_parent(url: URL) -> None:
    """Make the folder of an SQLite file."""
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _queue(url: URL) -> Queue:
    """Where the processes that write to one SQLite file stand in line."""
    return Queue(Path(url.database or ":memory:"), patience_seconds=SQLITE_BUSY_SECONDS)


def _sqlite_engine(url: URL, *, begin: str, size: int, synchronous: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=SQLITE_BUSY_SECONDS,
        json_serializer=dump_json,
        connect_args={"timeout": SQLITE_BUSY_SECONDS},
    )
    query_only = begin == "BEGIN"

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        # The driver must not open transactions of its own: we say which kind we want.
        connection.isolation_level = None
        cursor = connection.cursor()
        _use_wal(cursor)
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA foreign_keys=ON")
        if query_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _use_wal(cursor: Any) -> None:
    """Who asks while another has begun to write is refused at once; all other statements of SQLite wait."""
    until = time.monotonic() + SQLITE_BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "database is locked" not in str(error) or time.monotonic() > until:
                raise
            await_only(asyncio.sleep(PAUSE_SECONDS))
        else:
            return


def _postgres_engine(url: URL, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,  # a connection that is closed again loses its prepared statements
        pool_pre_ping=False,
        json_serializer=dump_json,
        isolation_level="READ COMMITTED",
        connect_args={"server_settings": {"timezone": "UTC", "jit": "off"}},
    )


dump_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
"""JSON as it is stored and signed: short, its names in order."""


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that are built once and run often: they skip the unit of work."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def dialect_insert(db: AsyncSession, table: Any) -> Any:
    """INSERT with ON CONFLICT, which both databases have under different names in SQLAlchemy."""
    return (sqlite_insert if db.get_bind().dialect.name == "sqlite" else postgres_insert)(table)


def new_id() -> str:
    """A random identifier for a row: 32 hex digits."""
    return uuid.uuid4().hex


def violated(error: IntegrityError, name: str, *columns: str) -> bool:
    """Whether this constraint was broken; SQLite names the columns (`table.column`), PostgreSQL the constraint."""
    said = str(error.orig)
    return name in said or (bool(columns) and all(column in said for column in columns))


def is_transient(error: DBAPIError) -> bool:
    """A deadlock, a serialization failure or a lost connection: the same transaction may succeed when run again."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return state in ("40001", "40P01") or error.connection_invalidated or "database is locked" in str(error.orig)
