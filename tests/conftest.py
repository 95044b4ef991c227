"""Shared fixtures. `--backend sqlite` (default) runs without Redis, `--backend postgres` with PostgreSQL and Redis.

Each test has a database of its own, made from a template that holds all tables and triggers. Sockets are open to
this machine only.
"""

from __future__ import annotations

import gc
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot import seed
from bot.service import Service
from core import clock, triggers
from core.crypto import Ring, Vault
from core.db import Database
from core.settings import Settings
from migrations import tables
from tests import templates
from tests.bot.grid.fake_grid import FakeGrid
from tests.databases import Shelf, copied, made_once
from tests.house import TEST_RING, House, running, sample_config
from tests.servers import PostgresServer, RedisServer

HERE = Path(__file__).parent
_SERVER = pytest.StashKey[str]()
CLIENTS = ("admin_cli", "bot/simulate", "bot/web")
"""They see the service through HTTP only; which database stands behind it is a matter of the tests of the service."""

# How long an example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# As the service logs: drawing a traceback with all its locals takes longer than a platform waits for an answer.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ]
)


@pytest.fixture(autouse=True)
def clock_put_back() -> Iterator[None]:
    """A clock that a test leaves standing makes later tests fail for no reason of theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "_source", clock._source)
        ran = clock.is_running()
        yield
        runs = clock.is_running()
    assert runs == ran, "the clock was left standing"


@dataclass(frozen=True, slots=True)
class Seeded:
    """`database` is a file or a name to copy; `tokens` are by role."""

    database: str
    tokens: dict[str, str]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", choices=("sqlite", "postgres"), default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest begin first. On PostgreSQL the tests that use a database run again, but for those of our clients.

    Of values that are `alike` for a database, the first stands there for the others.
    """
    items.sort(key=lambda item: item.get_closest_marker("torture") is None)
    if config.getoption("--backend") == "sqlite":
        return
    uses = [item for item in items if {"database_url", "seeded"} & set(getattr(item, "fixturenames", ()))]
    kept = [item for item in uses if not any(item.path.is_relative_to(HERE / client) for client in CLIENTS)]
    kept = [item for item in kept if not _is_like_the_first(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected lives to the end: nobody need look through it for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--backend"))


def _is_like_the_first(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return any(callspec and callspec.indices[mark.args[0]] for mark in item.iter_markers("alike"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give every worker of pytest-xdist the address of one server, which lives as long as the whole run."""
    config: pytest.Config = node.config
    if config.getoption("--backend") == "sqlite" or not PostgresServer.can_be_had():
        return
    if _SERVER not in config.stash:
        stack = ExitStack()
        config.stash[_SERVER] = stack.enter_context(PostgresServer.started()).uri
        config.add_cleanup(stack.close)
    node.workerinput["postgres"] = config.stash[_SERVER]


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    if given := getattr(request.config, "workerinput", {}).get("postgres"):
        yield PostgresServer(given)
        return
    with PostgresServer.started() as server:
        yield server


@pytest.fixture(scope="session")
def shelf(postgres: PostgresServer) -> Shelf:
    return Shelf(postgres)


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
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with all tables: a file on SQLite, a name on PostgreSQL."""
    folder = tmp_path_factory.mktemp("template")
    return str(made_once(tmp_path_factory, "template", lambda: templates.after(request, None, folder, _create_all)))


async def _create_all(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(tables.METADATA.create_all)
        await connection.run_sync(triggers.ensure)
    if url.startswith("sqlite"):
        async with engine.connect() as connection:
            await connection.execute(text("PRAGMA journal_mode=DELETE"))
    await engine.dispose()


@pytest.fixture(scope="session")
def seeded(template: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """A database with the sample community in it, and the workers' tokens."""
    var = tmp_path_factory.mktemp("seeded")

    def make() -> tuple[str, dict[str, str]]:
        name = templates.after(request, template, var, lambda url: _seed(url, var))
        return name, json.loads((var / "workers.json").read_text(encoding="utf-8"))

    return Seeded(*made_once(tmp_path_factory, "seeded", make))


async def _seed(url: str, var: Path) -> None:
    settings = replace(Settings(config=sample_config(1)), database_url=url, secret_key=TEST_RING, var=var)
    service = await Service.open(settings)
    try:
        await seed.load(service)
    finally:
        await service.close()


@pytest.fixture
def seeded_url(seeded: Seeded, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own with the sample community."""
    with copied(seeded.database, request, tmp_path) as url:
        yield url


@pytest.fixture
async def house(seeded: Seeded, seeded_url: str, redis_url: str | None, tmp_path: Path) -> AsyncIterator[House]:
    """The running server with the sample community, and the platforms' side."""
    async with running(seeded_url, tmp_path / "var", redis_url=redis_url) as started:
        started.tokens = seeded.tokens
        yield started


@pytest.fixture
async def grid() -> AsyncIterator[FakeGrid]:
    async with FakeGrid().running() as started:
        yield started


@pytest.fixture
async def gridded(
    seeded: Seeded, seeded_url: str, redis_url: str | None, tmp_path: Path, grid: FakeGrid
) -> AsyncIterator[House]:
    """The running server with a grid event system that takes every report at once."""
    async with running(seeded_url, tmp_path / "var", redis_url=redis_url, grid=(grid.connector(),)) as started:
        started.tokens = seeded.tokens
        yield started


@pytest.fixture
async def quiet(
    seeded: Seeded, redis_url: str | None, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[House]:
    """The running server without sender and timers: a test lets them do one round when it wants them to."""
    with copied(seeded.database, request, tmp_path) as url:
        async with running(url, tmp_path / "var", redis_url=redis_url, with_worker=False) as started:
            started.tokens = seeded.tokens
            yield started


@pytest.fixture
def database_url(template: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with copied(template, request, tmp_path) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url, synchronous="OFF")
    yield made
    await made.close()


@pytest.fixture
def vault() -> Vault:
    return Vault(Ring.parse(TEST_RING))
