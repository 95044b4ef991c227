"""Shared fixtures. `--backend sqlite` (default) runs without Redis, `--backend postgres` with PostgreSQL and Redis.

Each test has a database of its own, made from a template that holds all tables and triggers. Sockets are open to
this machine only.
"""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from core import triggers
from core.crypto import Ring, Vault
from core.db import Base, Database
from tests.servers import PostgresServer, RedisServer

TEST_RING = "t1:" + "dGVzdC1yb290LWtleS0zMi1ieXRlcy1mb3ItdGVzdHM="


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", choices=("sqlite", "postgres"), default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only the tests that use a database run again."""
    if config.getoption("--backend") == "sqlite":
        return
    kept = [item for item in items if "database_url" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--backend"))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with PostgresServer.started() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with RedisServer.started() as server:
        yield server


@pytest.fixture
def redis_url(backend: str, request: pytest.FixtureRequest) -> str | None:
    """The address of a real server on the PostgreSQL leg, None on the SQLite leg."""
    if backend == "sqlite":
        return None
    server: RedisServer = request.getfixturevalue("redis_server")
    server.flush()
    return server.url


@pytest.fixture(scope="session")
def template(backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with all tables: a file on SQLite, a name on PostgreSQL."""
    if backend == "sqlite":
        path = tmp_path_factory.mktemp("template") / "template.db"
        asyncio.run(_create_all(f"sqlite+aiosqlite:///{path}"))
        return str(path)
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"template_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name}")
    asyncio.run(_create_all(server.url(name)))
    return name


async def _create_all(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.run_sync(triggers.ensure)
    if url.startswith("sqlite"):
        async with engine.connect() as connection:
            await connection.execute(text("PRAGMA journal_mode=DELETE"))
    await engine.dispose()


@pytest.fixture
def database_url(backend: str, template: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if backend == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(template, path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, synchronous="OFF")
    yield made
    await made.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(Ring.parse(TEST_RING))
